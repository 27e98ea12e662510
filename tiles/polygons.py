"""Hexagons in the integer coordinates of a tile: whole, wound as the tile format asks; pure.

The law: a hexagon that touches the tile stands in it whole, so one that crosses an edge stands in
both tiles with the same shape and no edge is drawn where tiles meet. Across 180 degrees a hexagon
stands at both ends of the map; one around a pole, which this map does not have, on none.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from roadcomb.cells import Cells, boundaries
from tiles.webmercator import Floats, Tile, world

__all__ = ["EXTENT", "Rings", "rings_of"]

EXTENT = 4096
"""Integer units along a tile's side."""
BUFFER = 8
"""Units beyond the edge in which a hexagon still belongs to the tile: the pixel in which its own
edge is smoothed."""

Ints = NDArray[np.int64]
Number = TypeVar("Number", np.int64, np.float64)


@dataclass(frozen=True, slots=True)
class Rings:
    """r rings of m corners: ring i belongs to cell `owner[i]`, its corners are
    `x, y[offsets[i]:offsets[i + 1]]`, clockwise on the screen, the first not repeated."""

    owner: Ints
    offsets: Ints
    x: Ints
    y: Ints

    @property
    def counts(self) -> Ints:
        """Corners of each ring, shape (r,)."""
        return np.diff(self.offsets)


def rings_of(cells: Cells, tile: Tile) -> Rings:
    """Rings of those of n cells that touch the tile; one without area is left out."""
    corners, offsets = boundaries(cells)
    lon = _unwrapped(corners[:, 0], offsets)
    x, y = world(lon, corners[:, 1])
    placed = _placed(x, y, offsets, tile)
    return _proper(_clockwise(_kept(placed, ~_around_a_pole(lon, offsets)[placed.owner])))


def _unwrapped(lon_deg: Floats, offsets: Ints) -> Floats:
    """Longitudes within 180 degrees of their ring's first corner, so that no ring is torn."""
    first = np.repeat(lon_deg[offsets[:-1]], np.diff(offsets))
    return lon_deg + 360.0 * np.round((first - lon_deg) / 360.0)


def _around_a_pole(lon_deg: Floats, offsets: Ints) -> NDArray[np.bool_]:
    """Which rings jump by more than half the world, as only those around a pole do."""
    jumps = np.abs(lon_deg - _before(lon_deg, offsets)) > 180
    return np.bincount(np.repeat(np.arange(len(offsets) - 1), np.diff(offsets)), jumps) > 0


def _placed(x: Floats, y: Floats, offsets: Ints, tile: Tile) -> Rings:
    """The rings that touch the tile, also those that reach it around the world."""
    at_an_end = tile.x == 0 or tile.x == (1 << tile.z) - 1
    units = EXTENT / tile.size
    tile_y = np.rint((y - tile.y * tile.size) * units).astype(np.int64)
    everything = np.arange(len(offsets) - 1)
    turns = []
    for turn in (-1, 0, 1) if at_an_end else (0,):
        tile_x = np.rint((x + turn - tile.x * tile.size) * units).astype(np.int64)
        rings = Rings(everything, offsets, tile_x, tile_y)
        turns.append(_kept(rings, _touches(rings)))
    return _joined(turns)


def _touches(rings: Rings) -> NDArray[np.bool_]:
    starts = rings.offsets[:-1]
    inside = np.ones(len(starts), np.bool_)
    for values in (rings.x, rings.y) if len(starts) else ():
        inside &= np.maximum.reduceat(values, starts) >= -BUFFER
        inside &= np.minimum.reduceat(values, starts) <= EXTENT + BUFFER
    return inside


def _clockwise(rings: Rings) -> Rings:
    """H3 winds anticlockwise; MVT 2.1 (4.3.3.3) wants outer rings clockwise on the screen."""
    last_plus_first = np.repeat(rings.offsets[:-1] + rings.offsets[1:] - 1, rings.counts)
    mirrored = last_plus_first - np.arange(len(rings.x))
    return Rings(rings.owner, rings.offsets, rings.x[mirrored], rings.y[mirrored])


def _proper(rings: Rings) -> Rings:
    """Without corners that rounding laid on the one before, and without rings of no area."""
    x, y, offsets = rings.x, rings.y, rings.offsets
    moved = (x != _before(x, offsets)) | (y != _before(y, offsets))
    left = Rings(rings.owner, np.concatenate(([0], np.cumsum(moved)))[offsets], x[moved], y[moved])
    return _kept(left, _areas(left) > 0)


def _areas(rings: Rings) -> Ints:
    """Twice the area of each ring by the surveyor's formula, positive when clockwise."""
    x, y, offsets = rings.x, rings.y, rings.offsets
    sums = np.concatenate(([0], np.cumsum(_before(x, offsets) * y - x * _before(y, offsets))))
    return np.diff(sums[offsets])


def _before(values: NDArray[Number], offsets: Ints) -> NDArray[Number]:
    """The value at the corner before, around the ring."""
    shifted = np.roll(values, 1)
    full = np.diff(offsets) > 0
    shifted[offsets[:-1][full]] = values[offsets[1:][full] - 1]
    return shifted


def _kept(rings: Rings, keep: NDArray[np.bool_]) -> Rings:
    corners = np.repeat(keep, rings.counts)
    offsets = np.concatenate(([0], np.cumsum(rings.counts[keep], dtype=np.int64)))
    return Rings(rings.owner[keep], offsets, rings.x[corners], rings.y[corners])


def _joined(parts: list[Rings]) -> Rings:
    counts = np.concatenate([part.counts for part in parts])
    return Rings(
        np.concatenate([part.owner for part in parts]),
        np.concatenate(([0], np.cumsum(counts, dtype=np.int64))),
        np.concatenate([part.x for part in parts]),
        np.concatenate([part.y for part in parts]),
    )
