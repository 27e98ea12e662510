"""Small drawn MP4s with GPS in them as cameras write it, built to the published layouts."""

import io
import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from mapillary_tools.camm.camm_builder import camm_sample_generator2
from mapillary_tools.camm.camm_parser import CAMMInfo
from mapillary_tools.mp4.simple_mp4_builder import transform_mp4
from mapillary_tools.telemetry import CAMMGPSPoint

from tests.ingest.pictures import LAT, LON, METRE_DEG

T0 = datetime(2026, 1, 5, 8, 0, 0, tzinfo=UTC)
T0_MS = int(T0.timestamp() * 1000)
MPS = 12.0
FPS = 10
WRAP = 60
"""Frames after which the drawn pictures begin again."""
GPS_EPOCH = datetime(1980, 1, 6, tzinfo=UTC)
LEAP_S = 18


def lat_at(second: float) -> float:
    """North along a meridian at MPS."""
    return LAT + second * MPS * METRE_DEG


def picture(number: int) -> np.ndarray:
    """Frame `number`: a bright column that walks to the right, 2 pixels a frame."""
    pixels = np.full((96, 128, 3), 60, np.uint8)
    at = number % WRAP * 2
    pixels[:, at : at + 8] = 230
    return pixels


def video(path: Path, seconds: int, created: datetime | None = T0, broken: bool = False) -> Path:
    """An MP4 without any GPS; moov comes last."""
    with av.open(str(path), "w", format="mp4") as sink:
        if created is not None:
            sink.metadata["creation_time"] = created.isoformat()
        stream = sink.add_stream("mpeg4", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        stream.bit_rate, stream.gop_size = 4_000_000, 5
        for number in range(seconds * FPS):
            frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))
    return path


def box(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(payload), kind) + payload


def with_camm(path: Path, seconds: int, epoch: datetime = GPS_EPOCH) -> Path:
    """Adds a CAMM track: type 6, one fix a second."""
    leap_s = LEAP_S if epoch == GPS_EPOCH else 0
    first_s = (T0 - epoch).total_seconds() + leap_s
    points = [
        CAMMGPSPoint(
            second, lat_at(second), LON, 20.0, None, first_s + second, 3, 1.5, 2, 0, MPS, 0, 0.1
        )
        for second in range(seconds)
    ]
    info = CAMMInfo(gps=points, make="Drawn", model="CAMM 1")
    plain = io.BytesIO(path.read_bytes())
    path.write_bytes(transform_mp4(plain, camm_sample_generator2(info)).read())
    return path


def with_blackvue(path: Path, seconds: int) -> Path:
    """Adds a `free` box with `gps ` (stamped NMEA) and `cprt` (the model)."""
    lines = []
    for second in range(seconds):
        clock = T0_MS + 9 * 3_600_000 + second * 1000  # the camera's own clock runs in its zone
        body = f"GPRMC,0800{second:02d}.00,A,{nmea(lat_at(second), 2)},N,02500.0000,W,,,050126,,,A"
        lines.append(f"[{clock}]${body}*{checksum(body):02X}\r\n")
    inner = box(b"gps ", "".join(lines).encode()) + box(b"cprt", b" Pittasoft;DR900S-1CH;1.008;")
    data = path.read_bytes().replace(box(b"free", b""), box(b"skip", b""))  # theirs is the first
    path.write_bytes(data + box(b"free", inner))
    return path


def nmea(degrees: float, digits: int) -> str:
    whole = int(abs(degrees))
    return f"{whole:0{digits}d}{(abs(degrees) - whole) * 60:08.5f}"


def checksum(body: str) -> int:
    value = 0
    for byte in body.encode():
        value ^= byte
    return value


def free_gps(
    second: int,
    lat: float,
    status: bytes = b"A",
    knots: float = MPS / (1852 / 3600),
    at: int = 36,
    hour: int = 8,
) -> bytes:
    """A freeGPS block of that second; `at` is where the clock lies after the magic."""
    ddmm = int(lat) * 100 + lat % 1 * 60
    clock = struct.pack("<6I", hour, 0, second, 26, 1, 5)
    place = struct.pack("<4s4f", status + b"NW\0", ddmm, 2500.0, knots, 359.5)
    body = (b"\0" * at + clock + place).ljust(240, b"\0")
    return struct.pack(">I", 8 + 4 + len(body)) + b"freeGPS " + body


def with_free_gps(path: Path, blocks: Sequence[bytes]) -> Path:
    """Puts the blocks between pictures and `moov`, and their list into `moov`."""
    data = path.read_bytes()
    at = data.rindex(b"moov") - 4
    head, moov = data[:at], data[at:]
    offsets, body = [], head
    for block in blocks:
        offsets.append((len(body), len(block)))
        body += block
    table = struct.pack(">II", 0x101, len(blocks))
    table += b"".join(struct.pack(">II", *pair) for pair in offsets)
    path.write_bytes(body + box(b"moov", moov[8:] + box(b"gps ", table)))
    return path


def column(jpeg: np.ndarray) -> int:
    """Which frame a decoded picture (grey) shows: half the place of its bright column."""
    bright = np.flatnonzero(jpeg.mean(axis=0) > 145)
    return round((float(bright.mean()) - 3.5) / 2)


Make = Callable[[Path, int], Path]


def spacings_m(latitudes: Sequence[float]) -> list[float]:
    return [(b - a) / METRE_DEG for a, b in pairwise(latitudes)]
