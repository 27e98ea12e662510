"""Visits: which passes of a cell belong together in time, and so share one part of its weight.

The law: a visit is a chain of accepted frames in one cell, each at most the gap after the one
before, whoever made them. It is chained over frames, not over drives, so that cutting a drive in
pieces, or handing them to several accounts, cannot change a visit. A drive that comes back to a
cell in another visit makes another pass there.

Neighbouring frames of one drive in one cell are taken together first: a chain stays one, and what
is left to sort is a half or less.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from roadcomb.cells import Cells
from roadcomb.epochs import DAY_MS
from tiles.groups import Groups
from tiles.passes import PASSES, Columns, folded, singles

__all__ = [
    "VISITED",
    "Chains",
    "chains_of",
    "days_of",
    "passes_by_visit",
    "passes_of_chains",
    "shards_of",
]

VISITED = PASSES.append(pa.field("visit", pa.uint64(), nullable=False)).append(
    pa.field("drive", pa.uint32(), nullable=False)
)
"""PASSES, each with its visit (distinct over all cells) and the number of its drive."""

SHARD = 1 << 20
"""Chains whose visits are found together."""
_KEYS = 1 << 64
_SAMPLED = 64
"""Cells looked at for each shard, to cut them about equal."""

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


def passes_by_visit(frames: pa.Table, drives: int, gap_ms: int) -> pa.Table:
    """VISITED of accepted frames: the columns of a judgement, and `drive` 0..drives-1."""
    chains = chains_of(frames, gap_ms)
    return passes_of_chains(chains, days_of([chains], drives), gap_ms)


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


def days_of(chains: Iterable[Chains], drives: int) -> NDArray[np.int32]:
    """The day of each drive's first frame, shape (drives,), as tiles/passes.py has it for one."""
    first = np.full(max(drives, 1), np.iinfo(np.int64).max)
    for each in chains:
        np.minimum.at(first, each.drive, each.parts["first_ms"])
    return np.asarray(first // DAY_MS).astype(np.int32)


def shards_of(chains: list[Chains], at_most: int = SHARD) -> Iterator[Chains]:
    """All chains again, about `at_most` at a time, each time of whole cells, cells rising.

    What was given back is taken out of the list, so that chains are in memory once.
    """
    bounds = _bounds([each.cell for each in chains], at_most)
    cut = [_cut(chains.pop(), bounds) for _ in range(len(chains))]
    for _ in range(len(bounds) + 1):
        yield _joined([parts.pop() for parts in cut])


def passes_of_chains(chains: Chains, days: NDArray[np.int32], gap_ms: int) -> pa.Table:
    """VISITED of some chains, of whole cells, by cell and visit; days: of each drive."""
    order = _by_cell_and_time(chains.cell, chains.parts["first_ms"])
    visit = _visits(chains, order, gap_ms)
    order = _by_drive(order, visit, chains.drive)
    cell, drive = chains.cell[order], chains.drive[order]
    new = np.ones(len(order), bool)
    new[1:] = (visit[1:] != visit[:-1]) | (drive[1:] != drive[:-1])
    starts = np.flatnonzero(new)
    passes: dict[str, NDArray[Any]] = {
        "cell": cell[starts],
        "day": days[drive[starts]],
        "visit": visit[starts],
        "drive": drive[starts],
    }
    passes |= folded(chains.parts, Groups(visit[starts], order, starts))
    return pa.table({name: passes[name] for name in VISITED.names}).cast(VISITED)


def _bounds(cells: Sequence[Cells], at_most: int) -> Cells:
    """Cells at which to cut, rising, none twice, so that about `at_most` lie between two."""
    count = sum(map(len, cells))
    pieces = -(-count // at_most)
    step = max(1, count // (pieces * _SAMPLED)) if pieces else 1
    sample = np.sort(np.concatenate([np.zeros(0, np.uint64), *(each[::step] for each in cells)]))
    places = np.arange(1, pieces) * len(sample) // max(1, pieces)
    return np.unique(sample[places])


def _cut(chains: Chains, bounds: Cells) -> list[Chains]:
    """Chains by the bounds that they lie between, the last ones first."""
    which = np.searchsorted(bounds, chains.cell, "right").astype(np.uint16)
    order = np.argsort(which, kind="stable")
    ends = np.cumsum(np.bincount(which, minlength=len(bounds) + 1))
    return [
        _taken(chains, order[start:end])
        for start, end in reversed(list(zip([0, *ends], ends, strict=False)))
    ]


def _taken(chains: Chains, at: NDArray[np.intp]) -> Chains:
    parts = {name: values[at] for name, values in chains.parts.items()}
    return Chains(chains.cell[at], chains.drive[at], parts)


def _joined(chains: Sequence[Chains]) -> Chains:
    return Chains(
        np.concatenate([np.zeros(0, np.uint64), *(each.cell for each in chains)]),
        np.concatenate([np.zeros(0, np.uint32), *(each.drive for each in chains)]),
        {
            name: np.concatenate([np.zeros(0, dtype), *(each.parts[name] for each in chains)])
            for name, dtype in _COMPACT.items()
        },
    )


def _neighbours(cell: Cells, drive: NDArray[np.uint32], t_ms: Times, gap_ms: int) -> Groups:
    """Frames that follow each other in the table, in one cell and drive, at most the gap apart."""
    new = np.ones(len(cell), bool)
    apart = np.abs(t_ms[1:] - t_ms[:-1]) > gap_ms
    new[1:] = (cell[1:] != cell[:-1]) | (drive[1:] != drive[:-1]) | apart
    starts = np.flatnonzero(new)
    return Groups(np.arange(len(starts), dtype=np.uint64), None, starts)


def _visits(chains: Chains, order: NDArray[np.intp], gap_ms: int) -> NDArray[np.uint64]:
    """Number of the visit of each of n chains in `order`, by (cell, first frame); shape (n,).

    A chain begins a new visit when it begins more than the gap after all before it in its cell.
    """
    cell, begin = chains.cell[order], chains.parts["first_ms"][order]
    new = np.ones(len(order), bool)
    new[1:] = cell[1:] != cell[:-1]
    ended = _latest_so_far(new, chains.parts["last_ms"][order])
    new[1:] |= begin[1:] - ended[:-1] > gap_ms
    return (np.cumsum(new) - 1).astype(np.uint64)


def _by_drive(
    order: NDArray[np.intp], visit: NDArray[np.uint64], drive: NDArray[np.uint32]
) -> NDArray[np.intp]:
    """The order with chains of one visit by their drive; most visits are of one chain."""
    shared = np.zeros(len(order), bool)
    shared[1:] = visit[1:] == visit[:-1]
    shared[:-1] |= shared[1:]
    at = np.flatnonzero(shared)
    inside = np.lexsort((drive[order[at]], visit[at]))
    order[at] = order[at[inside]]
    return order


def _by_cell_and_time(cells: Cells, first: Times) -> NDArray[np.intp]:
    """Order of n chains; where cells and times span less than 64 bits together, by one key."""
    if not len(cells):
        return np.zeros(0, np.intp)
    low, earliest = cells.min(), first.min()
    alike = _lowest_bit(np.bitwise_or.reduce(cells ^ low))
    span = int(first.max() - earliest) + 1
    if ((int(cells.max() - low) >> alike) + 1) * span >= _KEYS:
        return np.lexsort((first, cells))
    number = (cells - low) >> np.uint64(alike)
    return np.argsort(number * np.uint64(span) + (first - earliest).astype(np.uint64))


def _lowest_bit(different: np.uint64) -> int:
    """Bits below it are the same in all cells (those of one resolution end alike)."""
    bits = int(different)
    return (bits & -bits).bit_length() - 1 if bits else 0


def _latest_so_far(new_cell: NDArray[np.bool_], last: Times) -> Times:
    """The greatest value so far in each run that `new_cell` begins, shape (n,).

    A run's number and a value share 64 bits where they fit; else Python's integers hold them.
    """
    if not len(last):
        return last
    earliest, number = last.min(), np.cumsum(new_cell)
    span = int(last.max() - earliest) + 1
    dtype = np.int64 if (int(number[-1]) + 1) * span < _KEYS // 2 else object
    begin = number.astype(dtype) * span
    latest = (np.maximum.accumulate(begin + (last - earliest)) - begin).astype(np.int64)
    return np.asarray(latest + earliest)
