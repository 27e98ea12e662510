"""Where do people live? Both ends of a trip are cut off before anything of it leaves; pure.

Laws. 1. A disc hides each end: `radius_m` wide, its centre displaced from the end by a secret, so
that neither the disc's middle nor the point where a trip comes out of it tells the end. 2. The
displacement is a continuous function of the place under the contributor's secret: a hundred trips
from one home, each parked a few metres apart, all show the same disc (independent ones would
average out), while places a few kilometres apart tell nothing of each other. 3. Over all
secrets it is uniform in the disc of `displaced` x `radius_m`. 4. kept + rejected = offered.

The displacement comes of two standard normal fields: normals at the corners of a cube lattice of
`lattice_m`, each an HMAC of its corner, mixed by trilinear weights and divided by the length of
the weights, which keeps their variance at 1. A pair g of normals has |g|^2 / 2 exponential, so
sqrt(1 - exp(-|g|^2 / 2)) along g is uniform in the unit disc. No cell has an edge at which a home
could get two displacements, and no state has to be kept.
"""

import hmac
import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

from ingest.screening import Placed, Rejected, screen_drives
from ingest.settings import ScreenSettings, TrimSettings
from roadcomb.geo import EARTH_RADIUS_M, distance_m
from roadcomb.records import degrees

__all__ = [
    "TRIP_END",
    "UNTOLD",
    "ZONE",
    "Disc",
    "Hidden",
    "Privacy",
    "contributor_secret",
    "disc_of",
    "keep_private",
]

TRIP_END, ZONE = "trip-end", "privacy-zone"
UNTOLD = frozenset({TRIP_END, ZONE})
"""Reasons whose counts stay here: times the spacing they are the length of the way home."""
_CORNERS = tuple(product((0, 1), repeat=3))
_DRAWN = struct.Struct(">QQ")

Offered = TypeVar("Offered", bound=Placed)
Hidden = Callable[[float, float], bool]
"""Whether a place, lat and lon in degrees, lies in a privacy zone."""


@dataclass(frozen=True, slots=True)
class Disc:
    """A round piece of earth; degrees and metres."""

    lat_deg: float
    lon_deg: float
    radius_m: float

    def holds(self, lat_deg: float, lon_deg: float) -> bool:
        """Whether a place lies in it."""
        return distance_m(self.lat_deg, self.lon_deg, lat_deg, lon_deg) <= self.radius_m


@dataclass(frozen=True, slots=True)
class Privacy:
    """What must not leave. secret: 32 bytes of this contributor; hidden: the zones' test."""

    secret: bytes
    settings: TrimSettings
    hidden: Hidden | None = None


def contributor_secret(node_secret: bytes, contributor: str) -> bytes:
    """The secret under which a node trims the drives of one foreign contributor."""
    return hmac.digest(node_secret, bytes.fromhex(contributor), "sha256")


def disc_of(lat_deg: float, lon_deg: float, privacy: Privacy) -> Disc:
    """The disc that hides a trip's end at this place."""
    settings = privacy.settings
    east, north = _displacement(lat_deg, lon_deg, privacy.secret, settings.lattice_m)
    reach_deg = math.degrees(settings.displaced * settings.radius_m / EARTH_RADIUS_M)
    lat = max(-90.0, min(90.0, lat_deg + north * reach_deg))
    stretch = max(math.cos(math.radians(lat_deg)), 1e-6)
    return Disc(lat, lon_deg + east * reach_deg / stretch, settings.radius_m)


