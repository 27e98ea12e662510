"""The layer `drives` of a vector tile: the lines of accepted drives that touch it; pure.

A feature is `drive` (the public id), `day` (number of its first day), `grade` (mean of its accepted
frames), `frames` (how many) and one line. A step that crosses the tile's edge stands in both tiles
with the same ends. A tile that would hold more than MOST vertices is drawn as from further
away, and at last with its newest drives only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tiles import features as mvt
from tiles import varints
from tiles.lines import FINE, MIN_ZOOM, Lines, span
from tiles.webmercator import Tile

__all__ = ["BUFFER", "KEYS", "LAYER", "MIN_ZOOM", "MOST", "Ways", "encode", "ways"]

LAYER = "drives"
KEYS = ("drive", "day", "grade", "frames")
BUFFER = 64
"""Units beyond the edge in which a line is still drawn: half of the widest stroke, 8 px."""
MOST = 20_000
"""Vertices in a tile: some 100 KB."""
_FINE_BITS = FINE.bit_length() - 1
_EXTENT_BITS = mvt.EXTENT.bit_length() - 1

Ints = NDArray[np.int64]


def encode(lines: Lines, tile: Tile) -> bytes:
    """The tile's bytes; none when no line touches it, or below MIN_ZOOM."""
    if tile.z < MIN_ZOOM:
        return b""
    drawn = ways(lines, tile)
    if not len(drawn.drive):
        return b""
    drives, own = np.unique(drawn.drive, return_inverse=True)
    numbers = np.stack((lines.day[drives], lines.grade[drives], lines.frames[drives]))
    found, places = mvt.distinct(numbers)
    tags = mvt.tags_of([own, *(places[:, own] + len(drives))])
    features = mvt.encode_uneven(mvt.Shape.LINE, tags, drawn.geometry, drawn.lengths)
    texts = b"".join(mvt.text_value(lines.names[drive]) for drive in drives)
    return mvt.encode_layer(LAYER, features, KEYS, texts + mvt.integer_values(found))


@dataclass(frozen=True, slots=True)
class Ways:
    """k lines as a tile has them: line i is of drive `drive[i]` (of Lines) and has the next
    `lengths[i]` integers of `geometry`."""

    drive: Ints
    lengths: Ints
    geometry: Ints

    def of(self, kept: NDArray[np.bool_]) -> "Ways":
        """Some of them; kept (k,)."""
        parts = np.repeat(kept, self.lengths)
        return Ways(self.drive[kept], self.lengths[kept], self.geometry[parts])


def ways(lines: Lines, tile: Tile) -> Ways:
    """What is drawn of the lines in a tile of any zoom: at most MOST vertices."""
    drawn = _drawn(lines, tile)
    starts = np.flatnonzero(_changes(drawn.run)) if len(drawn.run) else np.zeros(0, np.int64)
    counts = np.diff(starts, append=len(drawn.run))
    owners = lines.drives[drawn.piece[starts]]
    return Ways(owners, 2 * counts + 2, _geometry(drawn, starts, counts))


@dataclass(frozen=True, slots=True)
class _Vertices:
    """Vertices in the tile's units: each of its piece, and of a run that is drawn in one go."""

    piece: Ints
    run: Ints
    x: Ints
    y: Ints


def _drawn(lines: Lines, tile: Tile) -> _Vertices:
    """What is drawn: at most MOST vertices."""
    pieces = _touching(lines, tile)
    for zoom in range(max(tile.z, MIN_ZOOM), MIN_ZOOM - 1, -1):
        found = _runs(lines, pieces, tile, zoom)
        if len(found.run) <= MOST:
            return found
    newest = np.argsort(-lines.day[lines.drives[pieces]], kind="stable")
    counts = np.diff(lines.starts)[pieces[newest]]
    room = np.searchsorted(np.cumsum(counts), MOST, "right")
    return _runs(lines, np.sort(pieces[newest[:room]]), tile, MIN_ZOOM)


def _touching(lines: Lines, tile: Tile) -> Ints:
    """Pieces whose box reaches into the tile or its buffer."""
    side = FINE >> tile.z
    buffer = side * BUFFER // mvt.EXTENT
    left, top = tile.x * side - buffer, tile.y * side - buffer
    reach = side + 2 * buffer
    west, north, east, south = lines.box
    inside = (west <= left + reach) & (east >= left) & (north <= top + reach) & (south >= top)
    return np.flatnonzero(inside)


def _runs(lines: Lines, pieces: Ints, tile: Tile, zoom: int) -> _Vertices:
    """What a zoom shows of the pieces, without the steps that do not reach the tile."""
    counts = np.diff(lines.starts)[pieces]
    at, piece = span(lines.starts[pieces], counts), np.repeat(pieces, counts)
    seen = lines.zoom[at] <= zoom
    at, piece = at[seen], piece[seen]
    x, y = (_units(values[at], tile.z) for values in (lines.x, lines.y))
    x, y = x - tile.x * mvt.EXTENT, y - tile.y * mvt.EXTENT
    moved = _changes(piece) | _changes(x) | _changes(y)
    piece, x, y = piece[moved], x[moved], y[moved]
    step = ~_changes(piece)[1:] & _reaches(x) & _reaches(y)
    follows, leads = np.append(False, step), np.append(step, False)
    kept = (follows | leads)[: len(piece)]
    runs = np.cumsum(~follows[: len(piece)])
    return _Vertices(piece[kept], runs[kept], x[kept], y[kept])


def _units(values: NDArray[np.uint32], zoom: int) -> Ints:
    """World to tile units, rounded to the nearest alike in every tile."""
    shift = _FINE_BITS - _EXTENT_BITS - zoom
    units: Ints = (values.astype(np.int64) + (1 << (shift - 1))) >> shift
    return units


def _reaches(values: Ints) -> NDArray[np.bool_]:
    """Which of n - 1 steps reach into the tile or its buffer along one axis."""
    least, most = np.minimum(values[1:], values[:-1]), np.maximum(values[1:], values[:-1])
    return np.asarray((most >= -BUFFER) & (least <= mvt.EXTENT + BUFFER))


def _changes(values: Ints) -> NDArray[np.bool_]:
    """Where a value differs from the one before; True at the first."""
    changed = np.ones(len(values), np.bool_)
    changed[1:] = values[1:] != values[:-1]
    return changed


def _geometry(drawn: _Vertices, starts: Ints, counts: Ints) -> Ints:
    """MoveTo the first vertex, LineTo the others."""
    geometry = np.zeros(2 * len(drawn.run) + 2 * len(starts), np.int64)
    begins = 2 * starts + 2 * np.arange(len(starts))
    geometry[begins] = mvt.MOVE_TO | 1 << 3
    geometry[begins + 3] = mvt.LINE_TO | (counts - 1) << 3
    at = span(begins + 2, 2 * counts)[::2]
    at[starts] -= 1
    for axis, values in enumerate((drawn.x, drawn.y)):
        steps = np.diff(values, prepend=0)
        steps[starts] = values[starts]
        geometry[at + axis] = varints.zigzag(steps)
    return geometry
