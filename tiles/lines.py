"""Drives as lines: the way from each accepted frame to the next, in pieces, coarser from afar.

The law: a line joins only frames that follow one another in the same drive, at most GAP_M apart, so
none is drawn where nothing was seen; what it tells is what the drive's pictures tell: positions,
the day and the random id of the trimmed drive. At a zoom a line leaves a frame out only if it
strays from it by less than a pixel (Douglas and Peucker 1973); seen from close by, none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from roadcomb.records import E7
from tiles.webmercator import MAX_ZOOM, TILE_PX, Floats, world

__all__ = [
    "FINE",
    "GAP_M",
    "MIN_ZOOM",
    "NO_LINES",
    "Lines",
    "degrees_of",
    "joined",
    "lines_of",
    "span",
]

GAP_M = 100.0
"""Two frames further apart are not joined: at 120 km/h a camera that takes one in two seconds
leaves 67 m, and a hole of one frame."""
MIN_ZOOM = 10
"""The first zoom at which a street is more than a pixel or two long."""
FINE = 1 << 32
"""Units around the world: 9 mm at the equator, so that rounding to a tile is exact arithmetic."""
_STEPS = 128
"""Frames of a piece at most, so that a tile looks at no more than it needs."""
TURN_M = 40_075_016.686
"""Around the equator (WGS 84)."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lines:
    """p pieces of m vertices: piece i has `starts[i]:starts[i + 1]`, belongs to `drives[i]`.

    x, y in FINE units; zoom (m,) from which a vertex is drawn; box (4, p): least x, least y,
    greatest x, greatest y. names, day, grade (mean) and frames by drive."""

    names: tuple[str, ...]
    day: Ints
    grade: Ints
    frames: Ints
    drives: Ints
    starts: Ints
    x: NDArray[np.uint32]
    y: NDArray[np.uint32]
    zoom: NDArray[np.uint8]
    box: Ints


def lines_of(pictures: pa.Table) -> Lines:
    """The lines of one drive's PICTURES (tiles/pictures.py), in the order of its frames."""
    if not len(pictures):
        return NO_LINES
    lon, lat = degrees_of(pictures, "lon_e7"), degrees_of(pictures, "lat_e7")
    x, y = world(lon, lat)
    pieces = _pieces(np.flatnonzero(_apart(x, y, lat)) + 1, len(x))
    vertices = np.concatenate([np.arange(start, end) for start, end in pieces] or [_NONE])
    starts = np.cumsum([0, *(end - start for start, end in pieces)], dtype=np.int64)
    grade = pictures["grade"].to_numpy()
    places = np.stack((x[vertices], y[vertices]), axis=1)
    fine = np.clip(np.floor(places * FINE), 0, FINE - 1).astype(np.uint32)
    return Lines(
        (str(pictures["public_id"][0].as_py()),),
        pictures["day"].to_numpy()[:1].astype(np.int64),
        np.array([int(grade.sum()) // len(grade)], np.int64),
        np.array([len(grade)], np.int64),
        np.zeros(len(pieces), np.int64),
        starts,
        fine[:, 0],
        fine[:, 1],
        _zooms(places, starts),
        _boxes(fine, starts),
    )


def joined(parts: Sequence[Lines]) -> Lines:
    """The lines of many drives together."""
    drives = np.cumsum([0, *(len(part.names) for part in parts)])
    before = np.cumsum([0, *(len(part.x) for part in parts)])
    starts = [part.starts[:-1] + shift for part, shift in zip(parts, before, strict=False)]
    owners = [part.drives + shift for part, shift in zip(parts, drives, strict=False)]
    return Lines(
        tuple(name for part in parts for name in part.names),
        np.concatenate([_NONE, *(part.day for part in parts)]),
        np.concatenate([_NONE, *(part.grade for part in parts)]),
        np.concatenate([_NONE, *(part.frames for part in parts)]),
        np.concatenate([_NONE, *owners]),
        np.concatenate([*starts, before[-1:]]).astype(np.int64),
        np.concatenate([np.zeros(0, np.uint32), *(part.x for part in parts)]),
        np.concatenate([np.zeros(0, np.uint32), *(part.y for part in parts)]),
        np.concatenate([np.zeros(0, np.uint8), *(part.zoom for part in parts)]),
        np.concatenate([np.zeros((4, 0), np.int64), *(part.box for part in parts)], axis=1),
    )


def span(starts: Ints, counts: Ints) -> Ints:
    """start, start + 1 ... of each of n runs, one after the other."""
    shift = np.repeat(starts - (np.cumsum(counts) - counts), counts)
    runs: Ints = shift + np.arange(len(shift))
    return runs


def degrees_of(pictures: pa.Table, name: str) -> Floats:
    """A column of positions in degrees."""
    angles: Floats = pictures[name].to_numpy() / E7
    return angles


def _apart(x: Floats, y: Floats, lat_deg: Floats) -> NDArray[np.bool_]:
    """Which of n - 1 steps no line is drawn along."""
    scale_m = TURN_M * np.cos(np.radians(lat_deg[1:]))
    return np.asarray(np.hypot(np.diff(x), np.diff(y)) * scale_m > GAP_M)


def _pieces(breaks: NDArray[np.intp], n: int) -> list[tuple[int, int]]:
    """Half-open runs of two or more of n frames; neighbours in one way share a frame."""
    ways = zip([0, *breaks.tolist()], [*breaks.tolist(), n], strict=True)
    return [
        (start, min(start + _STEPS + 1, end))
        for first, end in ways
        for start in range(first, end - 1, _STEPS)
    ]


def _zooms(places: Floats, starts: Ints) -> NDArray[np.uint8]:
    """The zoom from which each vertex is needed; the ends of a piece always are."""
    zooms = np.full(len(places), MAX_ZOOM, np.uint8)
    if not len(places):
        return zooms
    piece = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    numbered = np.column_stack((places, np.arange(len(places))))
    lines = shapely.linestrings(numbered, indices=piece)
    for zoom in range(MAX_ZOOM - 1, MIN_ZOOM - 1, -1):
        pixel = 1 / (TILE_PX << zoom)
        kept = shapely.simplify(lines, pixel, preserve_topology=False)
        needed = shapely.get_coordinates(kept, include_z=True)[:, 2].astype(np.int64)
        zooms[needed] = zoom
    return zooms


def _boxes(fine: NDArray[np.uint32], starts: Ints) -> Ints:
    if len(starts) == 1:
        return np.zeros((4, 0), np.int64)
    least = np.minimum.reduceat(fine, starts[:-1], axis=0)
    most = np.maximum.reduceat(fine, starts[:-1], axis=0)
    return np.concatenate((least.T, most.T)).astype(np.int64)


_NONE = np.zeros(0, np.int64)
NO_LINES = joined([])