def keep_private(
    drives: Sequence[Sequence[Offered]], privacy: Privacy, screening: ScreenSettings
) -> tuple[list[list[Offered]], list[Rejected[Offered]]]:
    """(drives, rejected) of screened drives: what may leave, and what not.

    A trip is a chain of drives that only a tunnel or the longest drive's length has cut. Of
    a trip no frame inside one of its own discs is kept, also when it passes its end once more. What
    is left is screened again, since a hole may have cut it.
    """
    kept: list[list[Offered]] = []
    rejected: list[Rejected[Offered]] = []
    for trip in _trips(drives, screening):
        frames = [frame for drive in trip for frame in drive]
        discs = _ends(frames, privacy)
        reasons = [_why(frame, discs, privacy) for frame in frames]
        if not any(reasons):
            kept += trip
            continue
        judged = list(zip(frames, reasons, strict=True))
        rejected += [Rejected(frame, why) for frame, why in judged if why is not None]
        again, short = screen_drives([frame for frame, why in judged if why is None], screening)
        kept += again
        rejected += short
    return kept, rejected


def _why(frame: Placed, discs: Sequence[Disc], privacy: Privacy) -> str | None:
    place = degrees(frame.lat_e7), degrees(frame.lon_e7)
    if privacy.hidden is not None and privacy.hidden(*place):
        return ZONE
    return TRIP_END if any(disc.holds(*place) for disc in discs) else None


def _ends(trip: Sequence[Placed], privacy: Privacy) -> list[Disc]:
    if not privacy.settings.radius_m:
        return []
    places = [(degrees(end.lat_e7), degrees(end.lon_e7)) for end in (trip[0], trip[-1])]
    return [disc_of(*place, privacy) for place in places]


def _trips(
    drives: Sequence[Sequence[Offered]], screening: ScreenSettings
) -> list[list[list[Offered]]]:
    trips: list[list[list[Offered]]] = []
    for drive in sorted(drives, key=lambda drive: drive[0].t_ms):
        if trips and _goes_on(trips[-1][-1][-1], drive[0], screening):
            trips[-1].append(list(drive))
        else:
            trips.append([list(drive)])
    return trips


def _goes_on(last: Placed, first: Placed, screening: ScreenSettings) -> bool:
    """Whether a car drove on from one to the other, without a pause and at a car's speed."""
    pause_s = (first.t_ms - last.t_ms) / 1000
    places = (degrees(at) for at in (last.lat_e7, last.lon_e7, first.lat_e7, first.lon_e7))
    reached = distance_m(*places) <= screening.max_speed_mps * pause_s
    return 0 < pause_s <= screening.gap_s and reached


def _displacement(
    lat_deg: float, lon_deg: float, secret: bytes, lattice_m: float
) -> tuple[float, float]:
    """(east, north) in the unit disc; see the module's law."""
    phi, lam = math.radians(lat_deg), math.radians(lon_deg)
    on_sphere = (math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi))
    at = [EARTH_RADIUS_M * axis / lattice_m for axis in on_sphere]
    base = [math.floor(axis) for axis in at]
    east = north = squares = 0.0
    for corner in _CORNERS:
        shares = (abs(1 - step - (x - low)) for step, x, low in zip(corner, at, base, strict=True))
        weight = math.prod(shares)
        normals = _normals(secret, [low + step for low, step in zip(base, corner, strict=True)])
        east, north = east + weight * normals[0], north + weight * normals[1]
        squares += weight * weight
    east, north = east / math.sqrt(squares), north / math.sqrt(squares)
    length = math.hypot(east, north)
    if length == 0.0:
        return 0.0, 0.0
    reach = math.sqrt(-math.expm1(-length * length / 2)) / length
    return east * reach, north * reach


def _normals(secret: bytes, corner: Sequence[int]) -> tuple[float, float]:
    """Two independent standard normals of a lattice corner (Box and Muller 1958)."""
    drawn = hmac.digest(secret, struct.pack(">3q", *corner), "sha256")[: _DRAWN.size]
    first, second = ((value + 0.5) / 2**64 for value in _DRAWN.unpack(drawn))
    radius, angle = math.sqrt(-2 * math.log(first)), 2 * math.pi * second
    return radius * math.cos(angle), radius * math.sin(angle)
