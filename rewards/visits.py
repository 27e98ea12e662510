"""Visits: which passes of a cell belong together in time, and so share one part of its weight.

The law: a visit is a chain of accepted frames in one cell, each at most the gap after the one
before, whoever made them. It is chained over frames, not over drives, so that cutting a drive in
pieces, or handing them to several accounts, cannot change a visit. A drive that comes back to a
cell in another visit makes another pass there.

Neighbouring frames of one drive in one cell are taken together first: a chain stays one, and what
is left to sort is a half or less.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from roadcomb.cells import Cells
from roadcomb.epochs import DAY_MS
from tiles.groups import Groups, group_by
from tiles.passes import PASSES, Columns, folded, singles

__all__ = [
    "VISITED",
    "Chains",
    "chains_of",
    "passes_by_visit",
    "passes_of_chains",
    "visit_of_frames",
]

VISITED = PASSES.append(pa.field("visit", pa.uint64(), nullable=False)).append(
    pa.field("drive", pa.uint32(), nullable=False)
)
"""PASSES, each with its visit (distinct over all cells) and the number of its drive."""

Times = NDArray[np.int64]

_COMPACT: Mapping[str, type[np.generic]] = {
    "first_ms": np.int64,
    "last_ms": np.int64,
    "sectors": np.uint8,
    "best_grade": np.uint16,
    "grade_sum": np.uint32,
    "frames": np.uint32,
}


@dataclass(frozen=True, slots=True)
class Chains:
    """Of n chains their cell and drive, shape (n,), and what they are of a pass."""

    cell: Cells
    drive: NDArray[np.uint32]
    parts: Columns


def visit_of_frames(cells: Cells, t_ms: Times, gap_ms: int) -> NDArray[np.uint64]:
    """Number of the visit of each of n frames, in the order of (cell, time); shape (n,)."""
    return _visit_of_chains(cells, t_ms, t_ms, gap_ms)


def passes_by_visit(frames: pa.Table, drives: int, gap_ms: int) -> pa.Table:
    """VISITED of accepted frames: the columns of a judgement, and `drive` 0..drives-1."""
    return passes_of_chains([chains_of(frames, gap_ms)], drives, gap_ms)


def chains_of(frames: pa.Table, gap_ms: int) -> Chains:
    """Neighbouring frames of one drive in one cell together, of whole drives."""
    cell, drive = frames["cell"].to_numpy(), frames["drive"].to_numpy()
    parts = singles(frames)
    groups = _neighbours(cell, drive, parts["first_ms"], gap_ms)
    found = folded(parts, groups)
    return Chains(
        cell[groups.starts],
        drive[groups.starts].astype(np.uint32),
        {name: values.astype(_COMPACT[name]) for name, values in found.items()},
    )


def passes_of_chains(chains: Sequence[Chains], drives: int, gap_ms: int) -> pa.Table:
    """VISITED of all chains of an epoch; each drive's lie in one of them."""
    cell = np.concatenate([np.zeros(0, np.uint64), *(each.cell for each in chains)])
    drive = np.concatenate([np.zeros(0, np.uint32), *(each.drive for each in chains)])
    parts = {
        name: np.concatenate([np.zeros(0, dtype), *(each.parts[name] for each in chains)])
        for name, dtype in _COMPACT.items()
    }
    visit = _visit_of_chains(cell, parts["first_ms"], parts["last_ms"], gap_ms)
    cell_of_visit = np.zeros(int(visit.max(initial=0)) + 1, np.uint64)
    cell_of_visit[visit] = cell
    groups = group_by(visit * np.uint64(max(drives, 1)) + drive.astype(np.uint64))
    of_pass, drive_of_pass = np.divmod(groups.keys, np.uint64(max(drives, 1)))
    passes: dict[str, NDArray[Any]] = {
        "cell": cell_of_visit[of_pass],
        "day": _days(drive, parts, drives)[drive_of_pass],
        "visit": of_pass,
        "drive": drive_of_pass,
    }
    passes |= folded(parts, groups)
    return pa.table({name: passes[name] for name in VISITED.names}).cast(VISITED)


def _neighbours(cell: Cells, drive: NDArray[np.uint32], t_ms: Times, gap_ms: int) -> Groups:
    """Frames that follow each other in the table, in one cell and drive, at most the gap apart."""
    new = np.ones(len(cell), bool)
    apart = np.abs(t_ms[1:] - t_ms[:-1]) > gap_ms
    new[1:] = (cell[1:] != cell[:-1]) | (drive[1:] != drive[:-1]) | apart
    starts = np.flatnonzero(new)
    return Groups(np.arange(len(starts), dtype=np.uint64), None, starts)


def _visit_of_chains(cells: Cells, first: Times, last: Times, gap_ms: int) -> NDArray[np.uint64]:
    """Number of the visit of each of n chains, by (cell, first frame); shape (n,).

    A chain begins a new visit when it begins more than the gap after all before it in its cell.
    """
    order = np.lexsort((first, cells))
    cell, begin = cells[order], first[order]
    new_cell = np.ones(len(order), bool)
    new_cell[1:] = cell[1:] != cell[:-1]
    ended = _latest_so_far(new_cell, last[order])
    new = new_cell.copy()
    new[1:] |= begin[1:] - ended[:-1] > gap_ms
    visits = np.empty(len(order), np.uint64)
    visits[order] = np.cumsum(new) - 1
    return visits


def _latest_so_far(new_cell: NDArray[np.bool_], last: Times) -> Times:
    """The greatest value so far in each run that `new_cell` begins, shape (n,).

    Values are replaced by their ranks, so that a cell's number and a rank share 64 bits.
    """
    if not len(last):
        return last
    known, rank = np.unique(last, return_inverse=True)
    number = np.cumsum(new_cell) - 1
    greatest = np.maximum.accumulate(number * len(known) + rank)
    return np.asarray(known[greatest - number * len(known)])


def _days(drive: NDArray[np.uint32], parts: Columns, drives: int) -> NDArray[np.int32]:
    """The day of each drive's first frame, as tiles/passes.py has it for one."""
    first = np.full(max(drives, 1), np.iinfo(np.int64).max)
    np.minimum.at(first, drive, parts["first_ms"])
    return np.asarray(first // DAY_MS).astype(np.int32)
