"""What must be masked in the frames of a drive, from what a detector saw in each; pure.

Laws: one frame's masks never shrink because another frame showed something, but for the camera's
own car, which stands still over the drive; what is sure enough to see and yet not masked is told
as a doubt, never dropped in silence.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from quality.masking.regions import Kind, Region
from quality.masking.zones import zone_of

__all__ = ["Masks", "Sight", "masks_of_drive"]

SURE = 0.2
"""The least score of a box that is masked."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a detector saw in one picture, with the picture's size in pixels."""

    width: int
    height: int
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True)
class Masks:
    """`zones` to blur in a picture; `doubts`: seen, but too unlikely in size or place to mask."""

    zones: tuple[Region, ...]
    doubts: tuple[Region, ...]


def masks_of_drive(sights: Sequence[Sight]) -> tuple[Masks, ...]:
    """Masks of each frame, in the frames' order; one frame alone is a drive, too."""
    return tuple(_masks(sight) for sight in sights)


def _masks(sight: Sight) -> Masks:
    sure = [box for box in sight.regions if box.score >= SURE]
    likely = [box for box in sure if _is_likely(box, sight)]
    zones = tuple(zone_of(box, sight.width, sight.height) for box in likely)
    return Masks(zones, tuple(box for box in sure if box not in likely))


def _is_likely(box: Region, sight: Sight) -> bool:
    """Whether a box has the size and place of a thing on the street."""
    if box.area > 0.05 * sight.width * sight.height and box.score <= 0.4:
        return False
    if box.kind is Kind.VEHICLE:
        shaped = box.width >= 45 and 0.4 < box.width / box.height < 4.5
        return shaped and 0.42 * sight.height < box.y1 < 0.93 * sight.height
    if box.kind is Kind.PERSON:
        return box.height >= max(25, 1.1 * box.width) and box.y1 > 0.40 * sight.height
    return True
