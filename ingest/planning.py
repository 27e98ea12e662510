"""The plan: which pictures of a recording make which drives, and why not the others. Pure.

Laws: pictures in drives + rejected = pictures found. Everything is rounded to the manifest's
integers before it is screened, so that a node that screens the manifest decides on equal numbers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path

from ingest.folder import Recording
from ingest.gaps import drives_between_gaps
from ingest.heldfix import spread_held
from ingest.screening import Rejected, screen_drives
from ingest.settings import ReadSettings, ScreenSettings
from ingest.sources import Source
from ingest.stills import Still
from ingest.trimming import Privacy, keep_private
from roadcomb.geo import bearing_deg
from roadcomb.records import Fix, Frame, degrees, e7

__all__ = ["FAULTS", "Plan", "Shot", "plan_recording"]

FAULTS = frozenset(
    {
        "unreadable",
        "not-a-jpeg",
        "too-large",
        "too-much",
        "changed-meanwhile",
        "framekm-damaged",
        "video-too-much",
        "video-unreadable",
    }
)
"""Reasons that speak of a broken file rather than of the drive."""

_LAST_T_MS = 2**48
_HIGHEST = {"speed_cmps": 100_000, "hdop_centi": 1_000_000, "satellites": 1_000}


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture file with the integers that its manifest will say; see roadcomb.records.Frame."""

    path: Path
    file_size: int
    mtime_ns: int
    t_ms: int
    lat_e7: int
    lon_e7: int
    heading_cdeg: int | None = None
    speed_cmps: int | None = None
    alt_cm: int | None = None
    hdop_centi: int | None = None
    satellites: int | None = None
    orientation: int = 1
    model: str = ""
    source: Source | None = None
    focal_35mm: int | None = None

    def read(self) -> bytes:
        """The picture as the camera wrote it. Raises OSError."""
        return self.path.read_bytes() if self.source is None else self.source.read()

    def discard(self) -> None:
        """Remove what was made of the picture; a file of its own stays."""
        if self.source is not None:
            self.source.discard()

    def frame(self, image_id: str, size: int) -> Frame:
        """The frame of the canonical JPEG of this file."""
        return Frame(
            image_id,
            size,
            self.t_ms,
            self.lat_e7,
            self.lon_e7,
            self.heading_cdeg,
            self.speed_cmps,
            self.alt_cm,
            self.hdop_centi,
            self.satellites,
            self.orientation,
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What a recording would send (drives) and what not (rejected)."""

    folder: Path
    drives: tuple[tuple[Shot, ...], ...]
    rejected: tuple[Rejected[Path], ...]
    troubles: tuple[str, ...] = ()
    unzoned: int = 0
    notes: tuple[str, ...] = ()

    @property
    def offered(self) -> int:
        """Pictures found."""
        return len(self.rejected) + sum(map(len, self.drives))


def plan_recording(
    recording: Recording,
    screening: ScreenSettings,
    reading: ReadSettings,
    privacy: Privacy | None = None,
) -> Plan:
    """Screen a recording into drives, cut off what is private, and end drives at gaps."""
    reasons = [_reason(still, screening) for still in recording.stills]
    lost = [
        Rejected(still.path, reason)
        for still, reason in zip(recording.stills, reasons, strict=True)
        if reason is not None
    ]
    sound = list(compress(recording.stills, (reason is None for reason in reasons)))
    drives, screened = screen_drives(_shots(sound, reading.held_fix_s), screening)
    if privacy is not None:
        drives, private = keep_private(drives, privacy, screening)
        screened += private
    by_distance = recording.by_distance or screening.by_distance
    parts = [
        part for drive in drives for part in drives_between_gaps(drive, screening, by_distance)
    ]
    screened_out = [Rejected(shot.item.path, shot.reason) for shot in screened]
    return Plan(
        recording.folder,
        tuple(tuple(_headed(part)) for part in parts),
        (*recording.rejected, *lost, *screened_out),
        recording.troubles,
        sum(not still.zoned for still in sound),
        recording.notes,
    )


def _reason(still: Still, screening: ScreenSettings) -> str | None:
    """Why a still cannot be placed in time and space, or not well enough."""
    if still.fix is None:
        return "no-fix"
    if still.t_ms is None or not 0 <= still.t_ms <= _LAST_T_MS:
        return "no-time"
    if not (math.isfinite(still.fix.lat_deg) and math.isfinite(still.fix.lon_deg)):
        return "not-a-number"
    if abs(still.fix.lat_deg) > 90 or abs(still.fix.lon_deg) > 180:
        return "not-on-earth"
    return _weakness(still.fix, screening)


def _weakness(fix: Fix, screening: ScreenSettings) -> str | None:
    """Why a fix is not believed, by what the manifest does not say; see screening for the rest."""
    if screening.need_3d and fix.dimension is not None and fix.dimension < 3:
        return "no-3d-fix" if fix.dimension == 2 else "no-fix"
    if fix.error_m is not None and fix.error_m > screening.max_error_m:
        return "poor-position"
    return None


def _shots(stills: Sequence[Still], held_s: float) -> list[Shot]:
    fixes = spread_held([still.fix for still in stills if still.fix is not None], held_s)
    return [_shot(still, fix) for still, fix in zip(stills, fixes, strict=True)]


def _shot(still: Still, fix: Fix) -> Shot:
    heading = _scaled(fix.heading_deg, 100)
    altitude = _scaled(fix.alt_m, 100)
    return Shot(
        still.path,
        still.size,
        still.mtime_ns,
        fix.t_ms,
        e7(fix.lat_deg),
        e7(fix.lon_deg),
        None if heading is None else heading % 36_000,
        _capped("speed_cmps", _scaled(fix.speed_mps, 100)),
        altitude if altitude is not None and -1_000_000 <= altitude <= 10_000_000 else None,
        _capped("hdop_centi", _scaled(fix.hdop, 100)),
        _capped("satellites", fix.satellites),
        still.orientation,
        still.model,
        still.source,
        still.focal_35mm,
    )


def _scaled(value: float | None, factor: int) -> int | None:
    return None if value is None or not math.isfinite(value * factor) else round(value * factor)


def _capped(name: str, value: int | None) -> int | None:
    """What lies outside the manifest's range was no measurement."""
    return value if value is not None and 0 <= value <= _HIGHEST[name] else None


def _headed(drive: Sequence[Shot]) -> list[Shot]:
    """Where no heading was measured it is the direction of travel, from neighbour to neighbour."""
    before, after = [drive[0], *drive[:-1]], [*drive[1:], drive[-1]]
    return [
        shot if shot.heading_cdeg is not None else replace(shot, heading_cdeg=_travel(a, b))
        for shot, a, b in zip(drive, before, after, strict=True)
    ]


def _travel(a: Shot, b: Shot) -> int | None:
    if (a.lat_e7, a.lon_e7) == (b.lat_e7, b.lon_e7):
        return None
    bearing = bearing_deg(*map(degrees, (a.lat_e7, a.lon_e7, b.lat_e7, b.lon_e7)))
    return round(bearing * 100) % 36_000
