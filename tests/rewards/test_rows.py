"""Rows name nobody, but their owner can open them; their digest covers values, not files."""

import hashlib
import struct
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.commitments import COMMITTED, Owner, commitment, seal
from rewards.rows import (
    BOOK_ROWS,
    book_digest,
    by_commitment,
    commitments,
    make_rows,
    rows_bytes,
    rows_digest,
    rows_from_parquet,
)
from rewards.visits import chains_of, gathered
from roadcomb.canonical import digest_of_bytes
from roadcomb.errors import IntegrityError, InvalidInput
from tests.rewards.earning import owner_of
from tests.rewards.town import CELLS, DAY, Shot, frames_of
from tiles.fold import ROWS

GAP_MS = 300_000
OWNERS = [owner_of("alice", 0), owner_of("bob", 1)]
DRIVES = [
    [Shot(minute, minute % 4, 500 + minute) for minute in range(12)],
    [Shot(minute, minute % 3, 300 + minute) for minute in range(3, 60, 7)],
]


def rows(order: tuple[int, ...] = (0, 1)) -> tuple[pa.Table, list[Owner]]:
    owners = [OWNERS[index] for index in order]
    chains = chains_of(frames_of([DRIVES[index] for index in order]), GAP_MS)
    table, drive_of_row = make_rows(gathered([chains], 2), GAP_MS, owners, DAY, b"secret")
    return table, [owners[drive] for drive in drive_of_row]


def test_a_commitment_is_a_seal_of_salt_key_and_epoch_and_the_rows_integers() -> None:
    owner, cell = OWNERS[0], CELLS[0]
    key = bytes.fromhex(owner.contributor)
    sealed = hashlib.sha256(owner.salt + key + DAY.to_bytes(8, "little")).digest()
    row = struct.pack("<QiBHIHB", cell, DAY, 4, 900, 1700, 2, 33)
    found = commitment(owner, DAY, (cell, DAY, 4, 900, 1700, 2, 33))
    assert found == hashlib.sha256(sealed + row).digest()
    assert commitment(owner, DAY + 1, (cell, DAY, 4, 900, 1700, 2, 33)) != found


def test_a_row_that_no_column_could_hold_has_no_commitment() -> None:
    with pytest.raises(InvalidInput, match="integer"):
        commitment(OWNERS[0], DAY, (CELLS[0], DAY, 256, 900, 1700, 2, 33))


def test_every_row_opens_with_its_owners_salt_and_with_no_other() -> None:
    table, owners = rows()
    names = ("cell", "day", "sectors", "best_grade", "grade_sum", "frames", "sketch")
    for row, owner in zip(table.to_pylist(), owners, strict=True):
        integers = [row[name] for name in names]
        assert commitment(owner, DAY, integers) == row["commitment"]
        stranger = OWNERS[1 - OWNERS.index(owner)]
        assert commitment(stranger, DAY, integers) != row["commitment"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(CELLS),
            st.integers(-(2**31), 2**31 - 1),
            st.integers(0, 2**8 - 1),
            st.integers(0, 2**16 - 1),
            st.integers(0, 2**32 - 1),
            st.integers(0, 2**16 - 1),
            st.integers(0, 2),
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 100_000),
)
def test_all_commitments_at_once_are_those_of_each_row_alone(
    listed: list[tuple[int, ...]], epoch: int
) -> None:
    columns = dict(zip(COMMITTED, map(np.array, zip(*listed, strict=True)), strict=True))
    seals = np.frombuffer(b"".join(seal(owner, epoch) for owner in OWNERS), "V32")
    of_row = np.array([row[-1] % 2 for row in listed], np.uint32)
    found = commitments(columns, of_row, seals)
    alone = [commitment(OWNERS[n], epoch, row) for n, row in zip(of_row, listed, strict=True)]
    assert [row.tobytes() for row in found] == alone


