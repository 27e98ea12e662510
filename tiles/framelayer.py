"""The layer `frames` of a vector tile: a point where each accepted frame was taken; pure.

A feature is `drive` (the public id) and `n` (its number there: together a picture's id), `day`,
`grade`, `heading` (whole degrees, where it is known) and one point. A frame beyond the edge by
no more than its dot stands in both tiles, so no dot is cut.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tiles import features as mvt
from tiles import varints
from tiles.lines import degrees_of
from tiles.webmercator import Tile, world

__all__ = ["BUFFER", "KEYS", "LAYER", "MIN_ZOOM", "MOST", "encode"]

LAYER = "frames"
KEYS = ("drive", "n", "day", "grade", "heading")
MIN_ZOOM = 15
BUFFER = 64
"""Units beyond the edge in which a frame still belongs to the tile: a dot of 8 px."""
MOST = 4_000
"""Frames in a tile: some 150 KB. Where more lie, the newest are drawn."""

_TOLD = ("public_id", "n", "day", "grade", "heading_cdeg")
"""Columns of PICTURES."""

Ints = NDArray[np.int64]


def encode(pictures: pa.Table, tile: Tile) -> bytes:
    """The tile's bytes for PICTURES that may lie in it; none when none does, or below MIN_ZOOM."""
    if tile.z < MIN_ZOOM:
        return b""
    rows, x, y = _inside(pictures, tile)
    if not len(rows):
        return b""
    drawn = pictures.select(_TOLD).take(rows).combine_chunks()
    codes = drawn["public_id"].chunk(0)
    drives, own = np.unique(codes.indices.to_numpy(), return_inverse=True)
    known, heading = _headings(drawn)
    numbers = [drawn[name].to_numpy() for name in ("n", "day", "grade")]
    found, places = mvt.distinct(np.stack([*numbers, heading]).astype(np.int64))
    tags = mvt.tags_of([own, *(places + len(drives))])
    points = _points(x, y)
    features = mvt.encode_even(mvt.Shape.POINT, tags[:, known], points[:, known])
    features += mvt.encode_even(mvt.Shape.POINT, tags[:-2, ~known], points[:, ~known])
    texts = b"".join(mvt.text_value(codes.dictionary[int(drive)].as_py()) for drive in drives)
    return mvt.encode_layer(LAYER, features, KEYS, texts + mvt.integer_values(found))


def _inside(pictures: pa.Table, tile: Tile) -> tuple[Ints, Ints, Ints]:
    """Rows in the tile and its buffer, at most MOST, and where they lie in its units."""
    x, y = world(degrees_of(pictures, "lon_e7"), degrees_of(pictures, "lat_e7"))
    units = mvt.EXTENT / tile.size
    tile_x = np.rint((x - tile.x * tile.size) * units).astype(np.int64)
    tile_y = np.rint((y - tile.y * tile.size) * units).astype(np.int64)
    near = (np.abs(2 * tile_x - mvt.EXTENT) <= mvt.EXTENT + 2 * BUFFER) & (
        np.abs(2 * tile_y - mvt.EXTENT) <= mvt.EXTENT + 2 * BUFFER
    )
    rows = np.flatnonzero(near)
    newest = np.argsort(-pictures["day"].to_numpy()[rows], kind="stable")[:MOST]
    rows = np.sort(rows[newest])
    return rows, tile_x[rows], tile_y[rows]


def _headings(pictures: pa.Table) -> tuple[NDArray[np.bool_], Ints]:
    """Where the heading is known, and whole degrees, 0 where it is not."""
    known = pictures["heading_cdeg"].is_valid().to_numpy()
    heading = pictures["heading_cdeg"].fill_null(0).to_numpy().astype(np.int64)
    return known, (heading + 50) // 100 % 360


def _points(x: Ints, y: Ints) -> Ints:
    """MoveTo the point, shape (3, n)."""
    moves = np.full_like(x, mvt.MOVE_TO | 1 << 3)
    return np.stack((moves, varints.zigzag(x), varints.zigzag(y)))
