"""Where one drive's frames stand where another's stood, looking the same way; pure.

The law: a frame meets the nearest frame of another drive that is within NEAR_M and looks the same
way within SAME_WAY_DEG, and none when there is no such frame. Courses are those of the positions,
because a stated heading is as easily made up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from roadcomb.records import E7

__all__ = [
    "NEAR_M",
    "SAME_WAY_DEG",
    "Course",
    "Meeting",
    "Place",
    "course_of",
    "meetings",
    "spread",
]

NEAR_M, SAME_WAY_DEG = 10.0, 25.0
"""A wide street's lane and two receivers' errors; 10 m on, half of a picture is still in common."""
_M_PER_DEGREE = 111_195.0
"""Mean of the sphere that roadcomb/geo.py measures on."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Course:
    """k frames of a drive in their order: their numbers in it, degrees, the heading, and ms since
    1970, shape (k,); without times t_ms is empty."""

    drive_id: str
    contributor: str
    numbers: NDArray[np.int64]
    lat_deg: Floats
    lon_deg: Floats
    heading_deg: Floats
    t_ms: NDArray[np.int64]

    def part(self, first: int, end: int) -> "Course":
        """Some frames that follow each other."""
        return self.picked(slice(first, end))

    def picked(self, those: slice | NDArray[np.bool_]) -> "Course":
        """Some frames in their order, with the headings that they have among all."""
        return replace(
            self,
            numbers=self.numbers[those],
            lat_deg=self.lat_deg[those],
            lon_deg=self.lon_deg[those],
            heading_deg=self.heading_deg[those],
            t_ms=self.t_ms[those] if len(self.t_ms) else self.t_ms,
        )


@dataclass(frozen=True, slots=True)
class Meeting:
    """Frame `own_n` of a drive meets frame `n` of another one."""

    own_n: int
    drive_id: str
    contributor: str
    n: int
    metres: float


Place = Sequence[Meeting]
"""Whom one frame meets."""


def course_of(
    drive_id: str,
    contributor: str,
    numbers: ArrayLike,
    lat_e7: ArrayLike,
    lon_e7: ArrayLike,
    t_ms: ArrayLike = (),
) -> Course:
    """The course of frames in their order; lat_e7, lon_e7: 1e-7 degrees."""
    lat, lon = np.asarray(lat_e7, np.float64) / E7, np.asarray(lon_e7, np.float64) / E7
    if len(lat) < 2:
        heading = np.full(len(lat), np.nan)
    else:
        east = np.gradient(lon) * np.cos(np.radians(lat))
        heading = np.degrees(np.arctan2(east, np.gradient(lat)))
    numbered, times = np.asarray(numbers, np.int64), np.asarray(t_ms, np.int64)
    return Course(drive_id, contributor, numbered, lat, lon, heading, times)


def meetings(own: Course, others: Sequence[Course]) -> list[Place]:
    """Of each own frame that meets any, in their order: whom it meets, the nearest first; of one
    contributor the nearest alone."""
    met: dict[int, list[Meeting]] = {}
    for other in others:
        for one in _met(own, other):
            met.setdefault(one.own_n, []).append(one)
    return [_one_each(met[n]) for n in sorted(met)]


def spread(places: Sequence[Place], count: int) -> list[Place]:
    """At most `count` of the places, evenly over them, the first and the last among them."""
    if len(places) <= count:
        return list(places)
    return [places[round(k * (len(places) - 1) / (count - 1))] for k in range(count)]


def _met(own: Course, other: Course) -> list[Meeting]:
    if not len(own.numbers) or not len(other.numbers):
        return []
    narrow = np.cos(np.radians(own.lat_deg[0]))
    north = (own.lat_deg[:, None] - other.lat_deg) * _M_PER_DEGREE
    east = (own.lon_deg[:, None] - other.lon_deg) * _M_PER_DEGREE * narrow
    turned = np.abs((own.heading_deg[:, None] - other.heading_deg + 180) % 360 - 180)
    metres = np.where(turned <= SAME_WAY_DEG, np.hypot(north, east), np.inf)
    nearest = metres.argmin(1)
    far = metres[np.arange(len(nearest)), nearest]
    return [
        Meeting(
            int(own.numbers[k]),
            other.drive_id,
            other.contributor,
            int(other.numbers[nearest[k]]),
            float(far[k]),
        )
        for k in np.flatnonzero(far <= NEAR_M)
    ]


def _one_each(met: Sequence[Meeting]) -> list[Meeting]:
    nearest: dict[str, Meeting] = {}
    for one in sorted(met, key=lambda one: (one.metres, one.drive_id)):
        nearest.setdefault(one.contributor, one)
    return list(nearest.values())
