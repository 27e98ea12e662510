"""What does a frame's neighbour know of it? Weak boxes confirmed, single misses filled; pure.

Law: tracks only add boxes. Frames are metres apart, so what is found again where it was drives on,
and its plate stays readable for many frames: the very ones that must not be missed.
"""

from collections.abc import Sequence

import numpy as np

from quality.masking.agreement import alike
from quality.masking.regions import Region

__all__ = ["followed"]

Frames = Sequence[Sequence[Region]]

SAME = 0.5
"""Boxes of neighbouring frames that share this part of their union are one thing."""

KNOWN = 0.2
"""A box that shares this with a masked one of its own frame adds nothing."""

STEADY = 0.2
"""Score of both ends of a gap that is filled."""


def followed(possible: Frames, sure: Frames) -> tuple[tuple[Region, ...], ...]:
    """The `sure` boxes of each frame with those that its neighbours add: any of the `possible` ones
    that a neighbour is sure of, and the middle between two sure sightings."""
    confirmed = [
        _with(boxes, _near(weak, sure, n))
        for n, (boxes, weak) in enumerate(zip(sure, possible, strict=True))
    ]
    return tuple(_with(boxes, _gap(sure, n)) for n, boxes in enumerate(confirmed))


def _near(weak: Sequence[Region], sure: Frames, n: int) -> list[Region]:
    """Those of the weak boxes that a neighbouring frame is sure of."""
    around = [box for m in (n - 1, n + 1) if 0 <= m < len(sure) for box in sure[m]]
    known = np.flatnonzero((alike(weak, around) >= SAME).any(axis=1)).tolist()
    return [weak[n] for n in known]


def _gap(sure: Frames, n: int) -> list[Region]:
    """Where things seen in both neighbouring frames must be in this one."""
    if not 0 < n < len(sure) - 1:
        return []
    before, after = ([box for box in sure[m] if box.score >= STEADY] for m in (n - 1, n + 1))
    pairs = np.argwhere(alike(before, after) >= SAME).tolist()
    return [_between(before[one], after[other]) for one, other in pairs]


def _between(one: Region, other: Region) -> Region:
    return Region(
        (one.x0 + other.x0) // 2,
        (one.y0 + other.y0) // 2,
        (one.x1 + other.x1 + 1) // 2,
        (one.y1 + other.y1 + 1) // 2,
        one.kind,
        min(one.score, other.score),
    )


def _with(boxes: Sequence[Region], more: Sequence[Region]) -> tuple[Region, ...]:
    """The boxes and those of `more` that lie elsewhere."""
    both = (*boxes, *more)
    shared = alike(more, both)
    kept = list(range(len(boxes)))
    for n, row in enumerate(shared, start=len(boxes)):
        if not (row[kept] >= KNOWN).any():
            kept.append(n)
    return tuple(both[n] for n in kept)
