"""Openings: which published row belongs to which drive, for the contributor's eyes only.

The law: openings are derived from the frozen inputs, stay on the node and can be made again. One
file an epoch, sorted by drive, so that a statement reads only the row groups of its own drives.
"""

import io
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from rewards.freeze import Frozen
from rewards.rows import BOOK_ROWS, packing
from rewards.weights import runs_of
from roadcomb.blobs import Blobs

__all__ = [
    "OPENINGS",
    "all_openings",
    "opened",
    "opened_cells",
    "openings_of",
    "store_openings",
]

OPENINGS = pa.schema(
    [
        pa.field("drive_id", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("row", pa.uint32(), nullable=False),  # index in rows.parquet
        pa.field("days", pa.uint16(), nullable=False),  # of refill that the cell had
        pa.field("worth", pa.uint64(), nullable=False),  # of the cell at grade 1000
        pa.field("cell_best", pa.uint16(), nullable=False),  # best grade in its cell
        pa.field("others", pa.uint32(), nullable=False),  # other paid passes in the visit
        pa.field("other_visits", pa.uint32(), nullable=False),  # other paid ones in the cell
        *BOOK_ROWS,
    ]
)
_ROW_GROUP = 16_384
_AT_ONCE = 16 * _ROW_GROUP
"""Openings that are in memory together."""


def openings_of(
    frozen: Frozen, rows: pa.Table, days: NDArray[np.int64], worth: NDArray[np.int64]
) -> Iterator[pa.Table]:
    """OPENINGS of an epoch, some at a time. rows: BOOK_ROWS; days, worth: of each row's cell,
    shape (n,).
    """
    order = np.argsort(frozen.drive_of_row, kind="stable")
    ids = pa.array([drive.drive_id for drive in frozen.drives], pa.string())
    private = {"days": days, "worth": worth, **_company(rows)}
    for first in range(0, len(order), _AT_ONCE):
        some = order[first : first + _AT_ONCE]
        number = pa.array(frozen.drive_of_row[some].astype(np.int32))
        columns = {
            "drive_id": pa.DictionaryArray.from_arrays(number, ids),
            "row": some.astype(np.uint32),
            **{name: values[some] for name, values in private.items()},
            **{name: rows[name].take(pa.array(some)) for name in BOOK_ROWS.names},
        }
        yield pa.table(columns).cast(OPENINGS)


def store_openings(blobs: Blobs, inputs_digest: str, openings: Iterable[pa.Table]) -> None:
    """Store the openings of the epoch with these inputs, which come some at a time."""
    sink = io.BytesIO()
    with pq.ParquetWriter(
        sink,
        OPENINGS,
        compression={name: packing(name) for name in OPENINGS.names},
        use_dictionary=["drive_id"],
        store_schema=False,
    ) as file:
        for table in openings:
            file.write_table(table, row_group_size=_ROW_GROUP)
    blobs.put_summed(_key(inputs_digest), sink.getvalue())


def opened(blobs: Blobs, inputs_digest: str, drive_ids: Iterable[str]) -> pa.Table:
    """OPENINGS of some drives in the epoch with these inputs, by drive and cell."""
    wanted = [("drive_id", "in", sorted(drive_ids))]
    return pq.read_table(pa.BufferReader(blobs.get(_key(inputs_digest))), filters=wanted)


def opened_cells(
    blobs: Blobs, inputs_digest: str, cells: Iterable[int], more: tuple[str, ...] = ()
) -> pa.Table:
    """drive_id, cell, weight and `more` columns of the paid openings in some cells of the epoch of
    these inputs."""
    names = ["drive_id", "cell", "weight", *more]
    read = pq.read_table(pa.BufferReader(blobs.get(_key(inputs_digest))), columns=names)
    wanted = pa.array(sorted(cells), pa.uint64())
    inside = read.filter(pc.is_in(read["cell"], value_set=wanted))
    return inside.filter(pc.greater(inside["weight"], 0))


def all_openings(blobs: Blobs, inputs_digest: str) -> pa.Table:
    """OPENINGS of all drives of the epoch with these inputs."""
    return pq.read_table(pa.BufferReader(blobs.get(_key(inputs_digest))))


def _company(rows: pa.Table) -> dict[str, NDArray[Any]]:
    """What a row shares its visit and its cell with; a row that weighs nothing takes no share."""
    if not len(rows):
        return {name: np.zeros(0, np.uint32) for name in ("cell_best", "others", "other_visits")}
    visits = runs_of(rows["cell"].to_numpy(), rows["visit"].to_numpy())
    cells = runs_of(rows["cell"].to_numpy())
    paid = (rows["weight"].to_numpy() > 0).astype(np.int64)
    passes = np.add.reduceat(paid, visits.starts)
    first_visit = np.searchsorted(visits.starts, cells.starts)
    paid_visits = np.add.reduceat((passes > 0).astype(np.int64), first_visit)
    best = np.maximum.reduceat(rows["best_grade"].to_numpy(), cells.starts)
    return {
        "cell_best": best[cells.of_row],
        "others": passes[visits.of_row] - paid,
        "other_visits": paid_visits[cells.of_row] - (passes > 0)[visits.of_row],
    }


def _key(inputs_digest: str) -> str:
    return f"openings/{inputs_digest}"
