"""Which stored cells a tile must look at: ancestors that cover it, and the rows near it; pure.

The law: every cell that touches the tile is among the descendants of `ancestors` and passes
`near`. Children spill over their parent's edge and the parent may only touch the tile's corner, so
the tile is sampled beyond its edge and one ring is added.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from roadcomb.cells import Cells, cells_of, centres, resolution
from tiles.webmercator import Tile, degrees, world

__all__ = ["ancestors", "near", "tiles_of"]

_COARSER = 3
"""Steps from drawn cell to ancestor: it is 18 times as wide, so some twenty cover a tile."""
_SPACING = 0.4
"""Between samples, in average widths: half of a diagonal step, 0.28, is less than it is from any
cell's centre to its nearest edge, so that each with its centre among the samples holds one."""
_WIDTH_0 = 0.0554
"""Average width of a cell of resolution 0, from side to side, in turns of the equator; each finer
resolution's is smaller by the square root of 7 (the H3 documentation, "Cell statistics")."""


@lru_cache(maxsize=4096)
def ancestors(tile: Tile, res: int) -> tuple[int, ...]:
    """Cells, sorted, whose descendants at `res` hold all that touches the tile; none: all cells."""
    if res < _COARSER:
        return ()
    above = res - _COARSER
    reach = _reach(tile, above)
    count = math.ceil((1 + 2 * reach) / (_SPACING * _least_width(tile, above, reach))) + 1
    steps = np.linspace(-reach, 1 + reach, count)
    x, y = np.meshgrid((tile.x + steps) * tile.size, (tile.y + steps) * tile.size)
    lon, lat = degrees(x.ravel(), y.ravel())
    found = np.unique(cells_of(lat, lon, above))
    return tuple(found[near(found, tile, above)].tolist())


def near(cells: Cells, tile: Tile, res: int) -> NDArray[np.bool_]:
    """Which of n cells of resolution `res`, or descendants of theirs, may touch the tile; (n,)."""
    lat, lon = centres(cells)
    x, y = world(lon, lat)
    from_middle_x = (x - (tile.x + 0.5) * tile.size + 0.5) % 1.0 - 0.5
    from_middle_y = np.clip(y, 0, 1) - (tile.y + 0.5) * tile.size
    beyond_x, beyond_y = (
        np.maximum(np.abs(way) - 0.5 * tile.size, 0) for way in (from_middle_x, from_middle_y)
    )
    return np.asarray(np.hypot(beyond_x, beyond_y) <= _reach(tile, res) * tile.size)


def tiles_of(cells: Cells, zoom: int, beyond: float = 0.0) -> list[Tile]:
    """Tiles of a zoom that some cells of one resolution may touch, and those that lie no further
    than `beyond` (in turns of the equator, on the ground) from them; in the order of x and y."""
    if not len(cells):
        return []
    lat, lon = centres(cells)
    x, y = world(lon, lat)
    stretched = 1 / np.cos(np.radians(np.minimum(np.abs(lat) + 1, 89)))
    reach = (_WIDTH_0 * 7 ** (-resolution(int(cells[0])) / 2) + beyond) * stretched
    count = 1 << zoom
    found = [
        np.floor((x + i * reach) * count).astype(np.int64) % count * count
        + np.clip(np.floor((y + j * reach) * count), 0, count - 1).astype(np.int64)
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
    ]
    numbers = np.unique(np.concatenate([np.unique(part) for part in found])).tolist()
    return [Tile(zoom, number // count, number % count) for number in numbers]


def _reach(tile: Tile, res: int) -> float:
    """No cell reaches further from its centre, in tile sides: an average width.

    A corner is 0.58 of the width away on average, 0.73 where H3 is most stretched, and descendants
    spill over a little. Measured at the tile's edge nearer to a pole, where the map enlarges most.
    """
    from_equator = max(abs(tile.y * tile.size - 0.5), abs((tile.y + 1) * tile.size - 0.5))
    return _width(tile, res, from_equator)


def _least_width(tile: Tile, res: int, reach: float) -> float:
    """An average width in tile sides, at the edge nearest to the equator of what lies around."""
    top, bottom = ((tile.y + end) * tile.size - 0.5 for end in (-reach, 1 + reach))
    return _width(tile, res, 0.0 if top < 0 < bottom else min(abs(top), abs(bottom)))


def _width(tile: Tile, res: int, from_equator: float) -> float:
    """An average width in tile sides, so far from the equator (world units)."""
    return _WIDTH_0 * 7 ** (-res / 2) / tile.size * math.cosh(2 * math.pi * from_equator)
