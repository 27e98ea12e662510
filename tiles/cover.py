"""Which stored cells a tile must look at: ancestors that cover it, and the rows near it; pure.

The law: every cell that touches the tile is among the descendants of `ancestors` and passes
`near`. Children spill over their parent's edge and the parent may only touch the tile's corner, so
the tile is sampled beyond its edge and one ring is added.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from roadcomb.cells import Cells, cells_of, centres, disk
from tiles.webmercator import Tile, degrees, resolution_at, world

__all__ = ["ancestors", "near"]

_COARSER = 3
"""Steps from drawn cell to ancestor: it is 18 times as wide, so some ten cover a tile."""
_SAMPLES = 24
"""Along a side: every 40 px at most, while an ancestor is 100 px wide or more."""
_REACH = 0.05
"""No drawn hexagon reaches further from its centre, in tile sides at the equator: the widest is
24 px on average, 31 px where H3 is most stretched, and reaches 18 px."""


@lru_cache(maxsize=4096)
def ancestors(tile: Tile, res: int) -> tuple[int, ...]:
    """Cells, sorted, whose descendants at `res` hold all that touches the tile; none: all cells."""
    if res < _COARSER:
        return ()
    margin = _margin(tile, res)
    steps = np.linspace(-margin, 1 + margin, _SAMPLES)
    x, y = np.meshgrid((tile.x + steps) * tile.size, (tile.y + steps) * tile.size)
    lon, lat = degrees(x.ravel(), y.ravel())
    covering = np.unique(cells_of(lat, lon, res - _COARSER))
    return tuple(sorted({cell for own in covering for cell in disk(int(own), 1)}))


def near(cells: Cells, tile: Tile, res: int) -> NDArray[np.bool_]:
    """Which of n cells of resolution `res` may touch the tile; shape (n,)."""
    lat, lon = centres(cells)
    x, y = world(lon, lat)
    from_middle_x = (x - (tile.x + 0.5) * tile.size + 0.5) % 1.0 - 0.5
    from_middle_y = np.clip(y, 0, 1) - (tile.y + 0.5) * tile.size
    reach = (0.5 + _margin(tile, res)) * tile.size
    return (np.abs(from_middle_x) <= reach) & (np.abs(from_middle_y) <= reach)


def _margin(tile: Tile, res: int) -> float:
    """The reach in tile sides at the tile's edge nearer to a pole, where the map enlarges most."""
    from_equator = max(abs(tile.y * tile.size - 0.5), abs((tile.y + 1) * tile.size - 0.5))
    coarser = resolution_at(tile.z) - res
    return _REACH * 7 ** (coarser / 2) * math.cosh(2 * math.pi * from_equator)
