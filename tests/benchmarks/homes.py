"""A drawn town of straight streets: who lives where, where they drive, and what is shown of it.

Each resident has one home and some trips from and to it, which go a shortest way. What is shown of
a trip has passed the trimming of real ones. All is seeded.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.settings import ScreenSettings, TrimSettings
from ingest.trimming import TRIP_END, Privacy, keep_private
from roadcomb.geo import EARTH_RADIUS_M
from roadcomb.records import Frame, degrees, e7

__all__ = [
    "BLOCK_M",
    "LONGEST_RUN",
    "PARKED_M",
    "SPACING_M",
    "Points",
    "Resident",
    "Shown",
    "draw_town",
    "places_deg",
    "shown_of",
]

Points = NDArray[np.float64]
"""Shape (n, 2): metres east and north of the town's middle."""

TRIPS = (2, 5)
"""Trips of a home: from the first to one less than the second, all as likely."""
TOWN_M, BLOCK_M, WAY_M = 24_000, 120, (4_000.0, 12_000.0)
"""Long trips beside any disc, so that a goal is not met by having nothing left to show."""
LONGEST_RUN = 6
"""Blocks that a driver goes straight on before turning: 1 to this, all as likely."""
PARKED_M, GNSS_M, SPACING_M, SPEED_MPS = 15.0, 1.0, 8.0, 10.0
LAT, LON, METRE_DEG = 0.5, -25.0, 180 / (math.pi * EARTH_RADIUS_M)
"""Open water: nobody lives there."""


@dataclass(frozen=True)
class Resident:
    """A home, the secret of who lives there, and the frames of each trip from the home onwards."""

    place: Points
    secret: bytes
    trips: tuple[Points, ...]
    homewards: tuple[bool, ...]


@dataclass(frozen=True)
class Shown:
    """Of one home: the tracks that are published, each from its end nearest to the home, and how
    many metres were cut at each end of a trip."""

    place: Points
    tracks: tuple[Points, ...]
    cut_m: tuple[float, ...]


def draw_town(homes: int, seed: int, way_m: tuple[float, float] = WAY_M) -> list[Resident]:
    """Residents whose homes lie anywhere on the streets, with trips of `way_m` metres."""
    draw = np.random.default_rng(seed)
    return [_resident(draw, way_m) for _ in range(homes)]


def shown_of(resident: Resident, settings: TrimSettings) -> Shown:
    """What is published of a resident's trips."""
    privacy = Privacy(resident.secret, settings)
    tracks, cut_m = [], []
    for trip, homewards in zip(resident.trips, resident.homewards, strict=True):
        track, cut = _kept(trip[::-1] if homewards else trip, privacy)
        tracks.append(track[::-1] if homewards else track)
        cut_m.append(cut * SPACING_M / 2)
    return Shown(resident.place, tuple(t for t in tracks if len(t) > 1), tuple(cut_m))


def places_deg(places: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(latitudes, longitudes) of places."""
    return LAT + places[:, 1] * METRE_DEG, LON + places[:, 0] * METRE_DEG


def _resident(draw: np.random.Generator, way_m: tuple[float, float]) -> Resident:
    home = _on_a_street(draw)
    trips = tuple(_frames(_trip(home, draw, way_m), draw) for _ in range(draw.integers(*TRIPS)))
    return Resident(home, draw.bytes(32), trips, tuple(draw.random(len(trips)) < 0.5))


def _on_a_street(draw: np.random.Generator) -> Points:
    """A place between two crossings of the grid."""
    along, across = draw.uniform(-TOWN_M / 2, TOWN_M / 2), _street(draw.uniform(-1, 1) * TOWN_M / 2)
    return np.array([along, across] if draw.random() < 0.5 else [across, along])


def _street(at_m: float) -> float:
    return round(at_m / BLOCK_M) * BLOCK_M


def _trip(home: Points, draw: np.random.Generator, way_m: tuple[float, float]) -> Points:
    """Corners of a shortest way along the streets from near the home to somewhere else."""
    while True:
        goal = _on_a_street(draw)
        if way_m[0] <= np.abs(goal - home).sum() <= way_m[1]:
            break
    start = home.copy()
    own = 0 if _street(home[1]) == home[1] else 1
    start[own] += draw.normal(0, PARKED_M)
    return np.array([start, *_stairs(start, goal, own, draw), goal])


def _stairs(start: Points, goal: Points, axis: int, draw: np.random.Generator) -> Iterator[Points]:
    """Crossings: on along one's street, then in turns towards the goal's street."""
    last = np.array([_street_before(goal[0], start[0]), _street_before(goal[1], start[1])])
    at = start.copy()
    at[axis] = _towards(start, goal, axis)
    yield at.copy()
    turn = 1 - axis
    while (at != last).any():
        left = abs(last[turn] - at[turn]) / BLOCK_M
        if left >= 1:
            blocks = draw.integers(1, min(left, LONGEST_RUN) + 1)
            at[turn] += math.copysign(blocks * BLOCK_M, last[turn] - at[turn])
        else:
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


def _frames(corners: Points, draw: np.random.Generator) -> Points:
    legs = np.hypot(*np.diff(corners, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(legs)])
    at_m = np.arange(0, along[-1], SPACING_M)
    places = np.column_stack([np.interp(at_m, along, corners[:, axis]) for axis in (0, 1)])
    return places + draw.normal(0, GNSS_M, places.shape)


def _kept(places: Points, privacy: Privacy) -> tuple[Points, int]:
    """(places that are shown, how many were cut at the trip's ends)."""
    lat, lon = places_deg(places)
    frames = [
        Frame(f"{n}", 1, round(1000 * n * SPACING_M / SPEED_MPS), e7(y), e7(x), speed_cmps=1000)
        for n, (y, x) in enumerate(zip(lat.tolist(), lon.tolist(), strict=True))
    ]
    kept, rejected = keep_private([frames], privacy, ScreenSettings())
    cut = sum(one.reason == TRIP_END for one in rejected)
    left = [frame for drive in kept for frame in drive]
    x = [(degrees(frame.lon_e7) - LON) / METRE_DEG for frame in left]
    y = [(degrees(frame.lat_e7) - LAT) / METRE_DEG for frame in left]
    return np.column_stack([x, y]) if left else np.zeros((0, 2)), cut
