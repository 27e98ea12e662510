"""Rows: what an epoch publishes of each pass, naming nobody.

The law: a row carries a commitment, SHA-256(salt of its drive || contributor's public key ||
canonical JSON of [epoch, cell, day, sectors, best grade, grade sum, frames, sketch]). Who holds the
salt can show that the row is theirs, nobody else can tell whose it is. Rows are sorted by cell,
visit and commitment, and a cell's visits are numbered by their smallest commitment, so the order of
the rows tells nothing of the order of the day. Digests cover the columns as little-endian integers.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from rewards.weights import runs_of
from roadcomb.cells import Cells
from roadcomb.errors import IntegrityError
from roadcomb.keys import account_of
from tiles.fold import ROWS
from tiles.sketch import sketch_bits

__all__ = [
    "BOOK_ROWS",
    "Owner",
    "commitment",
    "make_rows",
    "rows_digest",
    "rows_from_parquet",
    "rows_to_parquet",
]

BOOK_ROWS = ROWS.append(pa.field("weight", pa.uint64(), nullable=False))
"""ROWS as they are published: each with its weight."""

_TAG = b"roadcomb rows v1\0"
_COMMITTED = ("cell", "day", "sectors", "best_grade", "grade_sum", "frames", "sketch")
_WORDS = 4


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a drive is: its salt (32 bytes) and its contributor's public key (hex)."""

    salt: bytes
    contributor: str

    @property
    def account(self) -> str:
        """The contributor's pseudonym in the books."""
        return account_of(self.contributor)


def commitment(owner: Owner, epoch: int, row: Sequence[int]) -> bytes:
    """Of the integers cell, day, sectors, best grade, grade sum, frames, sketch; 32 bytes."""
    return _committed(_secret(owner), epoch, *row)


def make_rows(
    passes: pa.Table, owners: Sequence[Owner], epoch: int, sketch_secret: bytes
) -> tuple[pa.Table, NDArray[np.uint32]]:
    """ROWS of all passes of an epoch (rewards/visits.py), and the number of each row's drive.

    owners: by the number of a drive.
    """
    drive = passes["drive"].to_numpy()
    sketch = _sketches(passes["cell"].to_numpy(), drive, owners, sketch_secret)
    sketched = passes.append_column("sketch", pa.array(sketch))
    commitments = _commitments(sketched.select(_COMMITTED), drive, owners, epoch)
    order, visit = _ordered(passes["cell"].to_numpy(), passes["visit"].to_numpy(), commitments)
    rows = sketched.set_column(
        sketched.schema.get_field_index("visit"), "visit", pa.array(visit)
    ).append_column("commitment", pa.array(commitments, pa.binary(32)))
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
    pq.write_table(rows, sink, compression="zstd", use_dictionary=False, store_schema=False)
    return sink.getvalue()


def rows_from_parquet(data: bytes) -> pa.Table:
    """BOOK_ROWS of a published file. Raises IntegrityError for anything else."""
    try:
        table = pq.read_table(pa.BufferReader(data)).replace_schema_metadata()
        if table.column_names != BOOK_ROWS.names:
            raise IntegrityError(f"rows.parquet has the columns {table.column_names}")
        return table.cast(BOOK_ROWS)
    except (pa.ArrowException, OSError) as error:
        raise IntegrityError(f"rows.parquet cannot be read: {error}") from error


def _sketches(
    cells: Cells, drive: NDArray[np.uint32], owners: Sequence[Owner], secret: bytes
) -> NDArray[np.uint8]:
    """Account by account, since a sketch bit is keyed by the account."""
    accounts = sorted({owner.account for owner in owners})
    number = {account: index for index, account in enumerate(accounts)}
    account = np.array([number[owner.account] for owner in owners], np.int64)[drive]
    order = np.argsort(account, kind="stable")
    sketches = np.empty(len(cells), np.uint8)
    present, starts = np.unique(account[order], return_index=True)
    for index, own in zip(present, np.split(order, starts[1:]), strict=False):
        sketches[own] = sketch_bits(secret, accounts[int(index)], cells[own])
    return sketches


def _commitments(
    passes: pa.Table, drive: NDArray[np.uint32], owners: Sequence[Owner], epoch: int
) -> list[bytes]:
    secrets = [_secret(owner) for owner in owners]
    rows: Any = zip(*(passes[name].to_pylist() for name in _COMMITTED), strict=True)
    return [
        _committed(secrets[number], epoch, *row)
        for number, row in zip(drive.tolist(), rows, strict=True)
    ]


def _secret(owner: Owner) -> bytes:
    return owner.salt + bytes.fromhex(owner.contributor)


def _committed(secret: bytes, epoch: int, cell: int, day: int, sectors: int, *rest: int) -> bytes:
    """Canonical JSON written out by hand, since a night makes it a million times; tests compare."""
    best_grade, grade_sum, frames, sketch = rest
    message = f'[{epoch},"{cell:x}",{day},{sectors},{best_grade},{grade_sum},{frames},{sketch}]'
    return hashlib.sha256(secret + message.encode()).digest()


def _ordered(
    cells: Cells, visits: NDArray[np.uint64], commitments: Sequence[bytes]
) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
    """The order of the published rows, and each pass's visit number within its cell."""
    words = np.frombuffer(b"".join(commitments), ">u8").reshape(-1, _WORDS)
    by_commitment = (words[:, 3], words[:, 2], words[:, 1], words[:, 0])
    order = np.lexsort((*by_commitment, cells))
    _, first, of_pass = np.unique(visits[order], return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    cell_rank = (
        np.minimum.reduceat(rank[of_pass], runs_of(cells[order]).starts) if len(order) else rank
    )
    number = np.empty(len(order), np.uint32)
    number[order] = rank[of_pass] - cell_rank[runs_of(cells[order]).of_row]
    return np.lexsort((*by_commitment, number, cells)), number


def _column_bytes(column: pa.ChunkedArray) -> bytes:
    if pa.types.is_fixed_size_binary(column.type):
        return b"".join(column.to_pylist())
    values = column.to_numpy()
    return bytes(values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes())
