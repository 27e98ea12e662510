"""The layer `frames` of a vector tile: a point where each accepted frame was taken; pure.

A feature is `drive` (the public id) and `n` (its number there: together a picture's id), `day`,
`grade`, `heading` (whole degrees, where it is known) and one point. A frame beyond the edge by
no more than its dot stands in both tiles, so no dot is cut.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from roadcomb.records import E7
from tiles import features as mvt
from tiles import varints
from tiles.webmercator import Tile, world

__all__ = ["BUFFER", "KEYS", "LAYER", "MIN_ZOOM", "MOST", "encode"]

LAYER = "frames"
KEYS = ("drive", "n", "day", "grade", "heading")
MIN_ZOOM = 15
BUFFER = 64
"""Units beyond the edge in which a frame still belongs to the tile: a dot of 8 px."""
MOST = 4_000
"""Frames in a tile: some 150 KB. Where more lie, the newest are drawn."""

Ints = NDArray[np.int64]


def encode(pictures: pa.Table, tile: Tile, rows: Ints | None = None) -> bytes:
    """The tile's bytes for those of PICTURES in one chunk that lie in it; none when none does, or
    below MIN_ZOOM. rows: which of them may lie there, all when it is not said."""
    if tile.z < MIN_ZOOM or not len(pictures):
        return b""
    rows, x, y = _inside(pictures, tile, np.arange(len(pictures)) if rows is None else rows)
    if not len(rows):
        return b""
    codes = pictures["public_id"].chunk(0)
    drives, own = mvt.distinct(codes.indices.to_numpy()[rows])
    numbers = np.empty((len(KEYS) - 1, len(rows)), np.int64)
    for number, name in zip(numbers, ("n", "day", "grade"), strict=False):
        number[:] = pictures[name].chunk(0).to_numpy()[rows]
    known, numbers[-1] = _headings(pictures, rows)
    found, places = mvt.distinct(numbers)
    tags = mvt.tags_of([own, *(places + len(drives))])
    points = _points(x, y)
    if known.all():
        features = mvt.encode_even(mvt.Shape.POINT, tags, points)
    else:
        features = mvt.encode_even(mvt.Shape.POINT, tags[:, known], points[:, known])
        features += mvt.encode_even(mvt.Shape.POINT, tags[:-2, ~known], points[:, ~known])
    texts = b"".join(mvt.text_value(codes.dictionary[int(drive)].as_py()) for drive in drives)
    return mvt.encode_layer(LAYER, features, KEYS, texts + mvt.integer_values(found))


def _inside(pictures: pa.Table, tile: Tile, rows: Ints) -> tuple[Ints, Ints, Ints]:
    """Which of the rows are in the tile and its buffer, at most MOST, and where in its units."""
    lon, lat = (pictures[name].chunk(0).to_numpy()[rows] / E7 for name in ("lon_e7", "lat_e7"))
    x, y = world(lon, lat)
    units = mvt.EXTENT / tile.size
    tile_x = np.rint((x - tile.x * tile.size) * units).astype(np.int64)
    tile_y = np.rint((y - tile.y * tile.size) * units).astype(np.int64)
    near = (np.abs(2 * tile_x - mvt.EXTENT) <= mvt.EXTENT + 2 * BUFFER) & (
        np.abs(2 * tile_y - mvt.EXTENT) <= mvt.EXTENT + 2 * BUFFER
    )
    at = np.flatnonzero(near)
    if len(at) > MOST:
        days = pictures["day"].chunk(0).to_numpy()[rows[at]]
        at = np.sort(at[np.argsort(-days, kind="stable")[:MOST]])
    return rows[at], tile_x[at], tile_y[at]


def _headings(pictures: pa.Table, rows: Ints) -> tuple[NDArray[np.bool_], Ints]:
    """Where the heading is known, and whole degrees, 0 where it is not."""
    told = pictures["heading_cdeg"].chunk(0).take(pa.array(rows))
    known = told.is_valid().to_numpy(zero_copy_only=False)
    return known, (told.fill_null(0).to_numpy().astype(np.int64) + 50) // 100 % 360


def _points(x: Ints, y: Ints) -> Ints:
    """MoveTo the point, shape (3, n)."""
    moves = np.full_like(x, mvt.MOVE_TO | 1 << 3)
    return np.stack((moves, varints.zigzag(x), varints.zigzag(y)))
