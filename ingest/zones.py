"""Privacy zones: places of which no frame may leave, drawn in GeoJSON by whom they concern; pure.

Law: a frame within `margin_m` of any geometry of the file is hidden. Points and lines are zones as
well, of the margin's width. A feature's property `margin_m` speaks for that feature.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape

from roadcomb.canonical import parse_json
from roadcomb.errors import InvalidInput
from roadcomb.geo import EARTH_RADIUS_M

__all__ = ["Zones", "parse_zones"]

_M_PER_DEG = math.radians(1) * EARTH_RADIUS_M
_WIDEST_M = 50_000.0
_BREAKS = (
    shapely.errors.ShapelyError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What GeoJSON without sense makes of shapely's reader."""


@dataclass(frozen=True, slots=True)
class _Zone:
    """A prepared area in metres around its own middle (lat, lon in degrees)."""

    lat_deg: float
    lon_deg: float
    area: shapely.Geometry

    def hides(self, lat_deg: float, lon_deg: float) -> bool:
        return bool(shapely.intersects_xy(self.area, *_metres(self, lat_deg, lon_deg)))


@dataclass(frozen=True, slots=True)
class Zones:
    """All zones of one file."""

    zones: tuple[_Zone, ...] = ()

    def hide(self, lat_deg: float, lon_deg: float) -> bool:
        """Whether a place must not be shown."""
        return any(zone.hides(lat_deg, lon_deg) for zone in self.zones)


def parse_zones(data: bytes, margin_m: float) -> Zones:
    """Zones of a GeoJSON file (RFC 7946). Raises InvalidInput: a zone that is not understood must
    stop everything, or it would be shown."""
    try:
        return Zones(tuple(_zone(*part, margin_m) for part in _parts(parse_json(data))))
    except _BREAKS as error:
        raise InvalidInput(f"the privacy zones cannot be read: {error}") from error


def _parts(value: Any) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """(geometry, its properties) of any GeoJSON object."""
    match value:
        case {"type": "FeatureCollection", "features": [*features]}:
            for feature in features:
                yield from _parts(feature)
        case {"type": "Feature", "geometry": Mapping() as geometry}:
            yield geometry, value.get("properties") or {}
        case {"type": str()}:
            yield value, {}
        case _:
            raise InvalidInput("the privacy zones are no GeoJSON: a FeatureCollection is asked for")


def _zone(geometry: Mapping[str, Any], properties: Mapping[str, Any], margin_m: float) -> _Zone:
    found = shape(dict(geometry))
    margin = float(properties.get("margin_m", margin_m))
    west, south, east, north = found.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InvalidInput("a privacy zone lies outside of longitude, latitude: mind their order")
    if not 0 <= margin <= _WIDEST_M:
        raise InvalidInput(f"a privacy zone's margin_m is 0..{_WIDEST_M:.0f}, not {margin}")
    middle = _Zone((south + north) / 2, (west + east) / 2, found)
    area = shapely.transform(found, lambda at: _all_metres(middle, at))
    valid = area if shapely.is_valid(area) else shapely.make_valid(area)
    wide = shapely.buffer(valid, max(margin, 0.01))
    shapely.prepare(wide)
    return _Zone(middle.lat_deg, middle.lon_deg, wide)


def _metres(zone: _Zone, lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """(x, y) around the zone's middle; longitudes the shorter way round."""
    turn = (lon_deg - zone.lon_deg + 180.0) % 360.0 - 180.0
    squeeze = math.cos(math.radians(zone.lat_deg))
    return turn * squeeze * _M_PER_DEG, (lat_deg - zone.lat_deg) * _M_PER_DEG


def _all_metres(zone: _Zone, points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([_metres(zone, lat, lon) for lon, lat in points], np.float64).reshape(-1, 2)
