"""Where do they live? An attack on everything that is published, over simulated homes.

A drawn town of straight streets; each contributor has one home and some trips from and to it,
which go the shortest way. What is published of the trips (frames in order, cells of the map and of
the books) has passed the same screening and trimming as real ones. The attacker is given for free
what nobody publishes: which trips belong to one home, at which of their ends it lies, the map of
all streets, and that everybody drives the shortest way. Nothing here is timed, all is seeded.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.screening import screen_drives
from ingest.settings import ScreenSettings, TrimSettings
from ingest.trimming import Privacy, keep_private
from roadcomb.cells import cells_of
from roadcomb.geo import EARTH_RADIUS_M
from roadcomb.records import Frame, degrees, e7

__all__ = ["Figures", "attack_all", "main"]

Points = NDArray[np.float64]
"""Shape (n, 2): metres east and north of the town's middle."""

HOMES, TRIPS = 600, (2, 5)
TOWN_M, BLOCK_M, WAY_M = 10_000, 120, (1_500, 5_000)
PARKED_M, GNSS_M, SPACING_M, SPEED_MPS = 15.0, 3.0, 8.0, 10.0
LAT, LON, METRE_DEG = 0.5, -25.0, 180 / (math.pi * EARTH_RADIUS_M)
"""Open water: nobody lives there."""

_STEP_M = 20
_NEAR_M = 100.0
_UNSURE_M = 15.0
"""How far an exit may lie off its disc's edge: frames are 8 m apart and cars park 15 m apart."""


@dataclass(frozen=True)
class Home:
    """One home and what is published of its trips: each a track that begins nearest to it."""

    place: Points
    tracks: tuple[Points, ...]


@dataclass(frozen=True)
class Figures:
    """Of one attack over all homes: median error in metres, share of guesses within 100 m."""

    name: str
    median_m: float
    within: float


def attack_all(
    homes: int = HOMES, radius_m: float = 500.0, seed: int = 2026
) -> tuple[int, list[Figures]]:
    """(trips, figures of each attack) with discs of this radius."""
    draw = np.random.default_rng(seed)
    trips, town = 0, []
    settings = TrimSettings(radius_m=radius_m)
    for _ in range(homes):
        home = _on_a_street(draw)
        privacy = Privacy(draw.bytes(32), settings)
        routes = [_trip(home, draw) for _ in range(draw.integers(*TRIPS))]
        trips += len(routes)
        tracks = [track for route in routes if len(track := _published(route, privacy, draw)) > 1]
        if tracks:
            town.append(Home(home, tuple(tracks)))
    seen = _cells(np.concatenate([track for home in town for track in home.tracks]))
    guesses = [_guesses(home, settings, np.unique(seen)) for home in town]
    errors = {
        name: [math.dist(g[name], home.place) for g, home in zip(guesses, town, strict=True)]
        for name in guesses[0]
    }
    return trips, [_figures(name, np.array(found)) for name, found in errors.items()]


def main() -> None:
    """Print each attack's figures, and the best of all."""
    trips, found = attack_all()
    print(f"{HOMES} homes, {trips} trips; error of the best guess: median, share within 100 m")
    for figures in found:
        print(f"  {figures.name:44} {figures.median_m:6.0f} m {100 * figures.within:6.1f} %")
    nearest, most = min(f.median_m for f in found), max(f.within for f in found)
    print(f"worst of all: median {nearest:.0f} m (goal >= 250), {100 * most:.1f} % (goal <= 7)")


def _figures(name: str, errors: NDArray[np.float64]) -> Figures:
    return Figures(name, float(np.median(errors)), float((errors <= _NEAR_M).mean()))


def _on_a_street(draw: np.random.Generator) -> Points:
    """A place between two crossings of the grid."""
    along, across = draw.uniform(-TOWN_M / 2, TOWN_M / 2), _street(draw.uniform(-1, 1) * TOWN_M / 2)
    return np.array([along, across] if draw.random() < 0.5 else [across, along])


def _street(at_m: float) -> float:
    return round(at_m / BLOCK_M) * BLOCK_M


