"""Which boxes are the camera's own car? Those at the lower edge that never move; pure.

Law: only a box that stands still in at least half of a drive's frames, and in FRAMES of them, while
everything else passes by, is the own car; a drive too short to tell has none.
"""

from collections.abc import Sequence

from quality.masking.agreement import corners, overlaps
from quality.masking.regions import Kind, Region

__all__ = ["own_car"]

FRAMES = 5
"""So many sightings at least: frames are metres apart, and nobody else keeps his place to within
a few pixels so near for that long."""

STILL = 0.6
"""Share of their union that two sightings share."""

LOWEST = 0.9
"""The own car ends below this share of the picture's height: between it and the lower edge there
is no road."""


def own_car(
    frames: Sequence[Sequence[Region]], heights: Sequence[int]
) -> tuple[frozenset[Region], ...]:
    """Of each frame those boxes that show the own bonnet or dashboard."""
    low = [
        [box for box in boxes if box.kind is Kind.VEHICLE and box.y1 >= LOWEST * height]
        for boxes, height in zip(frames, heights, strict=True)
    ]
    needed = max(FRAMES, (len(frames) + 1) // 2)
    return tuple(frozenset(box for box in boxes if _seen(box, low) >= needed) for boxes in low)


def _seen(box: Region, frames: Sequence[Sequence[Region]]) -> int:
    """In how many frames a box stands where this one does."""
    place = corners([box])
    return sum(bool((overlaps(place, corners(boxes)) >= STILL).any()) for boxes in frames)
