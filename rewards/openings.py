"""Openings: which published row belongs to which drive, for the contributor's eyes only.

The law: openings are derived from the frozen inputs, stay on the node and can be made again. One
file an epoch, sorted by drive, so that a statement reads only the row groups of its own drives.
"""

import io
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from rewards.freeze import Frozen
from rewards.rows import BOOK_ROWS
from rewards.weights import runs_of
from roadcomb.blobs import Blobs

__all__ = ["OPENINGS", "opened", "openings_of", "store_openings"]

OPENINGS = pa.schema(
    [
        pa.field("drive_id", pa.string(), nullable=False),
        pa.field("row", pa.uint32(), nullable=False),  # index in rows.parquet
        pa.field("days", pa.uint16(), nullable=False),  # of refill that the cell had
        pa.field("others", pa.uint32(), nullable=False),  # other passes in the visit
        *BOOK_ROWS,
    ]
)
_ROW_GROUP = 16_384


def openings_of(frozen: Frozen, rows: pa.Table, days: NDArray[np.int64]) -> pa.Table:
    """OPENINGS of an epoch. rows: BOOK_ROWS; days: refill of each row's cell, shape (n,)."""
    ids = pa.array([drive.drive_id for drive in frozen.drives], pa.string())
    columns = {
        "drive_id": ids.take(pa.array(frozen.drive_of_row)),
        "row": np.arange(len(rows), dtype=np.uint32),
        "days": days,
        "others": _others(rows),
        **{name: rows[name] for name in BOOK_ROWS.names},
    }
    order = np.argsort(frozen.drive_of_row, kind="stable")
    return pa.table(columns).cast(OPENINGS).take(pa.array(order))


def store_openings(blobs: Blobs, inputs_digest: str, openings: pa.Table) -> None:
    """Store the openings of the epoch with these inputs."""
    sink = io.BytesIO()
    pq.write_table(openings, sink, compression="zstd", row_group_size=_ROW_GROUP)
    blobs.put(_key(inputs_digest), sink.getvalue())


def opened(blobs: Blobs, inputs_digest: str, drive_ids: Iterable[str]) -> pa.Table:
    """OPENINGS of some drives in the epoch with these inputs, by drive and cell."""
    wanted = [("drive_id", "in", sorted(drive_ids))]
    return pq.read_table(pa.BufferReader(blobs.get(_key(inputs_digest))), filters=wanted)


def _others(rows: pa.Table) -> NDArray[np.uint32]:
    visits = runs_of(rows["cell"].to_numpy(), rows["visit"].to_numpy())
    sizes = np.diff([*visits.starts, len(rows)])
    return (sizes[visits.of_row] - 1).astype(np.uint32)


def _key(inputs_digest: str) -> str:
    return f"openings/{inputs_digest}"
