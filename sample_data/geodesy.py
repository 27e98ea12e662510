"""From the city's metres to degrees.

The city lies in the open Atlantic, at 0.5 degrees north, 25 degrees west: hundreds of kilometres
from any land, so that no picture can be mistaken for one of a real street, and not at (0, 0),
which stands for "no fix". Over one kilometre the plane's error is under a centimetre.
"""

import math

ORIGIN_LAT_DEG, ORIGIN_LON_DEG = 0.5, -25.0

_A_M, _E2 = 6378137.0, 0.00669437999014
"""WGS 84 semi-major axis and first eccentricity squared (NGA.STND.0036)."""

_SIN = math.sin(math.radians(ORIGIN_LAT_DEG))
_W = math.sqrt(1.0 - _E2 * _SIN * _SIN)
_NORTH_M_PER_DEG = math.radians(_A_M * (1.0 - _E2) / _W**3)
_EAST_M_PER_DEG = math.radians(_A_M / _W * math.cos(math.radians(ORIGIN_LAT_DEG)))


def degrees(x_m: float, y_m: float) -> tuple[float, float]:
    """Local metres to (latitude, longitude) in degrees, rounded to 1e-8 (1.1 mm)."""
    latitude = ORIGIN_LAT_DEG + y_m / _NORTH_M_PER_DEG
    longitude = ORIGIN_LON_DEG + x_m / _EAST_M_PER_DEG
    return round(latitude, 8), round(longitude, 8)
