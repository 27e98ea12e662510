"""Rows: what an epoch publishes of each pass, naming nobody.

The law: in its owner's place a row carries a commitment (rewards/commitments.py). Rows are sorted
by cell, visit and commitment, and a cell's visits are numbered by their smallest commitment, so the
order of the rows tells nothing of the order of the day. Digests cover the columns as little-endian
integers.
"""

import hashlib
import io
from collections.abc import Sequence
from functools import cache

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from rewards.commitments import COMMITTED, Owner, seal
from rewards.weights import runs_of
from roadcomb.cells import Cells, parents
from roadcomb.errors import IntegrityError
from tiles.fold import ROWS
from tiles.sketch import NEIGHBOURHOOD, sketch_bit

__all__ = [
    "BOOK_ROWS",
    "by_commitment",
    "commitments",
    "fixed_bytes",
    "make_rows",
    "packing",
    "rows_digest",
    "rows_from_parquet",
    "rows_to_parquet",
]

BOOK_ROWS = ROWS.append(pa.field("weight", pa.uint64(), nullable=False))
"""ROWS as they are published: each with its weight."""

_TAG = b"roadcomb rows v1\0"
_COMMITMENT = 32
_AT_ONCE = 1 << 20
"""Rows that are hashed together: what their messages take is bounded."""
_HASHED = "select unhex(sha256(message)) as commitment from messages"
"""rewards/commitments.py for every message at once, in their order."""

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
    passes: pa.Table, owners: Sequence[Owner], epoch: int, sketch_secret: bytes
) -> tuple[pa.Table, NDArray[np.uint32]]:
    """ROWS of all passes of an epoch (rewards/visits.py), and the number of each row's drive.

    owners: by the number of a drive.
    """
    drive = passes["drive"].to_numpy()
    sketch = _sketches(passes["cell"].to_numpy(), drive, owners, sketch_secret)
    sketched = passes.append_column("sketch", pa.array(sketch))
    committed = commitments(sketched.select(COMMITTED), drive, owners, epoch)
    order, visit = _ordered(passes["cell"].to_numpy(), passes["visit"].to_numpy(), committed)
    rows = sketched.set_column(
        sketched.schema.get_field_index("visit"), "visit", pa.array(visit)
    ).append_column("commitment", _fixed(committed))
    return rows.select(ROWS.names).take(pa.array(order)).cast(ROWS), drive[order]


def rows_digest(rows: pa.Table) -> str:
    """SHA-256 (hex) over names, types and little-endian columns of a table of ROWS or BOOK_ROWS."""
    hasher = hashlib.sha256(_TAG + len(rows).to_bytes(8, "little"))
    for field in rows.schema:
        hasher.update(f"{field.name}:{field.type}\0".encode())
        hasher.update(_column_bytes(rows[field.name]))
    return hasher.hexdigest()


def rows_to_parquet(rows: pa.Table) -> bytes:
    """The published file; nothing depends on its bytes."""
    sink = io.BytesIO()
    compression = {name: packing(name) for name in rows.schema.names}
    pq.write_table(rows, sink, compression=compression, use_dictionary=False, store_schema=False)
    return sink.getvalue()


def packing(column: str) -> str:
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
    array = column.combine_chunks()
    start = array.offset * width
    flat = np.frombuffer(array.buffers()[1], np.uint8)[start : start + len(array) * width]
    return flat.reshape(-1, width)


def _sketches(
    cells: Cells, drive: NDArray[np.uint32], owners: Sequence[Owner], secret: bytes
) -> NDArray[np.uint8]:
    """The bit of each row's account in its neighbourhood; each pair of these is asked for once."""
    accounts = sorted({owner.account for owner in owners})
    number = {account: index for index, account in enumerate(accounts)}
    account = np.array([number[owner.account] for owner in owners], np.int64)[drive]
    around, where = np.unique(parents(cells, NEIGHBOURHOOD), return_inverse=True)
    pairs = pa.array(where * max(1, len(accounts)) + account).dictionary_encode()
    place, who = np.divmod(pairs.dictionary.to_numpy(), max(1, len(accounts)))
    bits = [
        sketch_bit(secret, accounts[index], int(cell))
        for index, cell in zip(who.tolist(), around[place], strict=True)
    ]
    return np.asarray(np.array(bits, np.uint8)[pairs.indices.to_numpy()])


def commitments(
    passes: pa.Table, drive: NDArray[np.uint32], owners: Sequence[Owner], epoch: int
) -> NDArray[np.uint8]:
    """The commitment of each of n passes, shape (n, 32): COMMITTED's law, hashed by DuckDB.

    Tests compare it with a loop over `commitment`, which takes many times as long.
    """
    if not len(passes):
        return np.zeros((0, _COMMITMENT), np.uint8)
    seals = np.frombuffer(b"".join(seal(owner, epoch) for owner in owners), "V32")
    found = np.empty((len(passes), _COMMITMENT), np.uint8)
    for first in range(0, len(passes), _AT_ONCE):
        some = passes.slice(first, _AT_ONCE)
        messages = np.empty(len(some), _MESSAGE)
        messages["seal"] = seals[drive[first : first + _AT_ONCE]]
        for name in COMMITTED:
            messages[name] = some[name].to_numpy()
        found[first : first + _AT_ONCE] = _hashed(messages)
    return found


def _hashed(messages: NDArray[np.void]) -> NDArray[np.uint8]:
    packed = _fixed(messages.view(np.uint8).reshape(len(messages), _MESSAGE.itemsize))
    with _memory().cursor() as memory:
        memory.register("messages", pa.table({"message": packed}))
        hashed = memory.sql(_HASHED).to_arrow_table()["commitment"]
    return fixed_bytes(hashed.cast(pa.binary(_COMMITMENT)))


@cache
def _memory() -> duckdb.DuckDBPyConnection:
    """A database without a file, made once in a process; each use takes a cursor of its own."""
    return duckdb.connect()


def _ordered(
    cells: Cells, visits: NDArray[np.uint64], commitments: NDArray[np.uint8]
) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
    """The order of the published rows, and each pass's visit number within its cell.

    cells, visits: shape (n,), in runs, cells rising. A visit's number is the rank of its smallest
    commitment in its cell.
    """
    if not len(cells):
        return np.zeros(0, np.intp), np.zeros(0, np.uint32)
    of_pass, of_cell = runs_of(visits), runs_of(cells)
    place = np.empty(len(cells), np.intp)
    place[by_commitment(of_cell.of_row, commitments)] = np.arange(len(cells))
    rank = np.empty(len(of_pass.starts), np.intp)
    rank[np.argsort(np.minimum.reduceat(place, of_pass.starts))] = np.arange(len(rank))
    ranked = rank[of_pass.of_row]
    first_visit = np.searchsorted(of_pass.starts, of_cell.starts)
    number = ranked - first_visit[of_cell.of_row]
    return by_commitment(ranked, commitments), number.astype(np.uint32)


def by_commitment(group: NDArray[np.intp], commitments: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Order of n rows by group (0 or more, shape (n,)) and, in a group, by commitment.

    One 64-bit key holds the group and the commitment's first bits; only where that leaves two rows
    alike, all of it is compared.
    """
    words = commitments.view(">u8").astype(np.uint64)
    bits = max(1, int(group.max()).bit_length())
    key = group.astype(np.uint64) << np.uint64(64 - bits) | words[:, 0] >> np.uint64(bits)
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


def _column_bytes(column: pa.ChunkedArray) -> bytes:
    if pa.types.is_fixed_size_binary(column.type):
        return fixed_bytes(column).tobytes()
    values = column.to_numpy()
    return bytes(values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes())
