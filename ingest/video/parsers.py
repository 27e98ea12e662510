"""Which camera wrote this video, and what did it say of its way? Runs in the child process.

GoPro's GPMF, CAMM and BlackVue by mapillary_tools (BSD-2), Novatek's freeGPS by our own parser,
every other camera by ExifTool where it is installed. The first that finds fixes is believed.
Source of CAMM's clock: developers.google.com/streetview/publish/camm-spec (seconds since the GPS
epoch; some writers count from 1970, which the container's own clock tells apart).
"""

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO

from mapillary_tools import blackvue_parser
from mapillary_tools.camm import camm_parser
from mapillary_tools.gpmf import gpmf_gps_filter, gpmf_parser
from mapillary_tools.telemetry import CAMMGPSPoint

from ingest.video.exiftool import read_exiftool
from ingest.video.novatek import read_novatek
from ingest.video.refusals import Refused
from ingest.video.telemetry import Sample, Telemetry, telemetry_of
from roadcomb.records import Fix

__all__ = ["read_telemetry"]

GPS_EPOCH_S = 315_964_800 - 18
"""1980-01-06 in Unix time, less the leap seconds since (18, from 2017 on; IERS Bulletin C)."""


_Parser = Callable[[BinaryIO], Telemetry | None]


def read_telemetry(path: Path, created_ms: int | None, exiftool: str | None) -> Telemetry:
    """The way of a video; without fixes where none is found. Raises Refused.

    A parser that the file breaks has found nothing; the next one may.
    created_ms: the container's time of creation. exiftool: the program, None where there is none.
    """
    best: Telemetry | None = None
    with path.open("rb") as file:
        for read in (_gpmf, _camm(created_ms), _blackvue, read_novatek):
            found = _unbroken(read, file)
            if found is not None and found.fixes:
                return found
            best = best or found
    if exiftool is not None:
        found = read_exiftool(path, exiftool)
        if found.fixes:
            return found
    return best or Telemetry("none")


def _unbroken(read: _Parser, file: BinaryIO) -> Telemetry | None:
    file.seek(0)
    try:
        return read(file)
    except (MemoryError, Refused):
        raise
    except Exception:  # hostile and damaged boxes break parsers in any way there is
        return None


def _gpmf(file: BinaryIO) -> Telemetry | None:
    info = gpmf_parser.extract_gopro_info(file)
    if info is None:
        return None
    points = gpmf_gps_filter.remove_noisy_points(info.gps or [])
    samples = (
        _sample(
            point,
            point.epoch_time,
            speed_mps=point.ground_speed,
            hdop=None if point.precision is None else point.precision / 100,
            dimension=None if point.fix is None else point.fix.value,
        )
        for point in points
    )
    return telemetry_of("GPMF", samples, f"{info.make} {info.model}")


def _camm(created_ms: int | None) -> _Parser:
    def read(file: BinaryIO) -> Telemetry | None:
        info = camm_parser.extract_camm_info(file)
        if info is None:
            return None
        return telemetry_of("CAMM", _camm_samples(info, created_ms), f"{info.make} {info.model}")

    return read


def _camm_samples(info: Any, created_ms: int | None) -> Iterable[Sample]:
    points = [*(info.gps or []), *(info.mini_gps or [])]
    # mapillary_tools 0.14.7 puts fixes of both kinds into mini_gps
    full = [point for point in points if isinstance(point, CAMMGPSPoint)]
    for point in full:
        east, north = point.velocity_east, point.velocity_north
        if point.gps_fix_type >= 2:
            yield _sample(
                point,
                _unix_s(point.time_gps_epoch, created_ms),
                speed_mps=math.hypot(east, north),
                heading_deg=math.degrees(math.atan2(east, north)) % 360 if east or north else None,
                dimension=point.gps_fix_type,
                error_m=point.horizontal_accuracy or None,
            )
    if not full:
        yield from (_sample(point, None) for point in points)


def _unix_s(gps_s: float, created_ms: int | None) -> float | None:
    """Of the two epochs in use the one nearer to the container's clock, else the specified one."""
    if gps_s <= 0:
        return None
    readings = (gps_s + GPS_EPOCH_S, gps_s)
    if created_ms is None:
        return readings[0]
    return min(readings, key=lambda reading: abs(reading - created_ms / 1000))


def _blackvue(file: BinaryIO) -> Telemetry | None:
    info = blackvue_parser.extract_blackvue_info(file)
    if info is None:
        return None
    file.seek(0)  # it looks for the model where the positions ended
    model = blackvue_parser.extract_camera_model(file)
    samples = (_sample(point, point.epoch_time) for point in info.gps or [])
    return telemetry_of("BlackVue", samples, f"{info.make} {model}")


def _sample(point: Any, unix_s: float | None, **said: Any) -> Sample:
    utc_ms = None if unix_s is None or unix_s <= 0 else round(unix_s * 1000)
    place = Fix(0, float(point.lat), float(point.lon), alt_m=point.alt, **said)
    return Sample(round(point.time * 1000), utc_ms, place)
