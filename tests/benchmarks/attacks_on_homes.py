"""Guesses at a home from all that is published of its trips.

The attacker knows the law of the discs and is given what nobody publishes: which trips belong to
one home, at which of their ends it lies, and the map of all streets.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.settings import TrimSettings
from roadcomb.cells import cells_of
from tests.benchmarks.homes import Points, Shown, places_deg
from tests.benchmarks.shortest_ways import Candidates, Law, alike, candidates_near, habits

__all__ = ["HABITS", "NEAR_M", "guesses", "seen_cells"]

Weights = NDArray[np.float64]
Cells = NDArray[np.uint64]

NEAR_M = 100.0
HABITS = "where drawn drivers' turns lead back to"
"""Attacks of an attacker who knows by which law the drawn drivers turn begin so."""

_UNSURE_M = 20.0
"""How far a beginning may lie off its disc's edge: frames are 8 m apart, cars park 15 m apart."""
_OTHERWISE = 0.003
"""Chance that a track is no shortest way, or not as supposed."""
_MOST = 400
"""Possible middles, and places of the densest 100 m, that are looked at."""


def guesses(home: Shown, settings: TrimSettings, seen: Cells) -> Mapping[str, Points]:
    """The best guess of each attack. seen: sorted cells that anybody's tracks have passed."""
    exits = np.array([track[0] for track in home.tracks])
    ways = np.array([_direction(track) for track in home.tracks])
    middles, weights = _middles(home, exits, settings.radius_m)
    middle = np.average(middles, axis=0, weights=weights)
    homes, disc = _in_reach(middle, middles, weights, settings)
    behind = disc * _is_behind(homes.places, home.tracks)
    as_likely = disc * _chances(alike, homes, home.tracks, settings)
    as_drawn = disc * _chances(habits, homes, home.tracks, settings)
    unseen = as_likely * ~np.isin(_cells(homes.places), seen)
    return {
        "where the tracks begin, their mean": exits.mean(axis=0),
        "one radius back along the first street": (exits - settings.radius_m * ways).mean(axis=0),
        "middle of the disc through the beginnings": middle,
        "streets that the disc allows, their mean": _mean(homes.places, disc, middle),
        "where shortest ways begin, their mean": _mean(homes.places, behind, middle),
        "where shortest ways begin, densest 100 m": _densest(homes.places, behind, middle),
        "most shortest ways, their mean": _mean(homes.places, as_likely, middle),
        "most shortest ways, densest 100 m": _densest(homes.places, as_likely, middle),
        "the same, streets that nobody passed": _densest(homes.places, unseen, middle),
        f"{HABITS}, their mean": _mean(homes.places, as_drawn, middle),
        f"{HABITS}, densest 100 m": _densest(homes.places, as_drawn, middle),
    }


def seen_cells(town: Sequence[Shown]) -> Cells:
    """Cells of the map that any track shown has passed."""
    return np.unique(np.concatenate([_cells(track) for home in town for track in home.tracks]))


def _cells(places: Points) -> Cells:
    cells: Cells = cells_of(*places_deg(places))
    return cells


def _direction(track: Points) -> Points:
    ahead = track[min(5, len(track) - 1)] - track[0]
    return np.asarray(ahead / max(np.hypot(*ahead), 1e-9))


def _distances(places: Points, others: Points) -> Weights:
    return np.asarray(np.hypot(*(places[:, None] - others[None]).transpose(2, 0, 1)))


def _middles(home: Shown, exits: Points, radius_m: float) -> tuple[Points, Weights]:
    """Where the disc's middle may be, with weights: tracks begin on the edge, none is inside."""
    reach = np.arange(-radius_m - 200, radius_m + 201, max(20.0, radius_m / 40))
    grid = np.stack(np.meshgrid(reach, reach), axis=-1).reshape(-1, 2) + exits.mean(axis=0)
    off = sum((np.hypot(*(grid - one).T) - radius_m) ** 2 for one in exits)
    cost = np.asarray(off) / (2 * _UNSURE_M**2)
    best = np.flatnonzero(cost < cost.min() + 10)
    best = best[:: 1 + len(best) // _MOST]
    own = np.concatenate([track[::6] for track in home.tracks])
    near = own[np.hypot(*(own - exits.mean(axis=0)).T) < 3 * radius_m]
    inside = (_distances(grid[best], near) < radius_m - 3 * _UNSURE_M).sum(axis=1)
    total = cost[best] + inside
    return grid[best], np.exp(total.min() - total)


def _in_reach(
    middle: Points, middles: Points, weights: Weights, settings: TrimSettings
) -> tuple[Candidates, Weights]:
    """Places on streets and their chance by the disc alone: uniform around each possible middle."""
    homes = candidates_near(middle, 2 * settings.radius_m)
    chance = np.zeros(len(homes.places))
    for one, weight in zip(middles, weights, strict=True):
        off = np.hypot(*(homes.places - one).T)
        chance += weight * (off <= settings.displaced * settings.radius_m)
    return homes.only(chance > 0), chance[chance > 0]


def _is_behind(places: Points, tracks: Sequence[Points]) -> NDArray[np.bool_]:
    """Whether every track could be the rest of a shortest way from there: it turns back nowhere."""
    possible = np.ones(len(places), bool)
    for track in tracks:
        way = track[-1] - track[0]
        for axis in (0, 1):
            if abs(way[axis]) > 3 * _UNSURE_M:
                back = (track[0, axis] - places[:, axis]) * math.copysign(1, way[axis])
                possible &= back > -3 * _UNSURE_M
    return possible


def _chances(
    law: Law, homes: Candidates, tracks: Sequence[Points], settings: TrimSettings
) -> Weights:
    """By the shape of all tracks (Bayes: the chances of independent tracks multiply)."""
    reach_m = 2 * settings.radius_m + 400
    each = [law(homes, track, reach_m) + _OTHERWISE for track in tracks]
    return np.asarray(np.prod(each, axis=0))


def _mean(places: Points, weights: Weights, fallback: Points) -> Points:
    return np.asarray(np.average(places, axis=0, weights=weights)) if weights.any() else fallback


def _densest(places: Points, weights: Weights, fallback: Points) -> Points:
    """The place with the most chance within 100 m."""
    if not weights.any():
        return fallback
    likely = np.argsort(-weights, kind="stable")[: 2 * _MOST]
    near = _distances(places[likely[:_MOST]], places[likely]) <= NEAR_M
    return np.asarray(places[likely[int(np.argmax(near @ weights[likely]))]])
