"""Rows: what an epoch publishes of each pass, naming nobody.

The law: in its owner's place a row carries a commitment (rewards/commitments.py). Rows are sorted
by cell, visit and commitment, and a cell's visits are numbered by their smallest commitment, so the
order of the rows tells nothing of the order of the day. Digests cover the columns as little-endian
integers; that of the rows with their weights covers that of the rows, which are hashed once.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from rewards.commitments import COMMITTED, Owner, seal
from rewards.visits import Gathered, passes_of_shards
from rewards.weights import Runs, runs_of
from roadcomb.cells import Cells, parents
from roadcomb.errors import IntegrityError
from tiles.fold import ROWS
from tiles.passes import Columns
from tiles.sketch import NEIGHBOURHOOD, sketch_bit

__all__ = [
    "BOOK_ROWS",
    "ROW_GROUP",
    "book_digest",
    "by_commitment",
    "commitments",
    "fixed_bytes",
    "make_rows",
    "rows_bytes",
    "rows_digest",
    "rows_from_parquet",
    "rows_to_parquet",
]

BOOK_ROWS = ROWS.append(pa.field("weight", pa.uint64(), nullable=False))
"""ROWS as they are published: each with its weight."""

ROW_GROUP = 1 << 16
"""Rows that are read together by who wants a few."""

_TAG = b"roadcomb rows v1\0"
_BOOK_TAG = b"roadcomb book rows v1\0"
_COMMITMENT = 32

_MESSAGE = np.dtype(
    [
        ("seal", "V32"),
        ("cell", "<u8"),
        ("day", "<i4"),
        ("sectors", "u1"),
        ("best_grade", "<u2"),
        ("grade_sum", "<u4"),
        ("frames", "<u2"),
        ("sketch", "u1"),
    ]
)


def make_rows(
    chains: Gathered, gap_ms: int, owners: Sequence[Owner], epoch: int, sketch_secret: bytes
) -> tuple[pa.Table, NDArray[np.uint32]]:
    """ROWS of all passes of an epoch, and the number of each row's drive; the chains are used up.

    owners: by a drive's number. Rows are written where they stay: memory holds them once.
    """
    owned, count = _owned(owners, epoch), 0
    drive = np.empty(chains.count, np.uint32)
    columns = {field.name: np.empty(chains.count, _dtype(field)) for field in ROWS}
    for passes in passes_of_shards(chains, gap_ms):
        made, order = _rows_of_shard(passes, owned, sketch_secret)
        end = count + len(order)
        drive[count:end] = passes["drive"][order]
        for name, column in columns.items():
            made[name].take(order, out=column[count:end], mode="clip")
        count = end
    arrays = [_column(field, columns[field.name][:count]) for field in ROWS]
    return pa.Table.from_arrays(arrays, schema=ROWS), drive[:count]


def rows_digest(rows: pa.Table) -> str:
    """SHA-256 (hex) over names, types and little-endian columns of a table of ROWS."""
    return _digest(_TAG + len(rows).to_bytes(8, "little"), rows)


def book_digest(rows: str, weighed: pa.Table) -> str:
    """SHA-256 (hex) of a table of BOOK_ROWS, over the digest of its ROWS and what they lack."""
    return _digest(_BOOK_TAG + bytes.fromhex(rows), weighed.drop_columns(ROWS.names))


def _digest(start: bytes, table: pa.Table) -> str:
    hasher = hashlib.sha256(start)
    for field in table.schema:
        hasher.update(f"{field.name}:{field.type}\0".encode())
        hasher.update(_column_bytes(table[field.name]).data)
    return hasher.hexdigest()


def rows_to_parquet(rows: pa.Table, file: BinaryIO) -> None:
    """The published file; nothing depends on its bytes."""
    pq.write_table(
        rows,
        file,
        row_group_size=ROW_GROUP,
        compression={name: _packing(name) for name in rows.schema.names},
        use_dictionary=False,
        write_statistics=["cell"],
        store_schema=False,
    )


def rows_bytes(rows: pa.Table) -> bytes:
    """The published file, in memory."""
    file = io.BytesIO()
    rows_to_parquet(rows, file)
    return file.getvalue()


def _packing(column: str) -> str:
    """How a column is compressed; hashes cannot be."""
    return "none" if column == "commitment" else "zstd"


def rows_from_parquet(data: bytes) -> pa.Table:
    """BOOK_ROWS of a published file. Raises IntegrityError for anything else."""
    try:
        table = pq.read_table(pa.BufferReader(data)).replace_schema_metadata()
        if table.column_names != BOOK_ROWS.names:
            raise IntegrityError(f"rows.parquet has the columns {table.column_names}")
        return table.cast(BOOK_ROWS)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise IntegrityError(f"rows.parquet cannot be read: {error}") from error


def fixed_bytes(column: pa.ChunkedArray) -> NDArray[np.uint8]:
    """Fixed-size binary without nulls as bytes, shape (n, width)."""
    width = column.type.byte_width
    if not len(column):
        return np.zeros((0, width), np.uint8)
    array = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    start = array.offset * width
    flat = np.frombuffer(array.buffers()[1], np.uint8)[start : start + len(array) * width]
    return flat.reshape(-1, width)


@dataclass(frozen=True, slots=True)
class _Owned:
    """Of d drives their seals, shape (d,), and their accounts, as numbers and by number."""

    seals: NDArray[np.void]
    account: NDArray[np.int64]
    accounts: Sequence[str]


def _owned(owners: Sequence[Owner], epoch: int) -> _Owned:
    named = [owner.account for owner in owners]
    accounts = sorted(set(named))
    number = {account: index for index, account in enumerate(accounts)}
    return _Owned(
        np.frombuffer(b"".join(seal(owner, epoch) for owner in owners), "V32"),
        np.array([number[account] for account in named], np.int64),
        accounts,
    )


def _rows_of_shard(
    passes: Columns, owned: _Owned, secret: bytes
) -> tuple[Columns, NDArray[np.intp]]:
    """The columns of ROWS of the passes of whole cells, and their order."""
    cell, drive = passes["cell"], passes["drive"]
    sketch = _sketches(cell, drive, owned, secret)
    committed = commitments({**passes, "sketch": sketch}, drive, owned.seals)
    order, visit = _ordered(cell, passes["visit"], committed)
    commitment = committed.view("V32").reshape(-1)
    return {**passes, "sketch": sketch, "visit": visit, "commitment": commitment}, order


def _dtype(field: pa.Field) -> np.dtype[Any]:
    fixed = pa.types.is_fixed_size_binary(field.type)
    return np.dtype("V32" if fixed else field.type.to_pandas_dtype())


def _column(field: pa.Field, values: NDArray[Any]) -> pa.Array:
    if pa.types.is_fixed_size_binary(field.type):
        return _fixed(values.view(np.uint8).reshape(-1, _COMMITMENT))
    return pa.array(values, field.type)


def _sketches(
    cells: Cells, drive: NDArray[np.uint32], owned: _Owned, secret: bytes
) -> NDArray[np.uint8]:
    """The bit of each row's account in its neighbourhood; each pair of these is asked for once.

    Cells rise, so that those of a neighbourhood lie together.
    """
    count = max(1, len(owned.accounts))
    places = parents(cells, NEIGHBOURHOOD)
    runs = runs_of(places)
    around = places[runs.starts]
    pairs = pa.array(runs.of_row * count + owned.account[drive]).dictionary_encode()
    place, who = np.divmod(pairs.dictionary.to_numpy(), count)
    bits = [
        sketch_bit(secret, owned.accounts[index], int(cell))
        for index, cell in zip(who.tolist(), around[place], strict=True)
    ]
    return np.asarray(np.array(bits, np.uint8)[pairs.indices.to_numpy()])


def commitments(
    passes: Columns, drive: NDArray[np.uint32], seals: NDArray[np.void]
) -> NDArray[np.uint8]:
    """The commitment of each of n passes, shape (n, 32): COMMITTED's law, hashed by DataFusion.

    passes: columns of COMMITTED; seals: of each drive. Tests compare it with a loop over
    `commitment`, which takes many times as long.
    """
    if not len(drive):
        return np.zeros((0, _COMMITMENT), np.uint8)
    messages = np.empty(len(drive), _MESSAGE)
    messages["seal"] = seals.take(drive)
    for name in COMMITTED:
        messages[name] = passes[name]
    return _hashed(messages)


def _hashed(messages: NDArray[np.void]) -> NDArray[np.uint8]:
    """SHA-256 of each message, in order. (The import loads pandas; an audit needs neither.)"""
    from datafusion import SessionConfig, SessionContext, col
    from datafusion.functions import sha256

    batch = pa.RecordBatch.from_arrays([_as_binary(messages)], ["message"])
    engine = SessionContext(SessionConfig().with_target_partitions(1))  # one: the order stays
    hashed = engine.from_arrow(batch).select(sha256(col("message")).alias("digest"))
    return np.concatenate([_values(each) for each in hashed.to_arrow_table()[0].chunks])


def _values(digests: pa.BinaryArray) -> NDArray[np.uint8]:
    """n digests, shape (n, 32), a view."""
    _, ends, values = digests.buffers()
    first = np.frombuffer(ends, np.int32)[digests.offset]
    flat = np.frombuffer(values, np.uint8)[first : first + len(digests) * _COMMITMENT]
    return flat.reshape(-1, _COMMITMENT)


def _as_binary(messages: NDArray[np.void]) -> pa.BinaryArray:
    """n messages of one length, not copied."""
    ends = np.arange(len(messages) + 1, dtype=np.int32) * messages.itemsize
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(messages)]
    return pa.BinaryArray.from_buffers(pa.binary(), len(messages), buffers)


def _ordered(
    cells: Cells, visits: NDArray[np.uint64], commitments: NDArray[np.uint8]
) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
    """The order of the published rows, and each pass's visit number within its cell.

    cells, visits: shape (n,), in runs, cells rising. A visit's number is the rank of its smallest
    commitment in its cell.
    """
    if not len(cells):
        return np.zeros(0, np.intp), np.zeros(0, np.uint32)
    of_visit, of_cell = runs_of(visits), runs_of(cells)
    inside = _inside(of_visit, commitments)
    cell = of_cell.of_row[of_visit.starts]
    by_rank = by_commitment(cell, commitments[inside[of_visit.starts]])
    first_visit = np.searchsorted(of_visit.starts, of_cell.starts)
    rank = np.empty(len(by_rank), np.uint32)
    rank[by_rank] = np.arange(len(by_rank)) - first_visit[cell]  # cell rises: the same in any order
    sizes = np.diff(np.append(of_visit.starts, len(cells)))[by_rank]
    shift = of_visit.starts[by_rank] - np.cumsum(sizes) + sizes
    return inside[np.arange(len(cells)) + np.repeat(shift, sizes)], rank[of_visit.of_row]


def _inside(of_visit: Runs, commitments: NDArray[np.uint8]) -> NDArray[np.intp]:
    """The order of n rows by visit and commitment; most visits are of one row."""
    order = np.arange(len(commitments))
    alone = np.diff(np.append(of_visit.starts, len(order))) == 1
    at = np.flatnonzero(~alone[of_visit.of_row])
    if len(at):
        order[at] = at[by_commitment(of_visit.of_row[at], commitments[at])]
    return order


def by_commitment(group: NDArray[np.intp], commitments: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Order of n rows by group (0 or more, shape (n,)) and, in a group, by commitment.

    One 64-bit key holds the group and the commitment's first bits; only where that leaves two rows
    alike, all of it is compared.
    """
    words = commitments.view(">u8")
    bits = max(1, int(group.max()).bit_length())
    first = words[:, 0].astype(np.uint64) >> np.uint64(bits)
    key = group.astype(np.uint64) << np.uint64(64 - bits) | first
    order = np.argsort(key)
    ordered = key[order]
    if (ordered[1:] != ordered[:-1]).all():
        return order
    return np.lexsort((*words.T[::-1], group))


def _fixed(values: NDArray[np.uint8]) -> pa.FixedSizeBinaryArray:
    """Fixed-size binary of n values, shape (n, width)."""
    count, width = values.shape
    buffers = [None, pa.py_buffer(np.ascontiguousarray(values))]
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), count, buffers)


def _column_bytes(column: pa.ChunkedArray) -> NDArray[Any]:
    """The values as they are hashed, not copied where they lie so already."""
    if pa.types.is_fixed_size_binary(column.type):
        return fixed_bytes(column)
    values = column.to_numpy()
    return np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<"), copy=False))
