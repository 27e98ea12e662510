"""How likely is a shown track of one that lives at a place, if everybody drives a shortest way?

Two laws of driving on a grid of streets. `alike`: all shortest ways are as likely; the count of
those that pass where the track begins, out of all, in binomials. `habits`: the very law by which
the drawn drivers turn (tests/benchmarks/homes.py), which only who drew them knows; by recursion
from the track's beginning backwards. Where a trip goes beyond what is shown of it is not known: the
mean of going no further and of going on.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.homes import BLOCK_M, LONGEST_RUN, PARKED_M, Points

__all__ = ["Candidates", "Law", "alike", "candidates_near", "habits"]

Chances = NDArray[np.float64]
Blocks = NDArray[np.int64]

STEP_M = 20
_UNKNOWN_M = 3 * PARKED_M
"""A track that goes less far along an axis says nothing of the way it came from there."""
_BEYOND = (0, 4)
"""Blocks that a trip goes on in both directions where it is not shown."""
_FAR = 99
_LOG_FACTORIAL = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, 2_000)))])


@dataclass(frozen=True)
class Candidates:
    """Places on streets; axis 0: their street goes east, 1: north."""

    places: Points
    axis: Blocks

    def only(self, chosen: NDArray[np.bool_]) -> "Candidates":
        """Some of them."""
        return Candidates(self.places[chosen], self.axis[chosen])


@dataclass(frozen=True)
class _Start:
    """Where a track begins, along axes turned so that it goes towards larger numbers.

    before: the crossing behind the beginning, which lies on a street along `axis`; last: the
    crossing up to which the track is shown.
    """

    sign: Blocks
    at_m: Points
    axis: int
    before: Blocks
    last: Blocks


Law = Callable[[Candidates, Points, float], Chances]
"""Chance of each candidate that a track begins where this one does; reach_m: how far homes lie."""


def candidates_near(middle: Points, reach_m: float) -> Candidates:
    """Each 20 m of every street in the square around a place."""
    reach = np.arange(-reach_m, reach_m, STEP_M)
    roads = np.unique(np.round((middle[:, None] + reach) / BLOCK_M), axis=1) * BLOCK_M
    east = np.array([(x, y) for y in np.unique(roads[1]) for x in middle[0] + reach])
    north = np.array([(x, y) for x in np.unique(roads[0]) for y in middle[1] + reach])
    axis = np.repeat([0, 1], [len(east), len(north)])
    return Candidates(np.concatenate([east, north]), axis)


def alike(homes: Candidates, track: Points, _: float) -> Chances:
    """All shortest ways are as likely."""
    return _mean([_alike(homes, start) for start in _starts(track)])


def habits(homes: Candidates, track: Points, reach_m: float) -> Chances:
    """Drivers turn as the drawn ones do."""
    return _mean([_habits(homes, start, math.ceil(reach_m / BLOCK_M)) for start in _starts(track)])


def _mean(chances: list[Chances]) -> Chances:
    return np.asarray(np.mean(chances, axis=0))


def _starts(track: Points) -> Iterator[_Start]:
    """One, or more where the track does not tell from which side it came."""
    way, ahead = track[-1] - track[0], np.abs(track[min(2, len(track) - 1)] - track[0])
    axis = int(ahead[1] > ahead[0])
    known = [[int(math.copysign(1, w))] if abs(w) >= _UNKNOWN_M else [1, -1] for w in way]
    for signs in product(*known):
        sign = np.array(signs)
        first_m, last_m = track[0] * sign, track[-1] * sign
        before = np.round(first_m / BLOCK_M).astype(np.int64)
        before[axis] = math.floor(first_m[axis] / BLOCK_M)
        last = np.floor((last_m + 10) / BLOCK_M).astype(np.int64)
        yield _Start(sign, first_m, axis, before, last)


def _from_crossings(homes: Candidates, start: _Start) -> tuple[Blocks, NDArray[np.bool_]]:
    """(blocks from each home's next crossing to `before`, whether the track still is in the first
    street, so that there is no crossing between)."""
    at_m, rows = homes.places * start.sign, np.arange(len(homes.places))
    crossing = np.rint(at_m / BLOCK_M).astype(np.int64)
    own = at_m[rows, homes.axis] / BLOCK_M
    crossing[rows, homes.axis] = np.ceil(own - 1e-9).astype(np.int64)
    off = start.before - crossing
    axis = start.axis
    here = (homes.axis == axis) & (off[:, axis] == -1) & (off[:, 1 - axis] == 0)
    return off, here & (at_m[:, axis] < start.at_m[axis] + STEP_M)


def _alike(homes: Candidates, start: _Start) -> Chances:
    off, here = _from_crossings(homes, start)
    step = np.eye(2, dtype=np.int64)[start.axis]
    chances = []
    for beyond in _BEYOND:
        onwards = np.maximum(start.last - start.before - step, 0) + beyond
        log = _log_ways(off) + _log_ways(onwards) - _log_ways(np.maximum(off + step + onwards, 0))
        chances.append(np.exp(log))
    return np.where(here, 1.0, _mean(chances))


def _log_ways(blocks: Blocks) -> Chances:
    """Logarithm of the number of shortest ways over so many blocks (..., 2)."""
    some = np.maximum(blocks, 0)
    log = _LOG_FACTORIAL[some.sum(axis=-1)] - _LOG_FACTORIAL[some].sum(axis=-1)
    return np.where((blocks >= 0).all(axis=-1), log, -np.inf)


def _habits(homes: Candidates, start: _Start, reach: int) -> Chances:
    off, here = _from_crossings(homes, start)
    inside = ((off >= 0) & (off < reach)).all(axis=1)
    found = np.zeros(len(off))
    shown = np.clip(start.last - start.before, 0, LONGEST_RUN)
    for onwards in (shown, np.array([_FAR, _FAR])):
        table = _passing(start.axis, int(onwards[0]), int(onwards[1]), reach)
        found[inside] += table[1 - homes.axis[inside], off[inside, 0], off[inside, 1]] / 2
    return np.where(here, 1.0, found)


@cache
def _passing(axis: int, onwards_east: int, onwards_north: int, reach: int) -> Chances:
    """Chance, [axis of the next run, blocks behind east, north], of passing where a track begins.

    A run goes on for 1 to LONGEST_RUN blocks, but no further than the goal, and then turns.
    """
    table = np.zeros((2, reach, reach))
    for behind in product(range(reach), range(reach)):
        left = (onwards_east + behind[0], onwards_north + behind[1])
        for run in sorted((0, 1), key=lambda a: left[a] == 0):
            table[run, *behind] = _of_run(table, axis, run, behind, left)
    return table


def _of_run(
    table: Chances, axis: int, run: int, behind: tuple[int, int], left: tuple[int, int]
) -> float:
    if left[run] == 0:
        return float(table[1 - run, *behind]) if left[1 - run] else 0.0
    longest, gone = min(left[run], LONGEST_RUN), behind[run]
    found = max(0.0, longest - gone) if run == axis and behind[1 - run] == 0 else 0.0
    for blocks in range(1, min(longest, gone) + 1):
        turned = (gone - blocks, behind[1]) if run == 0 else (behind[0], gone - blocks)
        found += float(table[1 - run, *turned])
    return found / longest
