"""Visits: which passes of a cell belong together in time, and so share one part of its weight.

The law: a visit is a chain of accepted frames in one cell, each at most the gap after the one
before, whoever made them. It is chained over frames, not over drives, so that cutting a drive in
pieces, or handing them to several accounts, cannot change a visit. A drive that comes back to a
cell in another visit makes another pass there.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from roadcomb.cells import Cells
from roadcomb.epochs import DAY_MS
from tiles.passes import PASSES, passes_of

__all__ = ["VISITED", "passes_by_visit", "visit_of_frames"]

VISITED = PASSES.append(pa.field("visit", pa.uint64(), nullable=False)).append(
    pa.field("drive", pa.uint32(), nullable=False)
)
"""PASSES, each with its visit (distinct over all cells) and the number of its drive."""


def visit_of_frames(cells: Cells, t_ms: NDArray[np.int64], gap_ms: int) -> NDArray[np.uint64]:
    """Number of the visit of each of n frames, in the order of (cell, time); shape (n,)."""
    order = np.lexsort((t_ms, cells))
    cell, t = cells[order], t_ms[order]
    new = np.ones(len(order), bool)
    new[1:] = (cell[1:] != cell[:-1]) | (t[1:] - t[:-1] > gap_ms)
    visits = np.empty(len(order), np.uint64)
    visits[order] = np.cumsum(new) - 1
    return visits


def passes_by_visit(frames: pa.Table, drives: int, gap_ms: int) -> pa.Table:
    """VISITED of accepted frames: the columns of a judgement, and `drive` 0..drives-1."""
    cells, drive = frames["cell"].to_numpy(), frames["drive"].to_numpy().astype(np.uint64)
    visit = visit_of_frames(cells, frames["t_ms"].to_numpy(), gap_ms)
    cell_of_visit = np.zeros(int(visit.max(initial=0)) + 1, np.uint64)
    cell_of_visit[visit] = cells
    # One key for (visit, drive) in the cell's place: the fold of frames into a pass stands once.
    keyed = frames.set_column(
        frames.schema.get_field_index("cell"),
        "cell",
        pa.array(visit * np.uint64(drives) + drive, pa.uint64()),
    )
    passes = passes_of(keyed)
    visit, drive = np.divmod(passes["cell"].to_numpy(), np.uint64(max(drives, 1)))
    placed = passes.set_column(0, "cell", pa.array(cell_of_visit[visit], pa.uint64()))
    dated = _dated(placed, drive, frames, drives)
    owned = dated.append_column("visit", pa.array(visit)).append_column("drive", pa.array(drive))
    return owned.cast(VISITED)


def _dated(passes: pa.Table, drive: NDArray[np.uint64], frames: pa.Table, drives: int) -> pa.Table:
    """The passes with the day of their drive's first frame, as tiles/passes.py has it for one."""
    first = np.full(max(drives, 1), np.iinfo(np.int64).max)
    np.minimum.at(first, frames["drive"].to_numpy(), frames["t_ms"].to_numpy())
    days = (first // DAY_MS)[drive].astype(np.int32)
    return passes.set_column(passes.schema.get_field_index("day"), "day", pa.array(days))
