"""Where the sun stands at an instant and place; pure.

Source: the low-precision equations of NOAA's Solar Calculator (Meeus, Astronomical Algorithms,
chapter 25): within 0.05 degrees from 1950 to 2050. Refraction is left out: 0.6 degrees at the
horizon, nothing that a picture could tell.
"""

import math
from dataclasses import dataclass

__all__ = ["Sun", "sun_at"]

_J2000_MS = 946_728_000_000
"""2000-01-01 12:00 UTC in milliseconds since 1970."""

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Sun:
    """Degrees: height above the horizon, and azimuth clockwise from north, 0..360."""

    elevation_deg: float
    azimuth_deg: float


def sun_at(t_ms: int, lat_deg: float, lon_deg: float) -> Sun:
    """The sun's place; t_ms: milliseconds since 1970 UTC, degrees of WGS 84 (east positive)."""
    days = (t_ms - _J2000_MS) / _DAY_MS
    right_ascension, declination = _equatorial(days)
    sidereal_deg = 280.46061837 + 360.98564736629 * days
    hour = math.radians(sidereal_deg + lon_deg) - right_ascension
    lat = math.radians(lat_deg)
    up = math.sin(lat) * math.sin(declination)
    up += math.cos(lat) * math.cos(declination) * math.cos(hour)
    east = -math.cos(declination) * math.sin(hour)
    north = math.sin(declination) * math.cos(lat)
    north -= math.cos(declination) * math.sin(lat) * math.cos(hour)
    elevation = math.degrees(math.asin(max(-1.0, min(1.0, up))))
    return Sun(elevation, math.degrees(math.atan2(east, north)) % 360.0)


def _equatorial(days: float) -> tuple[float, float]:
    """Right ascension and declination in radians; days since J2000."""
    anomaly = math.radians(357.52911 + 0.98560028 * days)
    centre = 1.914602 * math.sin(anomaly) + 0.019993 * math.sin(2 * anomaly)
    longitude = math.radians(280.46646 + 0.98564736 * days + centre - 0.00569)
    obliquity = math.radians(23.439291 - 3.6e-7 * days)
    ascension = math.atan2(math.cos(obliquity) * math.sin(longitude), math.cos(longitude))
    return ascension, math.asin(math.sin(obliquity) * math.sin(longitude))
