"""Visits: which passes of a cell belong together in time, and so share one part of its weight.

The law: a visit is a chain of accepted frames in one cell, each at most the gap after the one
before, whoever made them. It is chained over frames, not over drives, so that cutting a drive in
pieces, or handing them to several accounts, cannot change a visit. A drive that comes back to a
cell in another visit makes another pass there.

Neighbouring frames of one drive in one cell are taken together first: a chain stays one, and what
is left to sort is a half or less.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rewards.weights import runs_of
from roadcomb.cells import Cells
from roadcomb.epochs import DAY_MS
from tiles.groups import Groups
from tiles.passes import FOLDED, Columns, folded, singles

__all__ = [
    "CHAIN",
    "Chains",
    "Gathered",
    "chains_of",
    "gathered",
    "passes_of_shards",
]

CHAIN = np.dtype(
    [
        ("cell", np.uint64),
        ("first_ms", np.int64),
        ("last_ms", np.int64),
        ("drive", np.uint32),
        ("grade_sum", np.uint32),
        ("frames", np.uint32),
        ("best_grade", np.uint16),
        ("sectors", np.uint8),
    ],
    align=True,
)
"""A chain of frames of one drive in one cell: what it is of a pass (tiles/passes.py). A drive has
20,000 frames at most, so that no sum outgrows its column."""

SHARD = 1 << 18
"""Chains whose visits are found together."""
_KEYS = 1 << 64
_UNORDERED = ("sectors", "best_grade", "grade_sum")
"""What each frame of a chain may have its part in."""

Chains = NDArray[np.void]
"""Of CHAIN, shape (n,)."""
Times = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Gathered:
    """All chains of an epoch. shards: each of whole cells, cells rising from one to the next; days:
    of each drive's first frame, shape (drives,)."""

    shards: list[Chains]
    days: NDArray[np.int32]

    @property
    def count(self) -> int:
        """Of chains that are not taken out yet: passes are no more."""
        return sum(len(chains) for chains in self.shards)


def chains_of(frames: pa.Table, gap_ms: int) -> Chains:
    """Neighbouring frames of one drive in one cell together, of whole drives. In a chain times
    rise: what is read off its ends needs no fold."""
    cell, drive = frames["cell"].to_numpy(), frames["drive"].to_numpy()
    parts = singles(frames)
    groups = _neighbours(cell, drive, parts["first_ms"], gap_ms)
    ends = np.append(groups.starts, len(cell))[1:]
    chains = np.empty(len(groups.starts), CHAIN)
    chains["cell"], chains["drive"] = cell.take(groups.starts), drive.take(groups.starts)
    chains["first_ms"] = parts["first_ms"].take(groups.starts)
    chains["last_ms"] = parts["last_ms"].take(ends - 1)
    chains["frames"] = ends - groups.starts
    for name, values in folded({name: parts[name] for name in _UNORDERED}, groups).items():
        chains[name] = values
    return chains


