"""The words that travel between the rooms: fix, frame, verdict.

Positions and measures are integers in the unit their name says (degrees x 1e7 as GNSS receivers
give them), so that a manifest has one canonical form and no float reaches an epoch.
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["SLASH", "Fix", "Frame", "Verdict", "degrees", "e7"]

E7 = 10_000_000

SLASH = "slash"
"""Kind of the event that slashes for a drive; its reference is the drive's id."""


def e7(value_deg: float) -> int:
    """Degrees to integer 1e-7 degrees (1.1 cm of latitude); of two as near, the even one."""
    return round(value_deg * E7)


def degrees(value_e7: int) -> float:
    """Integer 1e-7 degrees to degrees."""
    return value_e7 / E7


class Verdict(StrEnum):
    """What judging said of a drive or a frame; a frame without one is pending."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Fix:
    """One GNSS sample (WGS 84). None means the receiver did not say.

    t_ms: milliseconds since 1970-01-01 UTC. heading_deg: 0..360 clockwise from true north.
    dimension: 0 no fix, 2 or 3 dimensions. error_m: the receiver's own estimate of how far off.
    """

    t_ms: int
    lat_deg: float
    lon_deg: float
    alt_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    hdop: float | None = None
    satellites: int | None = None
    dimension: int | None = None
    error_m: float | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One JPEG of a drive as its manifest describes it; integers only (see the module's law).

    image_id: SHA-256 of the canonical JPEG, lower-case hex. size: its bytes.
    heading_cdeg: hundredths of a degree. orientation: EXIF 1..8.
    """

    image_id: str
    size: int
    t_ms: int
    lat_e7: int
    lon_e7: int
    heading_cdeg: int | None = None
    speed_cmps: int | None = None
    alt_cm: int | None = None
    hdop_centi: int | None = None
    satellites: int | None = None
    orientation: int = 1
