"""Watching a drive's pictures go by: what each two neighbours and each picture alone tell.

An observer of quality/looking.py. Pictures wait for `_BLOCK` others and are then compared by the
engine's workers, so that two cores watch twice as many; what stays is a few numbers a picture.
Blocks are asked for as soon as they are whole and read when `_AT_ONCE` of them are under way.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from quality.evidence.light import UNLIT, Brightness, brightness_of
from quality.evidence.motion import UNSEEN, Features, Grey, Sight, features_of, sights_of
from quality.evidence.screens import SIDE, spectrum_of
from roadcomb.engine import Engine, Lost
from roadcomb.records import Frame

__all__ = ["Seen", "Watcher"]

_BLOCK = 16
_AT_ONCE = 4
"""Blocks that are under way: 64 pictures of 57 KB."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Of n pictures: sights between neighbours (n - 1), light of each (n), and the sum of the
    logarithmic spectra of `pictures` of them.
    """

    sights: tuple[Sight, ...] = ()
    light: tuple[Brightness, ...] = ()
    spectrum: NDArray[np.float32] | None = None
    pictures: int = 0


Block = tuple[Grey | None, ...]


class Watcher:
    """Gathers what a drive's small pictures tell; used for one drive."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: list[Grey | None] = [None]
        self._asked: deque[tuple[int, Iterator[Seen | Lost]]] = deque()
        self._seen: list[Seen] = []

    def see(self, n: int, frame: Frame, small: Grey | None) -> None:
        """The next picture."""
        self._waiting.append(small)
        if len(self._waiting) > _BLOCK:
            self._ask()

    def end(self) -> None:
        """There is no next picture."""
        if len(self._waiting) > 1:
            self._ask()

    def seen(self) -> Seen:
        """All that was seen."""
        self.end()
        while self._asked:
            self._read()
        sights = tuple(sight for part in self._seen for sight in part.sights)
        light = tuple(one for part in self._seen for one in part.light)
        spectra = [part.spectrum for part in self._seen if part.spectrum is not None]
        pictures = sum(part.pictures for part in self._seen)
        spectrum = np.stack(spectra).sum(0).astype(np.float32) if spectra else None
        return Seen(sights[1:], light, spectrum, pictures)

    def _ask(self) -> None:
        """Each block begins with the picture before it, so that no pair is lost between two."""
        if len(self._asked) == _AT_ONCE:
            self._read()
        block = tuple(self._waiting)
        self._asked.append((len(block) - 1, self._engine.map(_watch, [block])))
        self._waiting = self._waiting[-1:]

    def _read(self) -> None:
        pictures, results = self._asked.popleft()
        for result in results:
            self._seen.append(_blind(pictures) if isinstance(result, Lost) else result)


def _watch(block: Block) -> Seen:
    """A block's pictures but the first, each with its way from the one before."""
    cv2.setNumThreads(1)
    features: Sequence[Features | None] = [
        None if picture is None else features_of(picture) for picture in block
    ]
    shown = [picture for picture in block[1:] if picture is not None]
    spectrum = np.zeros((SIDE, SIDE // 2 + 1), np.float32)
    for picture in shown:
        spectrum += spectrum_of(picture)
    light = (UNLIT if picture is None else brightness_of(picture) for picture in block[1:])
    return Seen(tuple(sights_of(features)), tuple(light), spectrum, len(shown))


def _blind(pictures: int) -> Seen:
    return Seen((UNSEEN,) * pictures, (UNLIT,) * pictures)
