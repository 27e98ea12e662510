"""One picture and what was said of it: by itself, its name, and the files beside it.

Where it was is said by, in this order: the CSV beside it, its name, the GPX or CSV track beside it
(at the picture's time), its EXIF. When it was taken: CSV, name, EXIF. What the winner does not say
of altitude, speed and heading is filled in from EXIF; how well a place was received is only said
by what says the place.

Law: the answer is a still or a rejection with a reason, never an exception.
"""

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from ingest.allowance import Allowance
from ingest.exif import ExifRecord, read_exif
from ingest.screening import Rejected
from ingest.settings import ReadSettings
from ingest.sidecars import CsvRow
from ingest.sources import Source
from ingest.tracks import Track
from roadcomb.errors import InvalidInput
from roadcomb.records import Fix

__all__ = ["Beside", "Still", "read_still"]

_NAME = re.compile(r"(\d{12,14})(?:_(-?\d+(?:\.\d+)?)_(-?\d+(?:\.\d+)?))?")
"""`<t ms>_<lat>_<lon>` as a Bee names its frames, or the time alone."""


@dataclass(frozen=True, slots=True)
class Still:
    """`zoned` is False where the time lacks a time zone; mtime_ns tells a changed file.

    `source` gives the bytes of a picture that is no file of its own (`path` then only names it).
    """

    path: Path
    size: int
    mtime_ns: int
    t_ms: int | None
    fix: Fix | None
    model: str = ""
    orientation: int = 1
    zoned: bool = True
    source: Source | None = None
    focal_35mm: int | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """What a folder's sidecar files say; `troubles` names those that could not be used, `notes`
    what is worth telling of the others."""

    rows: Mapping[str, CsvRow] = field(default_factory=lambda: MappingProxyType({}))
    track: Track = field(default_factory=Track)
    troubles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_still(
    path: Path, beside: Beside, settings: ReadSettings, allowed: Allowance
) -> Still | Rejected[Path]:
    """A picture read; rejected as `too-large`, `not-a-jpeg`, `too-much` or `unreadable`."""
    try:
        status = path.stat()
        reason = _refusal(path, status, settings)
        if reason is not None:
            return Rejected(path, reason)
        with allowed.spent_on():
            exif = read_exif(path)
    except InvalidInput:
        return Rejected(path, "too-much")
    except OSError:
        return Rejected(path, "unreadable")
    row = beside.rows.get(path.name)
    t_ms, zoned = _time(path, row, exif, settings)
    fix = _place(path, row, beside.track, t_ms, settings)
    return Still(
        path,
        status.st_size,
        status.st_mtime_ns,
        t_ms,
        _completed(fix, exif, t_ms or 0),
        exif.model or ("" if row is None else row.model),
        exif.orientation,
        zoned,
        focal_35mm=exif.focal_35mm,
    )


def _refusal(path: Path, status: os.stat_result, settings: ReadSettings) -> str | None:
    if not stat.S_ISREG(status.st_mode):  # opening a pipe or a device waits for ever
        return "unreadable"
    if status.st_size > settings.max_bytes:
        return "too-large"
    with path.open("rb") as file:
        return None if file.read(2) == b"\xff\xd8" else "not-a-jpeg"


def _time(
    path: Path, row: CsvRow | None, exif: ExifRecord, settings: ReadSettings
) -> tuple[int | None, bool]:
    if row is not None and row.t_ms is not None:
        return row.t_ms, True
    offset_ms = round(settings.time_offset_s * 1000)
    match = _NAME.fullmatch(path.stem)
    if match is not None:
        return int(match[1]) + offset_ms, True
    if exif.t_ms is None:
        return None, True
    if exif.zoned:
        return exif.t_ms + offset_ms, True
    return exif.t_ms - settings.clock_offset_min * 60_000 + offset_ms, offset_ms != 0


def _place(
    path: Path, row: CsvRow | None, track: Track, t_ms: int | None, settings: ReadSettings
) -> Fix | None:
    if row is not None:
        return row.fix
    match = _NAME.fullmatch(path.stem)
    if match is not None and match[2] is not None:
        return Fix(int(match[1]), float(match[2]), float(match[3]))
    return None if t_ms is None else track.at(t_ms, settings.track_gap_s)


def _completed(fix: Fix | None, exif: ExifRecord, t_ms: int) -> Fix | None:
    if fix is None and (exif.lat_deg is None or exif.lon_deg is None):
        return None
    return replace(
        fix or _exif_fix(exif),
        t_ms=t_ms,
        alt_m=exif.alt_m if fix is None or fix.alt_m is None else fix.alt_m,
        speed_mps=exif.speed_mps if fix is None or fix.speed_mps is None else fix.speed_mps,
        heading_deg=exif.heading_deg if fix is None or fix.heading_deg is None else fix.heading_deg,
    )


def _exif_fix(exif: ExifRecord) -> Fix:
    return Fix(
        0,
        exif.lat_deg or 0.0,
        exif.lon_deg or 0.0,
        hdop=exif.hdop,
        satellites=exif.satellites,
        dimension=exif.dimension,
        error_m=exif.error_m,
    )