def gathered(
    batches: Iterable[Chains], drives: int, batches_expected: int = 1, shard: int = SHARD
) -> Gathered:
    """The chains of all drives, which come in batches of whole drives, cut into shards of cells.

    Where to cut is read off the first batch: drives come in the order of their ids, which is none.
    """
    first = np.full(max(drives, 1), np.iinfo(np.int64).max)
    shards: list[_Shard] = []
    for chains in batches:
        begins = runs_of(chains["drive"]).starts  # `at` takes long: once a drive, not a chain
        earliest = np.minimum.reduceat(chains["first_ms"], begins)
        np.minimum.at(first, chains["drive"][begins], earliest)
        if not shards:
            bounds = _bounds(chains["cell"], shard // batches_expected + 1)
            shards = [_Shard(shard) for _ in range(len(bounds) + 1)]
        for its, own in zip(shards, _cut(chains["cell"], bounds), strict=True):
            its.add(chains, own)
    days = np.asarray(first // DAY_MS).astype(np.int32)
    return Gathered([its.chains for its in shards], days)


class _Shard:
    """Chains that come in pieces into room that was asked for before: pages that nothing is written
    to take no memory, and pieces of their own would be copied once more."""

    def __init__(self, expected: int) -> None:
        self._room, self._count = np.empty(expected + expected // 8, CHAIN), 0

    def add(self, chains: Chains, at: NDArray[np.intp]) -> None:
        """Some of these chains, in this order."""
        end = self._count + len(at)
        if end > len(self._room):
            room = np.empty(2 * end, CHAIN)
            room[: self._count] = self.chains
            self._room = room
        chains.take(at, out=self._room[self._count : end], mode="clip")  # not by way of a copy
        self._count = end

    @property
    def chains(self) -> Chains:
        """All that came so far."""
        return self._room[: self._count]


def passes_of_shards(found: Gathered, gap_ms: int) -> Iterator[Columns]:
    """The passes of each shard, by cell and visit: columns of PASSES, `visit` (distinct over the
    shard's cells) and `drive`. What is given back is taken out of the shards."""
    while found.shards:
        yield _passes(found.shards.pop(0), found.days, gap_ms)


def _passes(chains: Chains, days: NDArray[np.int32], gap_ms: int) -> Columns:
    chains = chains.take(_by_cell_and_time(chains["cell"], chains["first_ms"]))
    visit = _visits(chains, gap_ms)
    chains = _by_drive(chains, visit)
    new = np.ones(len(chains), bool)
    new[1:] = (visit[1:] != visit[:-1]) | (chains["drive"][1:] != chains["drive"][:-1])
    passes = _joined(chains, new)
    columns = {name: passes[name] for name in CHAIN.names or ()}
    return {**columns, "day": days.take(passes["drive"]), "visit": visit.compress(new)}


def _joined(chains: Chains, new: NDArray[np.bool_]) -> Chains:
    """Chains of one pass, which lie together, as one; `new` begins a pass. Most are of one."""
    last = np.append(new[1:], True)
    joined, several = chains.compress(new), np.flatnonzero(~(new & last))
    if len(several):
        begins = new[several]
        starts = np.flatnonzero(begins)
        groups = Groups(np.arange(len(starts), dtype=np.uint64), None, starts)
        parts = folded({name: chains[name][several] for name in FOLDED}, groups)
        for name, values in parts.items():
            joined[name][~last[new]] = values
    return joined


def _bounds(cells: Cells, at_most: int) -> Cells:
    """Cells at which to cut, rising, none twice, so that about `at_most` of these lie between."""
    ordered = np.sort(cells)
    return np.unique(ordered[at_most::at_most])


def _cut(cells: Cells, bounds: Cells) -> list[NDArray[np.intp]]:
    """Which cells lie between each two bounds."""
    which = np.searchsorted(bounds, cells, "right").astype(np.uint16)
    order = np.argsort(which, kind="stable")
    ends = np.cumsum(np.bincount(which, minlength=len(bounds) + 1))
    return np.split(order, ends[:-1])


def _neighbours(cell: Cells, drive: NDArray[np.uint32], t_ms: Times, gap_ms: int) -> Groups:
    """Frames that follow each other in the table and in time, in one cell and drive, at most the
    gap apart."""
    new = np.ones(len(cell), bool)
    apart = (t_ms[1:] - t_ms[:-1]).view(np.uint64) > gap_ms  # a step back is a very long one
    new[1:] = (cell[1:] != cell[:-1]) | (drive[1:] != drive[:-1]) | apart
    starts = np.flatnonzero(new)
    return Groups(np.arange(len(starts), dtype=np.uint64), None, starts)


def _visits(chains: Chains, gap_ms: int) -> NDArray[np.uint64]:
    """Number of the visit of each of n chains, which are sorted by (cell, first frame); shape (n,).

    A chain begins a new visit when it begins more than the gap after all before it in its cell.
    """
    cell, begin = chains["cell"], chains["first_ms"]
    new = np.ones(len(chains), bool)
    new[1:] = cell[1:] != cell[:-1]
    ended = _latest_so_far(new, chains["last_ms"])
    new[1:] |= begin[1:] - ended[:-1] > gap_ms
    return (np.cumsum(new) - 1).astype(np.uint64)


def _by_drive(chains: Chains, visit: NDArray[np.uint64]) -> Chains:
    """Chains sorted by visit, in each now by drive; most visits are of one chain."""
    shared = np.zeros(len(chains), bool)
    shared[1:] = visit[1:] == visit[:-1]
    shared[:-1] |= shared[1:]
    at = np.flatnonzero(shared)
    chains[at] = chains.take(at[np.lexsort((chains["drive"][at], visit[at]))])
    return chains


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
