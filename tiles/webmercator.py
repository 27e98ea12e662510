"""Web Mercator tiles (z, x, y), and which H3 resolution each zoom draws; pure.

World units: x and y in [0, 1), x eastwards from 180 W, y southwards from 85.05 N. Source: EPSG:3857
and the OpenStreetMap wiki's "Slippy map tilenames". A tile is drawn 512 px wide (MapLibre).
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from roadcomb.errors import UsageError

__all__ = [
    "MAX_ZOOM",
    "TILE_PX",
    "Box",
    "Tile",
    "degrees",
    "resolution_at",
    "tile_at",
    "world",
    "world_box",
]

TILE_PX = 512
_LAST_LAT_DEG = 89.99
"""The square map ends at 85.0511; shapes that cross its end go on beyond, short of infinity."""

_RESOLUTIONS = (1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 9, 9, 10, 11, 11, 12)
"""By zoom: the finest resolution whose average hexagon is at least 8 px wide at the equator."""
MAX_ZOOM = len(_RESOLUTIONS) - 1
"""The first zoom that shows the paid cells; clients enlarge its tiles beyond."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile; x and y are in 0..2**z - 1."""

    z: int
    x: int
    y: int

    @property
    def size(self) -> float:
        """Its side in world units."""
        return 1.0 / (1 << self.z)


def tile_at(z: int, x: int, y: int) -> Tile:
    """The tile of these numbers. Raises UsageError when there is none."""
    if not 0 <= z <= MAX_ZOOM:
        raise UsageError(f"zoom {z} is not served: ask for 0..{MAX_ZOOM} and enlarge that")
    if not (0 <= x < 1 << z and 0 <= y < 1 << z):
        raise UsageError(f"there is no tile {z}/{x}/{y}: x and y are 0..{(1 << z) - 1}")
    return Tile(z, x, y)


def resolution_at(z: int) -> int:
    """The H3 resolution that a zoom draws (a crowded tile is drawn coarser, tiles/state.py)."""
    return _RESOLUTIONS[z]


@dataclass(frozen=True, slots=True)
class Box:
    """Tiles of one zoom, from column `left` to `right` (smaller, where it spans 180 degrees) and
    row `top` to `bottom`, all inclusive."""

    left: int
    top: int
    right: int
    bottom: int

    def touches(self, tile: Tile) -> bool:
        """Whether a tile of the zoom is among them."""
        if not self.top <= tile.y <= self.bottom:
            return False
        if self.left <= self.right:
            return self.left <= tile.x <= self.right
        return tile.x >= self.left or tile.x <= self.right


def world_box(bounds: tuple[float, float, float, float], zoom: int) -> Box:
    """The tiles that a box of west, south, east, north in degrees touches.

    A box whose east is less than its west spans 180 degrees.
    """
    west, south, east, north = bounds
    x, y = world(np.array([west, east]), np.array([north, south]))
    count = 1 << zoom
    columns = np.clip(np.floor(x * count), 0, count - 1).astype(int).tolist()
    rows = np.clip(np.floor(y * count), 0, count - 1).astype(int).tolist()
    return Box(columns[0], rows[0], columns[1], rows[1])


def world(lon_deg: Floats, lat_deg: Floats) -> tuple[Floats, Floats]:
    """World units of n points; y is beyond [0, 1] past 85.0511 degrees, and finite at a pole."""
    sine = np.sin(np.radians(np.clip(lat_deg, -_LAST_LAT_DEG, _LAST_LAT_DEG)))
    return lon_deg / 360.0 + 0.5, 0.5 - np.arctanh(sine) / (2 * math.pi)


def degrees(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Longitudes in [-180, 180) and latitudes of n points in world units."""
    lon: NDArray[Any] = (x % 1.0 - 0.5) * 360.0
    return lon, np.degrees(np.arctan(np.sinh((0.5 - y) * 2 * math.pi)))
