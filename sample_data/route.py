"""Ways through the city: straight lines with rounded corners, measured by distance.

A route is a pure function from metres driven to a pose.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from sample_data.camera import Pose, direction

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Route:
    """Corner points in local metres, each corner rounded with one radius; right angles only."""

    points: tuple[Point, ...]
    radius_m: float = 12.0

    @property
    def length_m(self) -> float:
        """Metres from the first to the last point along the rounded way."""
        return sum(leg.length_m for leg in _legs(self))

    def at(self, metres: float) -> Pose:
        """The pose after some metres; straight on past the end."""
        rest = metres
        legs = _legs(self)
        for leg in legs[:-1]:
            if rest < leg.length_m:
                return leg.at(rest)
            rest -= leg.length_m
        return legs[-1].at(rest)


@dataclass(frozen=True, slots=True)
class _Leg:
    start: Point
    heading_deg: float
    length_m: float
    turn: int = 0
    radius_m: float = 0.0

    def at(self, metres: float) -> Pose:
        east, north = direction(self.heading_deg)
        x, y = self.start
        if not self.turn:
            return Pose(x + east * metres, y + north * metres, self.heading_deg)
        heading = self.heading_deg + self.turn * math.degrees(metres / self.radius_m)
        now = direction(heading)
        outward = self.turn * self.radius_m
        pivot = (x + north * outward, y - east * outward)
        return Pose(pivot[0] - now[1] * outward, pivot[1] + now[0] * outward, heading % 360.0)


def _bearing(a: Point, b: Point) -> float:
    return math.degrees(math.atan2(b[0] - a[0], b[1] - a[1])) % 360.0


@lru_cache(maxsize=32)
def _legs(route: Route) -> tuple[_Leg, ...]:
    legs: list[_Leg] = []
    points, radius = route.points, route.radius_m
    start = points[0]
    for here, corner in pairwise(points[1:]):
        before = round(_bearing(start, here), 6)
        after = round(_bearing(here, corner), 6)
        turn = 1 if (after - before) % 360.0 < 180.0 else -1
        east, north = direction(before)
        legs.append(_Leg(start, before, math.dist(start, here) - radius))
        entry = (here[0] - east * radius, here[1] - north * radius)
        legs.append(_Leg(entry, before, radius * math.pi / 2, turn, radius))
        east, north = direction(after)
        start = (here[0] + east * radius, here[1] + north * radius)
    last = points[-1]
    legs.append(_Leg(start, round(_bearing(start, last), 6), math.dist(start, last)))
    return tuple(legs)
