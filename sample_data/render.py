"""Taking the frames of a drive: draw, encode, tag, name."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from sample_data.conditions import Conditions
from sample_data.dice import Bytes
from sample_data.draw import draw_with_truth
from sample_data.formats import bee_name, exif, tagged
from sample_data.scenario import Drive
from sample_data.timeline import Fix, Shot


@dataclass(frozen=True, slots=True)
class PlateTruth:
    """A licence plate in a frame: pixels, x1 and y1 exclusive."""

    drive: str
    file: str
    x0: int
    y0: int
    x1: int
    y1: int
    text: str


def conditions(seed: int, drive: Drive, shot: Shot) -> Conditions:
    """What a frame of a drive is drawn under."""
    return Conditions(seed, drive.day_seed, shot.t_ms, drive.light, drive.device)


def file_name(drive: Drive, shot: Shot) -> str:
    """The name of a frame's file."""
    if drive.layout == "bee":
        return bee_name(shot.t_ms, shot.fix)
    return f"frame_{shot.index + 1:04d}.jpg"


def _payload(drive: Drive, shot: Shot) -> bytes | None:
    if drive.layout in ("bee", "csv"):
        return None
    fix = shot.fix if drive.layout == "exif" else None
    if drive.layout == "exif" and shot.expected == "zero_fix":
        fix = Fix(shot.t_ms, 0.0, 0.0, 0.0, 0.0, 0.0, 99.9, 0)
    return exif(shot.t_ms, drive.utc_offset_h, drive.make, drive.model, fix)


def encoded(picture: Bytes, quality: int) -> bytes:
    """A JPEG; libjpeg's exact integer transform gives the same bytes on every processor."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError("the JPEG encoder failed")
    return data.tobytes()


def take(seed: int, drive: Drive, shots: Iterable[Shot], folder: Path) -> list[PlateTruth]:
    """Draw frames into a folder; returns where licence plates are."""
    plates: list[PlateTruth] = []
    for shot in shots:
        drawing = draw_with_truth(shot.pose, conditions(seed, drive, shot))
        name, payload = file_name(drive, shot), _payload(drive, shot)
        jpeg = encoded(drawing.picture, drive.jpeg_quality)
        (folder / name).write_bytes(jpeg if payload is None else tagged(jpeg, payload))
        plates.extend(
            PlateTruth(drive.name, name, box.left, box.top, box.right, box.bottom, box.text)
            for box in drawing.plates
        )
    return plates


SHRINKS = (1.0, 0.94, 0.97)


def copied(jpeg: bytes, place: int, quality: int) -> bytes:
    """A thief's copy of a picture: decoded, every other one brightened, some shrunk, re-encoded."""
    picture = np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)
    if place % 2:
        brighter = np.minimum(np.arange(256) * 108 // 100 + 5, 255).astype(np.uint8)
        picture = np.asarray(cv2.LUT(picture, brighter), np.uint8)
    size = (int(picture.shape[1] * SHRINKS[place % 3]), int(picture.shape[0] * SHRINKS[place % 3]))
    picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR_EXACT), np.uint8)
    return encoded(picture, quality)


def replayed(shot: Shot) -> Shot:
    """The shot as a replay, which is what should be found out about it."""
    return replace(shot, expected="replay")