def _trip(home: Points, draw: np.random.Generator) -> Points:
    """Corners of a shortest way along the streets from near the home to somewhere else."""
    while True:
        goal = _on_a_street(draw)
        if WAY_M[0] <= np.abs(goal - home).sum() <= WAY_M[1]:
            break
    start = home.copy()
    own = 0 if home[1] % BLOCK_M in (0.0, BLOCK_M) or _street(home[1]) == home[1] else 1
    start[own] += draw.normal(0, PARKED_M)
    corners = [start, *_stairs(start, goal, own, draw), goal]
    return np.array(corners)


def _stairs(start: Points, goal: Points, axis: int, draw: np.random.Generator) -> Iterator[Points]:
    """Crossings: on along one's street, then in turns towards the goal's street."""
    ends = [_towards(start, goal, 0), _towards(start, goal, 1)]
    last = np.array([_street_before(goal[0], start[0]), _street_before(goal[1], start[1])])
    at = start.copy()
    at[axis] = ends[axis]
    yield at.copy()
    turn = 1 - axis
    for _ in range(200):
        if (at == last).all():
            return
        left = abs(last[turn] - at[turn]) / BLOCK_M
        if left >= 1:
            blocks = draw.integers(1, min(left, 6) + 1)
            at[turn] += math.copysign(blocks * BLOCK_M, last[turn] - at[turn])
            yield at.copy()
        elif left > 0:
            at[turn] = last[turn]
            yield at.copy()
        turn = 1 - turn


def _towards(start: Points, goal: Points, axis: int) -> float:
    """The next crossing on the way."""
    ahead = math.ceil if goal[axis] >= start[axis] else math.floor
    return float(ahead(start[axis] / BLOCK_M) * BLOCK_M)


def _street_before(goal_m: float, start_m: float) -> float:
    """The crossing before the goal, as one comes from the start."""
    near = math.floor if goal_m >= start_m else math.ceil
    return float(near(goal_m / BLOCK_M) * BLOCK_M)


def _published(corners: Points, privacy: Privacy, draw: np.random.Generator) -> Points:
    """The track as it is shown, from its end nearest to the home; half of the trips lead home."""
    legs = np.hypot(*np.diff(corners, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(legs)])
    at_m = np.arange(0, along[-1], SPACING_M)
    places = np.column_stack([np.interp(at_m, along, corners[:, axis]) for axis in (0, 1)])
    noisy = places + draw.normal(0, GNSS_M, places.shape) / 3
    homewards = draw.random() < 0.5
    shown = _kept(noisy[::-1] if homewards else noisy, privacy)
    return shown[::-1] if homewards else shown


def _kept(places: Points, privacy: Privacy) -> Points:
    frames = [
        Frame(
            f"{n}",
            1,
            round(1000 * n * SPACING_M / SPEED_MPS),
            e7(LAT + y * METRE_DEG),
            e7(LON + x * METRE_DEG),
            speed_cmps=1000,
        )
        for n, (x, y) in enumerate(places.tolist())
    ]
    screening = ScreenSettings()
    drives, _ = screen_drives(frames, screening)
    kept, _ = keep_private(drives, privacy, screening)
    left = [frame for drive in kept for frame in drive]
    x = [(degrees(frame.lon_e7) - LON) / METRE_DEG for frame in left]
    y = [(degrees(frame.lat_e7) - LAT) / METRE_DEG for frame in left]
    return np.column_stack([x, y]) if left else np.zeros((0, 2))


def _cells(places: Points) -> NDArray[np.uint64]:
    lat, lon = LAT + places[:, 1] * METRE_DEG, LON + places[:, 0] * METRE_DEG
    cells: NDArray[np.uint64] = cells_of(lat, lon)
    return cells


