"""The `freeGPS ` blocks of cameras with a Novatek chip (VIOFO, 2E, SilverStone ...).

No kept library reads them (mapillary_tools' open request 685). Layout, as camera owners have worked
it out (sergei.nz, "Extracting GPS data from Viofo A119", and ExifTool's list of variants)::

    moov / "gps "   u32 version, u32 count, then count times u32 offset, u32 size   (big-endian)
    at each offset  u32 size, "freeGPS ", and then little-endian, at byte 36 or, in newer ones, 4:
                    u32 hour, minute, second, year - 2000, month, day
                    char A (a fix) or V (none), N or S, E or W, one unused
                    f32 latitude, longitude (ddmm.mmmm), speed (knots), course (degrees)

Block i belongs to second i of the video. Its clock is the camera's, in an unknown zone. Where the
list is missing the blocks are found as `free` boxes of the file.

Law: a place is believed only if it is one: where minutes are over 60, or the places do not move
at the speed that stands beside them, the camera hides its positions and the video is refused.
"""

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import BinaryIO

from ingest.video.boxes import boxes
from ingest.video.refusals import Refused
from ingest.video.telemetry import Sample, Telemetry, telemetry_of
from roadcomb.geo import distance_m
from roadcomb.records import Fix

__all__ = ["read_novatek"]

_MAGIC = b"freeGPS "
_RECORD = struct.Struct("<6I4s4f")
_LAYOUTS = (36, 4)
_BLOCK_BYTES = 128
_MOST = 100_000
"""A day of blocks, one a second."""
_KNOT_MPS = 1852 / 3600
_MOVING_MPS = 5.0
_ENOUGH = 5
"""Moving seconds before speed is held against place."""


@dataclass(frozen=True, slots=True)
class _Block:
    """`status` is b"A" or b"V"; utc_ms is the camera's clock read as UTC."""

    second: int
    utc_ms: int
    status: bytes
    fix: Fix | None


def read_novatek(file: BinaryIO) -> Telemetry | None:
    """The way, without fixes where the receiver had none; None where there are no such blocks.

    Raises Refused as `video-gps-hidden` for positions that are enciphered or of another layout.
    """
    bodies = list(_bodies(file))
    if not bodies:
        return None
    blocks = [block for i, body in enumerate(bodies) if (block := _block(i, body)) is not None]
    fixed = [block for block in blocks if block.fix is not None]
    if not blocks or len(fixed) < sum(block.status == b"A" for block in blocks) / 2:
        raise Refused("video-gps-hidden", "its freeGPS blocks are enciphered or of another layout")
    _check_speed(fixed)
    samples = [Sample(b.second * 1000, b.utc_ms, b.fix) for b in fixed if b.fix is not None]
    return telemetry_of("freeGPS", samples, zoned=False)


def _bodies(file: BinaryIO) -> Iterator[bytes]:
    """What follows the magic of each block, in order."""
    end = file.seek(0, 2)
    free = []
    for box in boxes(file, 0, end):
        if box.type == b"moov":
            for inner in boxes(file, box.start, box.end):
                if inner.type == b"gps ":
                    yield from _listed(file, inner.start, inner.end)
                    return
        elif box.type == b"free":
            free.append(box.start)
    for start in free:  # the type `free` may itself be the magic's first half
        body = _body(file, start - 4) or _body(file, start)
        if body is not None:
            yield body


def _listed(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    file.seek(start)
    table = file.read(min(end - start, 8 + 8 * _MOST))
    for at in range(8, len(table) - 7, 8):
        body = _body(file, int.from_bytes(table[at : at + 4], "big") + 4)
        yield b"" if body is None else body


def _body(file: BinaryIO, at: int) -> bytes | None:
    file.seek(at)
    data = file.read(_BLOCK_BYTES)
    return data[len(_MAGIC) :] if data.startswith(_MAGIC) else None


def _block(second: int, body: bytes) -> _Block | None:
    """The block in the first layout that makes sense; None where none does."""
    for at in _LAYOUTS:
        if len(body) < at + _RECORD.size:
            continue
        *clock, flags, lat, lon, knots, course = _RECORD.unpack_from(body, at)
        utc_ms = _utc_ms(*clock)
        if utc_ms is not None and flags[:1] in (b"A", b"V"):
            fix = _fix(flags, lat, lon, knots, course) if flags[:1] == b"A" else None
            return _Block(second, utc_ms, flags[:1], fix)
    return None


def _utc_ms(hour: int, minute: int, second: int, year: int, month: int, day: int) -> int | None:
    try:
        when = datetime(2000 + year % 2000, month, day, hour, minute, second, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return int(when.timestamp()) * 1000


def _fix(flags: bytes, lat: float, lon: float, knots: float, course: float) -> Fix | None:
    north, east = _degrees(lat, 90), _degrees(lon, 180)
    if north is None or east is None or flags[1:2] not in b"NS" or flags[2:3] not in b"EW":
        return None
    return Fix(
        0,
        -north if flags[1:2] == b"S" else north,
        -east if flags[2:3] == b"W" else east,
        speed_mps=knots * _KNOT_MPS if 0 <= knots < 1000 else None,
        heading_deg=course % 360 if 0 < course <= 360 else None,
    )


def _degrees(value: float, most: int) -> float | None:
    """Degrees of ddmm.mmmm; None where that is no angle."""
    if not math.isfinite(value) or not 0 <= value <= most * 100:
        return None
    whole, minutes = divmod(value, 100)
    return whole + minutes / 60 if minutes < 60 else None


def _check_speed(blocks: Sequence[_Block]) -> None:
    """Raises Refused where the places move at less than half or over twice the told speed."""
    shares = []
    for a, b in pairwise(blocks):
        if a.fix is None or b.fix is None or b.second != a.second + 1:
            continue
        told = ((a.fix.speed_mps or 0) + (b.fix.speed_mps or 0)) / 2
        if told > _MOVING_MPS:
            way = distance_m(a.fix.lat_deg, a.fix.lon_deg, b.fix.lat_deg, b.fix.lon_deg)
            shares.append(way / told)
    if len(shares) >= _ENOUGH and not 0.5 <= median(shares) <= 2:
        raise Refused("video-gps-hidden", "its places do not move at the speed beside them")
