"""Does the track follow streets? The signal `streets`, where the operator gave a map of them; pure.

A trace that was moved or turned to where its driver never was crosses houses and gardens, and may
well agree with its pictures in everything else. The law: the frames around which the map knows
streets at all (one within KNOWN_M) should be within REACH_M of a street and, but for corners, along
it. No map, or none there, says nothing. A street that the map lacks is no lie, so a quarter of a
drive may be off all streets.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from quality.evidence.meetings import Course
from quality.evidence.signals import Signal, bounded
from roadcomb.records import E7

__all__ = ["KNOWN_M", "PIECE", "REACH_M", "StreetMap", "along_streets", "street_map"]

REACH_M, ALONG_DEG = 15.0, 50.0
"""Half a wide street and a receiver among houses; half a right angle at a corner."""
KNOWN_M = 300.0
"""Beyond the last street by more, a map may just have ended."""
_LONGEST_M = 100.0
_FEWEST = 12
_AT_ONCE = 64
"""Frames that are laid on the map at a time: a drive of a day takes no more memory than this."""
_SHARE, _NATS = 0.95, 14.0
"""Of 600 honest drawn drives each had 88 % of its frames along streets, of moved and rotated ones
that turn 6 % had 70 % or more, which is where the doubt alone holds."""
_GRID_E7 = 50_000
"""Squares of 0.005 degrees, 550 m."""
_ROW = 1 << 20
_M_PER_DEGREE = 111_195.0

Floats = NDArray[np.float64]
PIECE = np.dtype([("square", "<i8"), ("ends", "<i4", (4,))])
"""A straight piece of street: the square of its middle, and lat, lon, lat, lon in 1e-7 degrees."""


@dataclass(frozen=True, slots=True)
class StreetMap:
    """Pieces in the order of their squares."""

    squares: NDArray[np.int64]
    pieces: NDArray[np.void]

    def around(self, course: Course) -> NDArray[np.int32]:
        """The ends of all pieces within KNOWN_M of any frame, and some others: shape (p, 4)."""
        rows, columns = _square(course.lat_deg * E7), _square(course.lon_deg * E7)
        wide = 1 + int(1 / max(0.1, float(np.cos(np.radians(course.lat_deg)).min())))
        wanted = {
            (row + dy) * _ROW + column + dx
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
            for dy in (-1, 0, 1)
            for dx in range(-wide, wide + 1)
        }
        keys = np.array(sorted(wanted), np.int64)
        starts, ends = (np.searchsorted(self.squares, keys, side) for side in ("left", "right"))
        found = [self.pieces["ends"][a:b] for a, b in zip(starts, ends, strict=True) if b > a]
        return np.concatenate([np.zeros((0, 4), np.int32), *found])


def street_map(streets: Iterable[NDArray[np.float64]]) -> StreetMap:
    """The map of streets, each its nodes (lon, lat) in degrees, shape (n, 2)."""
    parts = [_cut(nodes) for nodes in streets]
    ends = np.rint(np.concatenate([np.zeros((0, 4)), *parts]) * E7).astype(np.int64)
    squares = _square((ends[:, 0] + ends[:, 2]) / 2) * _ROW
    squares += _square((ends[:, 1] + ends[:, 3]) / 2)
    order = np.argsort(squares, kind="stable")
    pieces = np.zeros(len(order), PIECE)
    pieces["square"], pieces["ends"] = squares[order], ends[order]
    return StreetMap(squares[order], pieces)


def along_streets(course: Course, streets: StreetMap) -> Signal:
    """The signal `streets` of a drive's frames in their order."""
    parts = range(0, len(course.numbers), _AT_ONCE)
    counts = [_counted(course.part(start, start + _AT_ONCE), streets) for start in parts]
    known, on = (sum(count[k] for count in counts) for k in (0, 1))
    facts = {"frames": known, "on_streets": on}
    if known < _FEWEST:
        return Signal("streets", 0, facts)
    return Signal("streets", bounded(_NATS * (on / known - _SHARE), -8, 0.3), facts)


def _counted(course: Course, streets: StreetMap) -> tuple[int, int]:
    """Frames around which the map knows streets, and of them those that are along one."""
    ends = streets.around(course)
    if not len(ends):
        return 0, 0
    far, off_deg = _nearest(course, ends.astype(np.float64) / E7)
    known = far.min(1) <= KNOWN_M
    on = known & ((far <= REACH_M) & (off_deg <= ALONG_DEG)).any(1)
    return int(known.sum()), int(on.sum())


def _square(e7: Floats | NDArray[np.int64]) -> NDArray[np.int64]:
    return np.floor_divide(e7, _GRID_E7).astype(np.int64)


def _cut(nodes: Floats) -> Floats:
    """Pieces of at most _LONGEST_M of a street: lat, lon, lat, lon in degrees, shape (p, 4)."""
    pieces = [np.zeros((0, 4))]
    for (lon0, lat0), (lon1, lat1) in pairwise(nodes.tolist()):
        narrow = np.cos(np.radians(lat0))
        length_m = float(np.hypot((lon1 - lon0) * narrow, lat1 - lat0)) * _M_PER_DEGREE
        steps = np.linspace(0, 1, max(1, int(np.ceil(length_m / _LONGEST_M))) + 1)
        lat, lon = lat0 + (lat1 - lat0) * steps, lon0 + (lon1 - lon0) * steps
        pieces.append(np.stack((lat[:-1], lon[:-1], lat[1:], lon[1:]), axis=1))
    return np.concatenate(pieces)


def _nearest(course: Course, ends: Floats) -> tuple[Floats, Floats]:
    """Metres of each frame to each piece, and degrees between their directions, (frames, p)."""
    narrow = float(np.cos(np.radians(course.lat_deg[0])))
    scale = np.array([narrow, 1.0]) * _M_PER_DEGREE
    frames = np.stack((course.lon_deg, course.lat_deg), axis=1) * scale
    first, last = ends[:, 1::-1] * scale, ends[:, :1:-1] * scale
    way = last - first
    length = np.maximum((way**2).sum(1), 1e-6)
    from_first = frames[:, None] - first
    share = np.clip((from_first * way).sum(2) / length, 0, 1)
    far = np.hypot(*np.moveaxis(from_first - share[:, :, None] * way, 2, 0))
    directions = np.degrees(np.arctan2(way[:, 0], way[:, 1]))
    off = np.abs((course.heading_deg[:, None] - directions + 90) % 180 - 90)
    return far, off