def _guesses(home: Home, settings: TrimSettings, seen: NDArray[np.uint64]) -> dict[str, Points]:
    """The best guess of each attack."""
    exits = np.array([track[0] for track in home.tracks])
    ways = np.array([_direction(track) for track in home.tracks])
    centres, weights = _centres(home, exits, settings.radius_m)
    middle = np.average(centres, axis=0, weights=weights)
    streets = _streets_near(middle, settings.radius_m)
    likely = _likely(streets, centres, weights, settings)
    unseen = likely * ~np.isin(_cells(streets), seen)
    behind = likely * _is_behind(streets, home.tracks)
    return {
        "where the tracks begin, their mean": exits.mean(axis=0),
        "back along the first street": (exits - settings.radius_m * ways).mean(axis=0),
        "middle of the disc through the beginnings": middle,
        "streets that could be, their mean": _mean(streets, likely, middle),
        "the same, only cells that nobody has passed": _mean(streets, unseen, middle),
        "the same, only where shortest ways begin": _mean(streets, behind, middle),
        "100 m with most such streets": _densest(streets, behind, middle),
        "100 m with most such streets, nobody passed": _densest(streets, behind * unseen, middle),
    }


def _direction(track: Points) -> Points:
    ahead = track[min(5, len(track) - 1)] - track[0]
    return np.asarray(ahead / max(np.hypot(*ahead), 1e-9))


def _centres(home: Home, exits: Points, radius_m: float) -> tuple[Points, NDArray[np.float64]]:
    """Where the disc's middle may be, with weights: tracks begin on the edge, none is inside."""
    reach = np.arange(-radius_m - 200, radius_m + 201, _STEP_M)
    grid = np.stack(np.meshgrid(reach, reach), axis=-1).reshape(-1, 2) + exits.mean(axis=0)
    off = np.hypot(*(grid[:, None] - exits[None]).transpose(2, 0, 1)) - radius_m
    cost = (off**2).sum(axis=1) / (2 * _UNSURE_M**2)
    best = grid[cost < cost.min() + 12]
    cost = cost[cost < cost.min() + 12]
    own = np.concatenate([track[::4][:200] for track in home.tracks])
    inside = np.hypot(*(best[:, None] - own[None]).transpose(2, 0, 1)) < radius_m - 3 * _UNSURE_M
    cost = cost + inside.sum(axis=1)
    return best, np.exp(cost.min() - cost)


def _streets_near(middle: Points, radius_m: float) -> Points:
    """Each 20 m of every street around a place."""
    reach = np.arange(-2 * radius_m, 2 * radius_m, _STEP_M)
    roads = np.unique(np.round((middle[:, None] + reach) / BLOCK_M), axis=1) * BLOCK_M
    east = np.array([(x, y) for y in np.unique(roads[1]) for x in middle[0] + reach])
    north = np.array([(x, y) for x in np.unique(roads[0]) for y in middle[1] + reach])
    return np.concatenate([east, north])


def _likely(
    streets: Points, centres: Points, weights: NDArray[np.float64], settings: TrimSettings
) -> NDArray[np.float64]:
    """The chance of each place: uniform around each possible middle."""
    off = np.hypot(*(streets[:, None] - centres[None]).transpose(2, 0, 1))
    return np.asarray((off <= settings.displaced * settings.radius_m) @ weights, np.float64)


def _is_behind(streets: Points, tracks: Sequence[Points]) -> NDArray[np.bool_]:
    """Whether every track could be the rest of a shortest way from there: it turns back nowhere."""
    possible = np.ones(len(streets), bool)
    for track in tracks:
        way = track[-1] - track[0]
        for axis in (0, 1):
            if abs(way[axis]) > 3 * _UNSURE_M:
                back = (track[0, axis] - streets[:, axis]) * math.copysign(1, way[axis])
                possible &= back > -3 * _UNSURE_M
    return possible


def _mean(streets: Points, weights: NDArray[np.float64], fallback: Points) -> Points:
    if not weights.sum():
        return fallback
    return np.asarray(np.average(streets, axis=0, weights=weights))


def _densest(streets: Points, weights: NDArray[np.float64], fallback: Points) -> Points:
    """The place with the most chance within 100 m."""
    if not weights.sum():
        return fallback
    alive = weights > 0
    near = np.hypot(*(streets[:, None] - streets[None, alive]).transpose(2, 0, 1)) <= _NEAR_M
    return np.asarray(streets[int(np.argmax(near @ weights[alive]))])
