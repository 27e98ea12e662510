"""The tasks of a publishing worker: what a frame shows, and its masked pictures.

Whatever the bytes are, the answer is a value or a reason to wait; only a worker's death (the
engine's `Lost`) is left to the caller. Two tasks, because what is masked in a frame is decided over
the whole drive.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache

import cv2

from quality.decode import Undecodable
from quality.limits import limited
from quality.masking.blurring import blur
from quality.masking.drives import Sight
from quality.masking.regions import Detector, Region, masked_share
from quality.publishing.fates import Concealed, Named, Waits
from quality.publishing.pixels import decoded, encoded, thumbnail_of
from quality.publishing.proof import is_proved
from quality.publishing.settings import PublishSettings
from roadcomb.errors import RoadcombError

__all__ = [
    "ConcealTask",
    "FindTask",
    "Opening",
    "SelfTestTask",
    "conceal",
    "find",
    "self_tested",
]

_NICE = 10
"""Judging, which pays, and answering come before publishing."""

Opening = Callable[[], Detector]
"""Opens the detector and proves that it sees, or raises; hashable by value and picklable, since
each worker opens its own once."""


@dataclass(frozen=True, slots=True)
class SelfTestTask:
    """Whose detector is to be tested, under which limits."""

    opening: Opening
    settings: PublishSettings


@dataclass(frozen=True, slots=True)
class FindTask:
    """One frame to look at; orientation: EXIF 1..8."""

    data: bytes
    orientation: int
    opening: Opening
    settings: PublishSettings


@dataclass(frozen=True, slots=True)
class ConcealTask:
    """One frame and the zones of it that must not be readable, in its upright pixels."""

    data: bytes
    orientation: int
    zones: tuple[Region, ...]
    settings: PublishSettings


def _limited(settings: PublishSettings) -> AbstractContextManager[None]:
    return limited(settings.memory_bytes, settings.seconds, _NICE)


def self_tested(task: SelfTestTask) -> Named | str:
    """The detector's name and version; or, in words, why nothing can be published."""
    try:
        with _limited(task.settings):
            detector = _detector(task.opening)
            return Named(detector.name, detector.version)
    except RoadcombError as error:
        return str(error)
    except Exception as error:  # whatever a model's runtime raises, it is not to be trusted
        return f"{type(error).__name__}: {error}".splitlines()[0][:300]


def find(task: FindTask) -> Sight | Waits:
    """What the detector sees in a frame."""
    cv2.setNumThreads(1)
    try:
        with _limited(task.settings):
            picture = decoded(task.data, task.orientation)
            found = _detector(task.opening).find(picture)
            return Sight(picture.shape[1], picture.shape[0], tuple(found))
    except Undecodable:
        return Waits.UNDECODABLE
    except Exception:  # a detector may fail in any way; then the frame waits
        return Waits.FAILED


def conceal(task: ConcealTask) -> Concealed | Waits:
    """The frame's pictures with its zones destroyed, and proved to be."""
    cv2.setNumThreads(1)
    try:
        with _limited(task.settings):
            return _concealed(task)
    except Undecodable:
        return Waits.UNDECODABLE
    except Exception:
        return Waits.FAILED


def _concealed(task: ConcealTask) -> Concealed | Waits:
    picture = decoded(task.data, task.orientation)
    height, width = picture.shape[:2]
    masked = masked_share(width, height, task.zones)
    if masked > task.settings.most_masked:
        return Waits.TOO_LARGE
    hidden = blur(picture, task.zones)
    full = encoded(hidden, task.settings.jpeg_quality)
    if not is_proved(full, width, height, task.zones):
        return Waits.UNPROVED
    return Concealed(full, thumbnail_of(hidden), width, height, masked)


@lru_cache(maxsize=1)
def _detector(opening: Opening) -> Detector:
    return opening()
