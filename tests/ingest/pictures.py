"""Small drawn JPEGs with or without EXIF, for tests of reading and sending."""

import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from roadcomb.geo import EARTH_RADIUS_M

T0_MS = 1_767_600_000_000
LAT, LON = 0.5, -25.0
METRE_DEG = 180 / (math.pi * EARTH_RADIUS_M)


def jpeg(seed: int, exif: Image.Exif | None = None, size: int = 32) -> bytes:
    """A picture that differs with its seed."""
    pixels = np.random.default_rng(seed).integers(0, 255, (size, size, 3), np.uint8)
    sink = io.BytesIO()
    Image.fromarray(pixels).save(sink, "JPEG", exif=exif or Image.Exif())
    return sink.getvalue()


def exif(gps: dict[GPS, Any], camera: dict[Base, Any] | None = None) -> Image.Exif:
    """EXIF of these tags."""
    header = Image.Exif()
    header[Base.Make], header[Base.Model] = "Drawn", "Cam 1"
    header.get_ifd(IFD.GPSInfo).update({int(tag): value for tag, value in gps.items()})
    header.get_ifd(IFD.Exif).update({int(tag): v for tag, v in (camera or {}).items()})
    return header


def gps(north_m: float = 0) -> dict[GPS, Any]:
    """GPS tags of a place north of the start."""
    lat = LAT + north_m * METRE_DEG
    return {
        GPS.GPSLatitudeRef: "N",
        GPS.GPSLatitude: (math.floor(lat), 0.0, (lat % 1) * 3600),
        GPS.GPSLongitudeRef: "W",
        GPS.GPSLongitude: (25.0, 0.0, 0.0),
    }


def bee_folder(
    folder: Path, places_m: Sequence[float], seed: int = 0, t0_ms: int = T0_MS, size: int = 32
) -> list[Path]:
    """Frames named the Bee's way, 10 m/s northwards."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for n, north_m in enumerate(places_m):
        t_ms = t0_ms + round(north_m * 100)
        path = folder / f"{t_ms}_{LAT + north_m * METRE_DEG:.9f}_{LON}.jpg"
        path.write_bytes(jpeg(seed + n, size=size))
        paths.append(path)
    return paths
