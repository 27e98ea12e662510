"""The task of a judging worker: one frame's bytes to its grade, fingerprint and thumbnail.

It also hands back a small grey picture, from which the drive as a whole is observed (looking.py).

Light to import, because each worker process imports it. Whatever the bytes are, the answer is an
`Examined`; only a worker's death (the engine's `Lost`) is left to the caller: one that takes longer
or more than a frame may ends its worker.
"""

from dataclasses import dataclass

import cv2

from quality.decode import Image, Undecodable, half_scale
from quality.fingerprint import marks_of
from quality.grade import Grade, grade
from quality.limits import limited
from quality.measures import measure
from quality.settings import QualitySettings
from quality.shapes import small, upright

__all__ = ["Examined", "FrameTask", "examine", "refused"]

_THUMBNAIL_QUALITY = 75


@dataclass(frozen=True, slots=True)
class FrameTask:
    """One frame to examine; orientation: EXIF 1..8, as its manifest says."""

    data: bytes
    orientation: int
    settings: QualitySettings


@dataclass(frozen=True, slots=True)
class Examined:
    """What a frame's pixels said; sizes in pixels as stored, 0 when the header is not readable.

    fingerprint: 32 bytes, None when there are no pixels. thumbnail: JPEG, then empty. small: the
    upright frame in grey, at most 320 px on its longer side; None without pixels, then None.
    crops: fingerprints of crops (quality/fingerprint.py), empty without pixels.
    """

    width: int
    height: int
    grade: Grade
    fingerprint: bytes | None
    thumbnail: bytes
    small: Image | None = None
    crops: bytes = b""


def examine(task: FrameTask) -> Examined:
    """Decode once at half scale; measures, fingerprint and thumbnail from those pixels."""
    cv2.setNumThreads(1)
    try:
        with limited(task.settings.worker_bytes, task.settings.worker_seconds):
            return _examined(task)
    except Undecodable as error:
        return refused(error.reason)
    except (cv2.error, MemoryError):
        return refused("undecodable")


def refused(reason: str) -> Examined:
    """A frame without pixels to judge."""
    return Examined(0, 0, Grade(0, (), 0, 0, 0, reason), None, b"")


def _examined(task: FrameTask) -> Examined:
    header, stored = half_scale(task.data, task.settings)
    grey = upright(stored, task.orientation)
    little = small(grey)
    marks = marks_of(grey)
    return Examined(
        header.width,
        header.height,
        grade(measure(grey)),
        marks.whole,
        _thumbnail(little),
        little,
        marks.crops,
    )


def _thumbnail(picture: Image) -> bytes:
    """A JPEG; a WebP would cost 20 times as much."""
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _THUMBNAIL_QUALITY])
    return encoded.tobytes()
