"""The task of a judging worker: one frame's bytes to its grade, fingerprint and thumbnail.

It also hands back a small grey picture, from which the drive as a whole is observed (looking.py).

Pure, and light to import, because each worker process imports it. Whatever the bytes are, the
answer is an `Examined`; only a worker's death (the engine's `Lost`) is left to the caller.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from quality.decode import Image, Undecodable, half_scale
from quality.fingerprint import marks_of
from quality.grade import Grade, grade
from quality.measures import measure
from quality.settings import QualitySettings

__all__ = ["Examined", "FrameTask", "examine", "refused"]

THUMBNAIL_WIDTH = 320
_THUMBNAIL_QUALITY = 75

_UPRIGHT = {
    3: cv2.ROTATE_180,
    6: cv2.ROTATE_90_CLOCKWISE,
    8: cv2.ROTATE_90_COUNTERCLOCKWISE,
}
_MIRRORED = {2: 1, 4: 3, 5: 8, 7: 6}
"""EXIF orientation that is left after a flip from side to side. Source: CIPA DC-008, tag 0x0112."""


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
    image = _upright(stored, task.orientation)
    grey, small = _grey(image), _small(image)
    marks = marks_of(grey)
    return Examined(
        header.width,
        header.height,
        grade(measure(grey)),
        marks.whole,
        _thumbnail(small),
        _grey(small),
        marks.crops,
    )


def _grey(image: Image) -> Image:
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)


def _upright(image: Image, orientation: int) -> Image:
    if orientation in _MIRRORED:
        return _upright(cv2.flip(image, 1).astype(np.uint8, copy=False), _MIRRORED[orientation])
    if orientation not in _UPRIGHT:
        return image
    return cv2.rotate(image, _UPRIGHT[orientation]).astype(np.uint8, copy=False)


def _small(image: Image) -> Image:
    """At most 320 x 320 px, averaged.

    Halving as long as that leaves enough is 7 times as fast as an area average by any factor.
    """
    while max(image.shape) >= 2 * THUMBNAIL_WIDTH and min(image.shape[:2]) > 1:
        even = image[: image.shape[0] // 2 * 2, : image.shape[1] // 2 * 2]
        size = (even.shape[1] // 2, even.shape[0] // 2)
        image = cv2.resize(even, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    height, width = image.shape[:2]
    scale = min(1.0, THUMBNAIL_WIDTH / max(width, height))
    exact = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(image, exact, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _thumbnail(small: Image) -> bytes:
    """A JPEG; a WebP would cost 20 times as much."""
    _, encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _THUMBNAIL_QUALITY])
    return encoded.tobytes()
