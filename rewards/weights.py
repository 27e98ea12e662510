"""Weights: what each pass of an epoch counts, as an integer.

The law: a cell weighs what it is worth (WEIGHT_PER_DAY for each day of refill on a straight curve,
less where the policy scales crowded cells down), in proportion to the best grade anybody brought
from it, out of 1000. That is split among its visits by their best grade, and a
visit's part among its passes by their grade sums:

    weight = floor(worth * best of the cell * best of the visit * grade sum of the pass
                   / (1000 * sum of the visits' bests * grade sum of the visit))

So a pass alone in a cell earns its grade's share of it: otherwise a dirty lens would be paid like
a clean one wherever nobody else drove. One more picture of a visit, or in a visit of its own, never
earns its maker less, so nobody gains by keeping poor ones back. The formula depends on which frames
were accepted, never on whose they are: grade sums add up, so a pass split over two accounts earns
the same before the floor and never more after it, and two accounts in one car share. A pass that is
not paid (rewards/worth.py) weighs nothing and takes no share.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from roadcomb.cells import Cells

__all__ = ["FULL_GRADE", "SHARD", "WEIGHT_PER_DAY", "Runs", "runs_of", "shards_of_rows", "weigh"]

WEIGHT_PER_DAY = 1_000_000
"""Of a cell for each day of refill; so fine that a floor loses less than a millionth of it."""

FULL_GRADE = 1000
"""The best grade there is; alone in a cell it earns the whole weight."""

SHARD = 1 << 18
"""Rows that are weighed together; what a step holds beside them is a few columns of these."""

_UINT64_END = 2**64


@dataclass(frozen=True, slots=True)
class Runs:
    """Neighbouring rows of one group: first row of each, and each row's group; integers."""

    starts: NDArray[np.intp]
    of_row: NDArray[np.intp]


def runs_of(*keys: NDArray[np.unsignedinteger]) -> Runs:
    """Runs of equal keys in n sorted rows; each key of shape (n,)."""
    size = len(keys[0])
    new = np.zeros(size, bool)
    new[:1] = True
    for key in keys:
        new[1:] |= key[1:] != key[:-1]
    return Runs(np.flatnonzero(new), np.cumsum(new) - 1)


def shards_of_rows(cells: Cells) -> Iterator[slice]:
    """Slices of n rows, sorted by cell, that hold whole cells and about SHARD rows each."""
    start = 0
    while start < len(cells):
        end = min(start + SHARD, len(cells))
        end = int(np.searchsorted(cells, cells[end - 1], "right"))
        yield slice(start, end)
        start = end


def weigh(rows: pa.Table, worth: NDArray[np.int64], paid: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Weight of each of n rows (rewards/rows.py, sorted by cell and visit), shape (n,).

    worth: of each row's cell, shape (n,); paid: whether the row is, shape (n,).
    """
    weights = np.zeros(len(rows), np.uint64)
    cell, visit = rows["cell"].to_numpy(), rows["visit"].to_numpy()
    best, sums = rows["best_grade"].to_numpy(), rows["grade_sum"].to_numpy()
    for shard in shards_of_rows(cell):
        at = shard.start + np.flatnonzero(paid[shard])
        if len(at):
            weights[at] = _weigh_paid(cell[at], visit[at], best[at], sums[at], worth[at])
    return weights


def _weigh_paid(
    cell: Cells,
    visit: NDArray[np.uint32],
    best_grade: NDArray[np.uint16],
    sums: NDArray[np.uint32],
    worth: NDArray[np.int64],
) -> NDArray[np.uint64]:
    grade_sum = sums.astype(np.uint64)
    visits, cells = runs_of(cell, visit), runs_of(cell)
    best = np.maximum.reduceat(best_grade.astype(np.uint64), visits.starts)
    visit_sum = np.add.reduceat(grade_sum, visits.starts)
    first_visit = np.searchsorted(visits.starts, cells.starts)
    cell_best = np.maximum.reduceat(best, first_visit)[cells.of_row]
    cell_sum = np.add.reduceat(best, first_visit)[cells.of_row]
    return _exact_ratio(
        (worth.astype(np.uint64), cell_best, best[visits.of_row], grade_sum),
        (np.array([FULL_GRADE], np.uint64), cell_sum, visit_sum[visits.of_row]),
    )


def _exact_ratio(
    above: tuple[NDArray[np.uint64], ...], below: tuple[NDArray[np.uint64], ...]
) -> NDArray[np.uint64]:
    """floor(product of `above` / product of `below`), row by row.

    64 bits hold every product when they hold that of the largest factors, which is checked; else
    the same expression runs on Python's integers. (Seven days and grades of 1000 leave room
    for 2,600 frames in one cell.) The factors themselves fit: they are sums of 32-bit grade sums.
    """
    dtype = np.uint64 if max(_bound(above), _bound(below)) < _UINT64_END else object
    ratio: NDArray[np.uint64] = (_product(above, dtype) // _product(below, dtype)).astype(np.uint64)
    return ratio


def _bound(factors: tuple[NDArray[np.uint64], ...]) -> int:
    return math.prod(int(factor.max()) for factor in factors)


def _product(factors: tuple[NDArray[np.uint64], ...], dtype: type) -> NDArray[Any]:
    product: NDArray[Any] = reduce(np.multiply, (factor.astype(dtype) for factor in factors))
    return product
