"""Distances (m) and directions (degrees) on the sphere from WGS 84 degrees; pure.

A sphere of the IUGG mean radius is within 0.6 % of the ellipsoid, enough for spacing and speed.
"""

import math

__all__ = ["bearing_deg", "distance_m", "heading_sector", "interpolate_heading"]

EARTH_RADIUS_M = 6_371_008.8
"""IUGG mean radius (2a+b)/3."""

SECTORS = 8


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in metres, by the haversine formula."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half_dlat, half_dlon = (phi2 - phi1) / 2, math.radians(lon2 - lon1) / 2
    a = math.sin(half_dlat) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half_dlon) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(a)))


def bearing_deg(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Initial bearing from point 1 to point 2, degrees clockwise from north in [0, 360)."""
    phi1, phi2, dlon = math.radians(lat1), math.radians(lat2), math.radians(lon2 - lon1)
    y = math.sin(dlon) * math.cos(phi2)
    x = math.cos(phi1) * math.sin(phi2) - math.sin(phi1) * math.cos(phi2) * math.cos(dlon)
    return math.degrees(math.atan2(y, x)) % 360.0 % 360.0  # of a tiny negative angle 360 is left


def interpolate_heading(start_deg: float, end_deg: float, share: float) -> float:
    """Heading `share` (0..1) of the way from start to end, along the shorter arc, in [0, 360)."""
    turn = (end_deg - start_deg + 180.0) % 360.0 - 180.0
    return (start_deg + share * turn) % 360.0 % 360.0


def heading_sector(heading_cdeg: int) -> int:
    """The one of 8 sectors, 45 degrees each and centred on north, that a heading falls in: 0..7.

    Integer arithmetic on hundredths of a degree, because the sector enters an epoch.
    """
    return (heading_cdeg % 36_000 + 2_250) // 4_500 % SECTORS
