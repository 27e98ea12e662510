"""Which boxes are the camera's own car? Those at the lower edge that never move; pure.

Law: only a box that stands still in at least half of a drive's frames, and in FRAMES of them, while
everything else passes by, is the own car; a drive too short to tell has none.
"""

from collections.abc import Callable, Sequence

import numpy as np

from quality.masking.agreement import corners, overlaps
from quality.masking.regions import Kind, Region

__all__ = ["own_car"]

FRAMES = 5
"""So many sightings at least: frames are metres apart, and nobody else keeps his place to within
a few pixels so near for that long."""

STILL = 0.6
"""Share of their union that two sightings share."""

WITNESSES = 60
"""Frames, evenly spread over the drive, in which a box is looked for."""

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
    witnesses = low[:: -(-len(low) // WITNESSES) or 1]
    needed = max(FRAMES, (len(witnesses) + 1) // 2)
    seen = _sightings(witnesses)
    return tuple(frozenset(box for box in boxes if seen(box) >= needed) for boxes in low)


def _sightings(frames: Sequence[Sequence[Region]]) -> Callable[[Region], int]:
    """Counts the frames in which a box stands where the given one does."""
    places = corners([box for boxes in frames for box in boxes])
    frame_of = np.repeat(np.arange(len(frames)), [len(boxes) for boxes in frames])

    def seen(box: Region) -> int:
        still = overlaps(corners([box]), places)[0] >= STILL
        return len(np.unique(frame_of[still]))

    return seen
