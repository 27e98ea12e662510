"""Weights: what each pass of an epoch counts, as an integer.

The law: a cell weighs WEIGHT_PER_DAY for each day of refill it has. That is split among its visits
by their best grade, a visit's part counts in proportion to that grade out of 1000, and is split
among its passes by their grade sums:

    weight = floor(W * best of the visit * best of the visit * grade sum of the pass
                   / (sum of the visits' bests * 1000 * grade sum of the visit))

So a pass alone in a cell earns its grade's share of it: otherwise a dirty lens would be paid like
a clean one wherever nobody else drove. The formula depends on which frames were accepted, never on
whose they are: grade sums add up, so a pass split over two accounts earns the same before the floor
and never more after it, and two accounts in one car share. A pass below the policy's minimum grade
weighs nothing and takes no share.
"""

import math
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["FULL_GRADE", "WEIGHT_PER_DAY", "Runs", "runs_of", "weigh"]

WEIGHT_PER_DAY = 1_000_000
"""Of a cell for each day of refill; so fine that a floor loses less than a millionth of it."""

FULL_GRADE = 1000
"""The best grade there is; alone in a cell it earns the whole weight."""

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


def weigh(rows: pa.Table, days: NDArray[np.int64], minimum_grade: int) -> NDArray[np.uint64]:
    """Weight of each of n rows (rewards/rows.py, sorted by cell and visit), shape (n,).

    days: refill of each row's cell, shape (n,).
    """
    weights = np.zeros(len(rows), np.uint64)
    paid = np.flatnonzero(rows["best_grade"].to_numpy() >= minimum_grade)
    if len(paid):
        weights[paid] = _weigh_paid(rows.take(pa.array(paid)), days[paid])
    return weights


def _weigh_paid(rows: pa.Table, days: NDArray[np.int64]) -> NDArray[np.uint64]:
    cell, visit = rows["cell"].to_numpy(), rows["visit"].to_numpy()
    grade_sum = rows["grade_sum"].to_numpy().astype(np.uint64)
    visits, cells = runs_of(cell, visit), runs_of(cell)
    best = np.maximum.reduceat(rows["best_grade"].to_numpy().astype(np.uint64), visits.starts)
    visit_sum = np.add.reduceat(grade_sum, visits.starts)
    cell_best = np.add.reduceat(best, np.searchsorted(visits.starts, cells.starts))
    of_cell, of_visit = days.astype(np.uint64) * np.uint64(WEIGHT_PER_DAY), best[visits.of_row]
    full = np.array([FULL_GRADE], np.uint64)
    return _exact_ratio(
        (of_cell, of_visit, of_visit, grade_sum),
        (cell_best[cells.of_row], full, visit_sum[visits.of_row]),
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
