"""What a picture's EXIF header says of time, place and camera; only the header is read.

Law: whatever the file holds, the answer is a record (its fields None, or NaN where the camera
wrote one) and never an exception. Tags: CIPA DC-008 (EXIF 2.32), sections 4.6.5 and 4.6.6.

Of the two clocks GPS time is right but often in whole seconds or a little late, the camera's is
fine-grained but in an unknown zone. So where both agree up to a zone, the time is the camera's in
that zone; else it is the GPS's; and only without GPS the camera's as it stands.
"""

import io
import logging
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import exifread

__all__ = ["ExifRecord", "exif_of", "parse_exif", "read_exif"]

Tags = Mapping[str, Any]
_DATE = re.compile(r"(\d{4})\D(\d\d)\D(\d\d)")
_DATE_TIME = re.compile(r"(\d{4})\D(\d\d)\D(\d\d)[ T](\d\d)\D(\d\d)\D(\d\d)(?:\.(\d+))?")
_ZONE = re.compile(r"([+-])(\d\d):?(\d\d)")
_FOCAL_PLANE_MM: dict[float, float] = {2: 25.4, 3: 10.0}
_SPEED_TO_MPS = {"K": 1 / 3.6, "M": 0.44704, "N": 1852 / 3600}
"""GPSSpeedRef: km/h, miles/h, knots."""
_ERROR_TAG = "GPS Tag 0x001F"
"""GPSHPositioningError, which exifread has no name for."""
_QUARTER_HOUR_MS = 900_000
_WIDEST_ZONE_MS = 14 * 3_600_000
_HEAD_BYTES = 64 * 1024
"""Holds all headers of most pictures, and is one read."""
_START_OF_SCAN = b"\xda"
_MOST_READS = 50_000
"""A full header of a real camera takes some hundred reads."""
_AGREE_MS = 2_000
"""GPS stamps are in whole seconds and up to about one second late."""


@dataclass(frozen=True, slots=True)
class ExifRecord:
    """Time (ms since 1970 UTC, if `zoned`), place (degrees) and camera; see roadcomb.records.Fix.

    A time that is not `zoned` is the camera's local time, read as if it were UTC.
    """

    t_ms: int | None = None
    zoned: bool = False
    lat_deg: float | None = None
    lon_deg: float | None = None
    alt_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    hdop: float | None = None
    satellites: int | None = None
    dimension: int | None = None
    error_m: float | None = None
    model: str = ""
    orientation: int = 1
    focal_35mm: int | None = None


class _Metered(io.BytesIO):
    """Bytes that are read so often and no more: a header may name one directory a thousand times,
    and each time it is read again.
    """

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        if self.reads > _MOST_READS:
            raise ValueError("the header wants to be read without end")
        return super().read(size)


def read_exif(path: Path) -> ExifRecord:
    """Record of a JPEG file. Raises OSError only, when the file cannot be read."""
    with path.open("rb", buffering=0) as file:
        head = file.read(_HEAD_BYTES)
        return exif_of(head if _has_all_headers(head) else head + file.read())


def exif_of(picture: bytes) -> ExifRecord:
    """Record of a JPEG in memory, or of its first bytes."""
    logging.getLogger("exifread").setLevel(logging.CRITICAL)  # its warnings name no file
    try:
        file = _Metered(picture)
        return parse_exif(exifread.process_file(file, details=False, extract_thumbnail=False))
    except Exception:  # a damaged header breaks the parser in any way there is
        return ExifRecord()


def _has_all_headers(head: bytes) -> bool:
    """Whether the picture's own data begin within these first bytes of a JPEG."""
    at = 2
    while head[at : at + 1] == b"\xff" and head[at + 1 : at + 2] != _START_OF_SCAN:
        at += 2 + max(2, int.from_bytes(head[at + 2 : at + 4], "big"))
    return head[at + 1 : at + 2] == _START_OF_SCAN


def parse_exif(tags: Tags) -> ExifRecord:
    """Record of the tags as exifread names them."""
    t_ms, zoned = _time(tags)
    lat, lon = _position(tags)
    return ExifRecord(
        t_ms=t_ms,
        zoned=zoned,
        lat_deg=lat,
        lon_deg=lon,
        alt_m=_altitude(tags),
        speed_mps=_speed(tags),
        heading_deg=_heading(tags),
        # EXIF writes PDOP here in 3D mode; it is never less than HDOP, so nothing is flattered.
        hdop=_finite(_first(tags, "GPS GPSDOP")),
        satellites=_count(_text(tags, "GPS GPSSatellites")) or None,  # with a place, 0 is unsaid
        dimension={"2": 2, "3": 3}.get(_text(tags, "GPS GPSMeasureMode")),
        error_m=_finite(_first(tags, _ERROR_TAG)),
        model=" ".join(filter(None, (_text(tags, "Image Make"), _text(tags, "Image Model")))),
        orientation=_orientation(tags),
        focal_35mm=_focal(tags),
    )


def _time(tags: Tags) -> tuple[int | None, bool]:
    gps_ms = _gps_time(tags)
    camera_ms, fine = _camera_time(tags)
    zone_ms = _zone(_text(tags, "EXIF OffsetTimeOriginal") or _text(tags, "EXIF OffsetTime"))
    if camera_ms is None or gps_ms is None:
        zoned = gps_ms is not None or zone_ms is not None
        return (gps_ms if camera_ms is None else camera_ms - (zone_ms or 0)), zoned
    if zone_ms is None:
        zone_ms = round((camera_ms - gps_ms) / _QUARTER_HOUR_MS) * _QUARTER_HOUR_MS
    agree = abs(camera_ms - zone_ms - gps_ms) <= _AGREE_MS and abs(zone_ms) <= _WIDEST_ZONE_MS
    finer = fine and gps_ms % 1000 == 0
    return (camera_ms - zone_ms if agree and finer else gps_ms), True