@given(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from([0, 1, 2**64 - 1]), st.integers(0, 3)))
)
def test_rows_are_in_order_even_when_commitments_begin_alike(
    listed: list[tuple[int, int, int]],
) -> None:
    digests = [first.to_bytes(8, "big") + rest.to_bytes(24, "big") for _, first, rest in listed]
    group = np.array([group for group, _, _ in listed], np.intp)
    packed = np.frombuffer(b"".join(digests), np.uint8).reshape(-1, 32)
    found = [(listed[i][0], digests[i]) for i in by_commitment(group, packed)] if listed else []
    assert found == sorted(zip(group.tolist(), digests, strict=True))


def test_rows_are_sorted_by_cell_visit_and_commitment_whatever_the_order_of_the_drives() -> None:
    table, _ = rows()
    keys = [(row["cell"], row["visit"], row["commitment"]) for row in table.to_pylist()]
    assert keys == sorted(keys)
    assert table.equals(rows((1, 0))[0])


def test_visits_are_numbered_by_their_smallest_commitment_so_they_tell_no_times() -> None:
    table, _ = rows()
    first: dict[tuple[int, int], bytes] = {}
    for row in table.to_pylist():
        key = (row["cell"], row["visit"])
        first[key] = min(row["commitment"], first.get(key, row["commitment"]))
    for cell in {cell for cell, _ in first}:
        numbers = sorted(visit for of, visit in first if of == cell)
        assert numbers == list(range(len(numbers)))
        smallest = [first[cell, number] for number in numbers]
        assert smallest == sorted(smallest)


def test_rows_of_shards_of_cells_are_the_rows_of_all() -> None:
    shards = gathered([chains_of(frames_of(DRIVES), GAP_MS)], 2, shard=3)
    assert len(shards.shards) > 2
    table, drive_of_row = make_rows(shards, GAP_MS, OWNERS, DAY, b"secret")
    assert table.equals(rows()[0])
    assert [OWNERS[drive] for drive in drive_of_row] == rows()[1]


@given(st.integers(0, 8), st.integers(0, 2**31))
def test_the_digest_changes_with_any_value(column: int, change: int) -> None:
    table, _ = rows()
    name = table.column_names[column]
    values = table[name].to_pylist()
    other = bytes(32) if name == "commitment" else change % 200
    values[change % len(values)] = other
    changed = table.set_column(column, table.schema.field(name), pa.array(values, table[name].type))
    assert (rows_digest(changed) == rows_digest(table)) == changed.equals(table)


def test_the_file_gives_the_rows_back_and_their_digest_is_not_the_files() -> None:
    table, _ = rows()
    book = table.append_column("weight", pa.array(range(len(table)), pa.uint64())).cast(BOOK_ROWS)
    read = rows_from_parquet(rows_bytes(book))
    assert read.equals(book)
    assert rows_digest(read.select(ROWS.names)) == rows_digest(table)
    assert book_digest(rows_digest(table), book) != digest_of_bytes(rows_bytes(book))


def test_the_digest_with_weights_changes_with_any_row_and_any_weight() -> None:
    table, _ = rows()
    digest, weights = rows_digest(table), list(range(len(table)))

    def of(rows: str, weights: Sequence[int]) -> str:
        return book_digest(rows, table.append_column("weight", pa.array(weights, pa.uint64())))

    others = {of(digest, [*weights[:n], 7_000, *weights[n + 1 :]]) for n in weights}
    others |= {of(rows_digest(table.slice(1)), weights), digest}
    assert of(digest, weights) not in others
    assert len(others) == len(weights) + 2


def test_the_digest_does_not_depend_on_how_a_table_is_chunked() -> None:
    table, _ = rows()
    assert rows_digest(pa.concat_tables([table.slice(0, 3), table.slice(3)])) == rows_digest(table)


@pytest.mark.parametrize("data", [b"", b"PAR1", b"no parquet at all"])
def test_a_file_that_is_no_rows_is_refused(data: bytes) -> None:
    with pytest.raises(IntegrityError, match=r"rows\.parquet"):
        rows_from_parquet(data)
