"""A drive's frames through the workers twice: what each shows, then without what it must not show.

Law: every frame asked for comes back once, in order, PUBLISHED with its pictures or WAITING with a
reason; memory stays below a chunk of frames and the boxes of a window. Between the two passes the
zones are decided over the whole drive. What its rules would not mask though it is all but sure is
masked all the same: the larger blur.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from quality.masking.drives import Masks, Sight, masks_of_drive
from quality.masking.regions import Region
from quality.masking.zones import zone_of
from quality.publishing.fates import Concealed, Fate, Named, Waits
from quality.publishing.record import FrameRecord
from quality.publishing.settings import PublishSettings
from quality.publishing.work import (
    ConcealTask,
    FindTask,
    Opening,
    conceal,
    find,
)
from roadcomb.engine import Engine, Lost

__all__ = ["WINDOW", "Raw", "Workers", "windows"]

WINDOW = 1_000
"""Frames whose zones are decided together. Each has some 300 boxes, so a window takes 50 MB; of a
longer drive only a track over the edge of two windows is lost."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Raw:
    """A frame as it is stored: index in the manifest, bytes, EXIF orientation 1..8; and zones that
    are masked whatever the detector says."""

    n: int
    data: bytes
    orientation: int
    fixed: tuple[Region, ...] = ()


Frames = Callable[[], Iterable[Raw]]
"""Gives a drive's frames in order, each time anew."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Where frames are looked at and masked, by a detector that has passed its self-test."""

    engine: Engine
    opening: Opening
    detector: Named
    settings: PublishSettings

    def masked(self, frames: Frames) -> Iterator[tuple[FrameRecord, Concealed | None]]:
        """Each frame's record, and its pictures when it is published."""
        sights = dict(self._sights(frames()))
        seen = {n: sight for n, sight in sights.items() if isinstance(sight, Sight)}
        masks = dict(zip(seen, masks_of_drive(list(seen.values())), strict=True))
        for chunk in _chunks(frames(), self.settings.chunk_frames):
            yield from self._concealed(chunk, sights, masks)

    def _sights(self, frames: Iterable[Raw]) -> Iterator[tuple[int, Sight | Waits]]:
        for chunk in _chunks(frames, self.settings.chunk_frames):
            tasks = [
                FindTask(raw.data, raw.orientation, self.opening, self.settings) for raw in chunk
            ]
            for raw, answer in zip(chunk, self.engine.map(find, tasks), strict=True):
                yield raw.n, Waits.LOST if isinstance(answer, Lost) else answer

    def _concealed(
        self,
        chunk: Sequence[Raw],
        sights: Mapping[int, Sight | Waits],
        masks: Mapping[int, Masks],
    ) -> Iterator[tuple[FrameRecord, Concealed | None]]:
        zones = {
            raw.n: self._zones(masks[raw.n], sight) + raw.fixed
            for raw in chunk
            if isinstance(sight := sights[raw.n], Sight)
        }
        tasks = [
            ConcealTask(raw.data, raw.orientation, zones[raw.n], self.settings)
            for raw in chunk
            if raw.n in zones
        ]
        answers = self.engine.map(conceal, tasks)
        for raw in chunk:
            sight = sights[raw.n]
            answer = sight if isinstance(sight, Waits) else next(answers)
            doubts = len(masks[raw.n].doubts) if raw.n in masks else 0
            yield self._recorded(raw, zones.get(raw.n, ()), doubts, answer)

    def _zones(self, masks: Masks, sight: Sight) -> tuple[Region, ...]:
        least = self.settings.doubt_score
        larger = [box for box in masks.doubts if box.score >= least]
        return (*masks.zones, *(zone_of(box, sight.width, sight.height) for box in larger))

    def _recorded(
        self,
        raw: Raw,
        zones: tuple[Region, ...],
        doubts: int,
        answer: Concealed | Waits | Lost,
    ) -> tuple[FrameRecord, Concealed | None]:
        looked = FrameRecord(
            raw.n,
            Fate.WAITING,
            zones=zones,
            doubts=doubts,
            detector=self.detector.name,
            version=self.detector.version,
        )
        if not isinstance(answer, Concealed):
            reason = Waits.LOST if isinstance(answer, Lost) else answer
            return replace(looked, reason=reason.value), None
        return replace(
            looked,
            fate=Fate.PUBLISHED,
            masked=answer.masked,
            width=answer.width,
            height=answer.height,
        ), answer


def windows(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Runs of at most WINDOW of a drive's frames, in order."""
    for start in range(0, len(items), WINDOW):
        yield items[start : start + WINDOW]


def _chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