def _gps_time(tags: Tags) -> int | None:
    day = _DATE.match(_text(tags, "GPS GPSDate"))
    clock = [_number(value) for value in _values(tags, "GPS GPSTimeStamp")]
    if day is None or len(clock) != 3 or not all(map(math.isfinite, clock)):
        return None
    midnight_ms = _milliseconds(*(int(part) for part in day.groups()))
    if midnight_ms is None:
        return None
    return midnight_ms + round((clock[0] * 3600 + clock[1] * 60 + clock[2]) * 1000)


def _camera_time(tags: Tags) -> tuple[int | None, bool]:
    """(local time as if UTC, whether it has a fraction of a second)."""
    match = _DATE_TIME.match(_text(tags, "EXIF DateTimeOriginal"))
    if match is None:
        return None, False
    *parts, fraction = match.groups()
    digits = fraction or _text(tags, "EXIF SubSecTimeOriginal")
    fine = digits.isascii() and digits.isdigit()
    t_ms = _milliseconds(*map(int, parts))
    if t_ms is not None and fine:
        t_ms += round(float(f"0.{digits}") * 1000)
    return t_ms, fine


def _milliseconds(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0
) -> int | None:
    try:
        instant = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _zone(text: str) -> int | None:
    match = _ZONE.match(text)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    return minutes * 60_000 * (-1 if match[1] == "-" else 1)


def _position(tags: Tags) -> tuple[float | None, float | None]:
    if _text(tags, "GPS GPSStatus") == "V":  # the receiver calls this measurement void
        return None, None
    lat = _angle(tags, "GPS GPSLatitude", {"N": 1, "S": -1})
    lon = _angle(tags, "GPS GPSLongitude", {"E": 1, "W": -1})
    return lat, lon


def _angle(tags: Tags, name: str, signs: Mapping[str, int]) -> float | None:
    """Degrees of degrees, minutes and seconds; None when absent, NaN when without sense."""
    values = [_number(value) for value in _values(tags, name)]
    if not values:
        return None
    sign = signs.get(_text(tags, f"{name}Ref")[:1].upper(), math.nan)
    return sign * sum(value / 60.0**index for index, value in enumerate(values[:3]))


def _altitude(tags: Tags) -> float | None:
    metres = _finite(_first(tags, "GPS GPSAltitude"))
    below = _first(tags, "GPS GPSAltitudeRef") == 1
    return -metres if metres is not None and below else metres


def _speed(tags: Tags) -> float | None:
    speed = _finite(_first(tags, "GPS GPSSpeed"))
    unit = _text(tags, "GPS GPSSpeedRef")[:1].upper() or "K"
    factor = _SPEED_TO_MPS.get(unit)
    return None if speed is None or factor is None else speed * factor


def _heading(tags: Tags) -> float | None:
    """Direction of the picture, else of the movement; magnetic ones are up to 20 degrees off."""
    for name in ("GPS GPSImgDirection", "GPS GPSTrack"):
        heading = _finite(_first(tags, name))
        if heading is not None and _text(tags, f"{name}Ref")[:1].upper() != "M":
            return heading % 360
    return None


def _orientation(tags: Tags) -> int:
    value = _first(tags, "Image Orientation")
    return int(value) if value in range(1, 9) else 1


def _focal(tags: Tags) -> int | None:
    """Focal length of the same angle of view on 35 mm film, whole mm; EXIF writes 0 for unknown.

    Where only the lens' own length is told, the sensor's width follows from its pixels per unit
    (EXIF 2.32, FocalPlaneXResolution: 2 is an inch, 3 a centimetre).
    """
    value = _first(tags, "EXIF FocalLengthIn35mmFilm")
    if not value >= 1:
        unit_mm = _FOCAL_PLANE_MM.get(_first(tags, "EXIF FocalPlaneResolutionUnit"), math.nan)
        pixels, density = (
            _first(tags, f"EXIF {name}") for name in ("ExifImageWidth", "FocalPlaneXResolution")
        )
        width_mm = pixels / density * unit_mm if density > 0 else math.nan
        length_mm = _first(tags, "EXIF FocalLength")
        value = round(36 * length_mm / width_mm) if width_mm > 0 and length_mm > 0 else math.nan
    return int(value) if 1 <= value <= 2_000 else None


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def _values(tags: Tags, name: str) -> list[Any]:
    values = getattr(tags.get(name), "values", [])
    return list(values) if isinstance(values, (list, tuple)) else []


def _first(tags: Tags, name: str) -> float:
    values = _values(tags, name)
    return _number(values[0]) if values else math.nan


def _text(tags: Tags, name: str) -> str:
    values: object = getattr(tags.get(name), "values", "")
    return values.strip("\0 \t\r\n") if isinstance(values, str) else ""


def _number(value: object) -> float:
    """A float of what a tag holds; NaN for 0/0 and for anything that is no number."""
    try:
        return float(value) if isinstance(value, (int, float, Fraction)) else math.nan
    except ArithmeticError:
        return math.nan


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
