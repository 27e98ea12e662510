"""Areas that a client names: a box, a polygon or a cell; and which cells have their middle in it.

The law: a cell is in an area when its centre is, so areas side by side share no cell and miss none.
A box whose west is east of its east crosses the antimeridian; one that reaches a pole ends there.
Geometry is plane, in degrees (RFC 7946).
"""

import json
import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from roadcomb.cells import Cells, centres, descendants, parse_cell, resolution
from roadcomb.errors import InvalidInput

__all__ = ["MOST_CORNERS", "Area", "Box", "area_around", "box_of", "cell_area", "polygon_area"]

MOST_CORNERS = 2_000
"""Of a polygon that a client may ask with."""

_M_PER_DEG = 111_195
_NEARLY_POLE = 89.9
"""Degrees of latitude from which on a box around a point is a cap."""

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees, west below east."""


@dataclass(frozen=True, slots=True)
class Area:
    """boxes: one, or two on the sides of the antimeridian, around all of it.

    shape: None for a plain box. cell: the cell whose descendants are meant, instead of both.
    """

    boxes: tuple[Box, ...]
    shape: BaseGeometry | None = None
    cell: int | None = None

    def holds(self, cells: Cells) -> NDArray[np.bool_]:
        """Which of n cells of one resolution have their middle inside, shape (n,)."""
        if self.cell is not None:
            return _under(cells, self.cell)
        lat, lon = centres(cells)
        inside = np.zeros(len(cells), bool)
        for west, south, east, north in self.boxes:
            inside |= (lon >= west) & (lon < east) & (lat >= south) & (lat < north)
        if self.shape is None:
            return inside
        within: NDArray[np.bool_] = shapely.contains_xy(self.shape, lon, lat)
        return inside & within


def box_of(text: str) -> Area:
    """The area of `west,south,east,north`. Raises InvalidInput naming what is wrong."""
    parts = text.split(",")
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError as error:
        raise InvalidInput("bbox: west,south,east,north in degrees is asked for") from error
    if not all(map(math.isfinite, (west, south, east, north))):
        raise InvalidInput("bbox: four finite numbers are asked for")
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90):
        raise InvalidInput("bbox: longitudes within 180, south below north and both within 90")
    north = math.nextafter(90, 91) if north == 90 else north
    if west < east:
        return Area(((west, south, _closed(east), north),))
    if west == east:
        raise InvalidInput("bbox: it has no width")
    return Area(((west, south, _closed(180), north), (-180.0, south, east, north)))


def area_around(lat_deg: float, lon_deg: float, radius_m: float) -> Area:
    """A box around all points within a radius, cut at the poles and the antimeridian."""
    reach = radius_m / _M_PER_DEG
    farthest = abs(lat_deg) + reach
    wide = reach / math.cos(math.radians(farthest)) if farthest < _NEARLY_POLE else 180.0
    south, north = max(-90.0, lat_deg - reach), min(90.0, lat_deg + reach)
    if wide >= 180:
        return Area(((-180.0, south, _closed(180), _closed(north)),))
    west, east = (lon_deg - wide + 180) % 360 - 180, (lon_deg + wide + 180) % 360 - 180
    if west < east:
        return Area(((west, south, east, _closed(north)),))
    return Area(
        ((west, south, _closed(180), _closed(north)), (-180.0, south, east, _closed(north)))
    )


def polygon_area(text: str) -> Area:
    """The area of a GeoJSON Polygon or MultiPolygon. Raises InvalidInput naming what is wrong."""
    try:
        document = json.loads(text)
        found = shape(document.get("geometry") or document)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InvalidInput("polygon: a GeoJSON Polygon or MultiPolygon is asked for") from error
    except shapely.errors.ShapelyError as error:
        raise InvalidInput(f"polygon: {error}") from error
    if found.geom_type not in ("Polygon", "MultiPolygon") or found.is_empty:
        raise InvalidInput("polygon: a GeoJSON Polygon or MultiPolygon is asked for")
    if shapely.get_num_coordinates(found) > MOST_CORNERS:
        raise InvalidInput(f"polygon: at most {MOST_CORNERS} corners: simplify it")
    if not found.is_valid:
        raise InvalidInput(f"polygon: {shapely.is_valid_reason(found)}")
    west, south, east, north = found.bounds
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InvalidInput("polygon: longitudes within 180 and latitudes within 90; cut it there")
    shapely.prepare(found)
    return Area(((west, south, _closed(east), _closed(north)),), found)


def cell_area(text: str, res: int) -> Area:
    """The descendants of a cell. Raises InvalidInput for none, or one finer than `res`."""
    cell = parse_cell(text)
    if resolution(cell) > res:
        raise InvalidInput(f"cell {text} is finer than the resolution {res} that is asked for")
    return Area((), None, cell)


def _under(cells: Cells, cell: int) -> NDArray[np.bool_]:
    first, last = descendants(cell, resolution(int(cells[0]))) if len(cells) else (0, 0)
    inside: NDArray[np.bool_] = (cells >= first) & (cells <= last)
    return inside


def _closed(bound: float) -> float:
    """The eastern edge of the world belongs to it."""
    return math.nextafter(bound, math.inf) if bound in (180, 90) else bound
