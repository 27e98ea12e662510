"""What must be masked in the frames of a drive, from what a detector saw in each; pure.

Laws: a frame's masks never shrink because of its neighbours, but for the camera's own car, which
stands still over the drive; what is sure enough to see and yet not masked, nor a part of what is,
is told as a doubt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from quality.masking.likelihood import is_shaped, is_sure
from quality.masking.owncar import own_car
from quality.masking.parts import parts_of
from quality.masking.regions import Kind, Region
from quality.masking.tiles import eye_line
from quality.masking.tracks import followed
from quality.masking.zones import zone_of

__all__ = ["Masks", "Sight", "masks_of_drive"]

_DOUBTFUL = 0.3
"""Score of an unmasked box that is told as a doubt."""


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
    if not sights:
        return ()
    line = median(eye_line(one.regions, one.width, one.height) for one in sights)
    own = own_car([one.regions for one in sights], [one.height for one in sights])
    others = [
        [box for box in one.regions if box not in ours]
        for one, ours in zip(sights, own, strict=True)
    ]
    shaped = [
        [box for box in boxes if is_shaped(box, one.width, one.height, line)]
        for one, boxes in zip(sights, others, strict=True)
    ]
    parts = [parts_of(boxes, _sure(one, boxes)) for one, boxes in zip(sights, shaped, strict=True)]
    whole = [
        [box for box in boxes if box not in some] for boxes, some in zip(shaped, parts, strict=True)
    ]
    sure = [_sure(one, boxes) for one, boxes in zip(sights, whole, strict=True)]
    known = [_sure(one, boxes, known=True) for one, boxes in zip(sights, whole, strict=True)]
    masked = followed(known, sure)
    return tuple(
        Masks(
            tuple(zone_of(box, one.width, one.height, line) for box in hidden),
            tuple(box for box in seen if _is_doubt(box) and box not in {*hidden, *some}),
        )
        for one, seen, some, hidden in zip(sights, others, parts, masked, strict=True)
    )


def _sure(sight: Sight, boxes: Sequence[Region], known: bool = False) -> list[Region]:
    return [box for box in boxes if is_sure(box, sight.width, sight.height, known)]


def _is_doubt(box: Region) -> bool:
    """Whether a box that is not masked was seen clearly, at a size at which it may be read."""
    return box.score >= _DOUBTFUL and (box.kind is not Kind.VEHICLE or box.width >= 40)
