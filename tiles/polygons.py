"""Hexagons in the integer coordinates of a tile: whole, wound as the tile format asks; pure.

The law: a hexagon that touches the tile stands in it whole, so one that crosses an edge stands in
both tiles with the same shape and no edge is drawn where tiles meet. Across 180 degrees a hexagon
stands at both ends of the map; one around a pole, which this map does not have, on none.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from roadcomb.cells import Cells, boundaries, resolution
from tiles import lattice
from tiles.features import EXTENT
from tiles.webmercator import Floats, Tile, world

__all__ = ["BUFFER", "Hexagons", "Outlines", "Rings", "outlines_of"]


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


@dataclass(frozen=True, slots=True)
class Hexagons:
    """n rings of six corners: ring i belongs to cell `owner[i]`; x, y of shape (6, n)."""

    owner: Ints
    x: Ints
    y: Ints

    @property
    def rings(self) -> Rings:
        """The same, as rings of any number of corners."""
        offsets = np.arange(len(self.owner) + 1, dtype=np.int64) * lattice.CORNERS
        return Rings(self.owner, offsets, self.x.T.ravel(), self.y.T.ravel())


@dataclass(frozen=True, slots=True)
class Outlines:
    """What is drawn of some cells: most are plain hexagons, which are quicker to handle."""

    hexagons: Hexagons
    others: Rings

    def __len__(self) -> int:
        return len(self.hexagons.owner) + len(self.others.owner)


def outlines_of(cells: Cells, tile: Tile) -> Outlines:
    """Outlines of those of n cells, sorted and of one resolution, that touch the tile."""
    plain, places, bent = _corners(cells)
    hexagons, collapsed = _drawable(_placed_hexagons(plain, places, tile))
    others = _rings_of(cells[bent], tile, bent)
    if len(collapsed.owner):
        others = _joined([others, _proper(collapsed.rings)])
    return Outlines(hexagons, others)


def _corners(cells: Cells) -> tuple[Ints, Floats, Ints]:
    """Indices of cells with their corners in world units (6, k, 2), and of those without."""
    if not len(cells):
        return np.zeros(0, np.int64), np.zeros((lattice.CORNERS, 0, 2)), np.zeros(0, np.int64)
    res = resolution(int(cells[0]))
    starts = lattice.patch_starts(cells, res)
    places, plain = [np.zeros((lattice.CORNERS, 0, 2))], np.zeros(len(cells), np.bool_)
    for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        placed = lattice.placed(cells[start:end], res)
        if placed is not None:
            places.append(placed)
            plain[start:end] = True
    return np.flatnonzero(plain), np.concatenate(places, axis=1), np.flatnonzero(~plain)


def _placed_hexagons(owner: Ints, places: Floats, tile: Tile) -> Hexagons:
    """Those that touch the tile, also those that reach it around the world."""
    y = _rounded(places[:, :, 1] - tile.y * tile.size, tile)
    turns = []
    for turn in _turns(tile):
        x = _rounded(places[:, :, 0] + (turn - tile.x * tile.size), tile)
        inside = np.flatnonzero(_reach(x) & _reach(y))
        turns.append(Hexagons(owner[inside], x[:, inside], y[:, inside]))
    if len(turns) == 1:
        return turns[0]
    return Hexagons(
        np.concatenate([one.owner for one in turns]),
        np.concatenate([one.x for one in turns], axis=1),
        np.concatenate([one.y for one in turns], axis=1),
    )


def _drawable(hexagons: Hexagons) -> tuple[Hexagons, Hexagons]:
    """(drawn as they are, those so small that rounding laid corners together)."""
    x, y = hexagons.x, hexagons.y
    before_x, before_y = np.roll(x, 1, axis=0), np.roll(y, 1, axis=0)
    apart = ((x != before_x) | (y != before_y)).all(axis=0)
    fine = apart & ((before_x * y - x * before_y).sum(axis=0) > 0)
    if fine.all():
        return hexagons, Hexagons(hexagons.owner[:0], x[:, :0], y[:, :0])
    kept, collapsed = (
        Hexagons(hexagons.owner[which], x[:, which], y[:, which]) for which in (fine, ~fine)
    )
    return kept, collapsed


def _reach(values: Ints) -> NDArray[np.bool_]:
    """Which of n hexagons reach into the tile and its buffer along one axis; values (6, n)."""
    reach: NDArray[np.bool_] = values.max(axis=0) >= -BUFFER
    reach &= values.min(axis=0) <= EXTENT + BUFFER
    return reach


def _rounded(from_corner: Floats, tile: Tile) -> Ints:
    """World units from the tile's corner in the tile's units."""
    return np.rint(from_corner * (EXTENT / tile.size)).astype(np.int64)


def _turns(tile: Tile) -> tuple[int, ...]:
    """Times around the world from which a shape may reach the tile."""
    at_an_end = tile.x == 0 or tile.x == (1 << tile.z) - 1
    return (-1, 0, 1) if at_an_end else (0,)


def _rings_of(cells: Cells, tile: Tile, owner: Ints) -> Rings:
    """Rings of those of n cells that touch the tile, by H3; one without area is left out."""
    if not len(cells):
        return Rings(owner, np.zeros(1, np.int64), owner, owner)
    corners, offsets = boundaries(cells)
    lon = _unwrapped(corners[:, 0], offsets)
    x, y = world(lon, corners[:, 1])
    placed = _placed(x, y, offsets, tile)
    rings = _proper(_clockwise(_kept(placed, ~_around_a_pole(lon, offsets)[placed.owner])))
    return Rings(owner[rings.owner], rings.offsets, rings.x, rings.y)


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
    tile_y = _rounded(y - tile.y * tile.size, tile)
    everything = np.arange(len(offsets) - 1)
    turns = []
    for turn in _turns(tile):
        tile_x = _rounded(x + (turn - tile.x * tile.size), tile)
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
