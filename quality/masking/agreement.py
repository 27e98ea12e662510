"""How sure are several looks together? Boxes of all tiles, doubles joined; pure.

Law: tiles that see the same thing at different scales confirm each other as independent witnesses
do: the chance that all are wrong is the product of their chances to be wrong. No look lowers a
score, and of two boxes of one thing the surer one stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from quality.masking.regions import Kind, Region

__all__ = ["Look", "alike", "corners", "joined", "overlap", "overlaps"]

AGREE = 0.6
"""Two tiles mean the same thing when their boxes share this part of their union."""

SAME = 0.5
"""Of two boxes that share this part of their union, the weaker one is dropped."""

Corners = NDArray[np.float64]
"""Rows of x0, y0, x1, y1, shape (n, 4)."""


@dataclass(frozen=True, slots=True)
class Look:
    """A box and the number of the tile that it was seen in."""

    tile: int
    region: Region


def joined(looks: Sequence[Look]) -> tuple[Region, ...]:
    """One box for each thing seen, kind by kind, surest first."""
    return tuple(
        region
        for kind in Kind
        for region in _joined([look for look in looks if look.region.kind is kind])
    )


def overlap(one: Region, other: Region) -> float:
    """Intersection over union of two boxes."""
    return float(overlaps(corners([one]), corners([other]))[0, 0])


def corners(boxes: Sequence[Region]) -> Corners:
    """The boxes' corners, shape (n, 4)."""
    return np.array([(box.x0, box.y0, box.x1, box.y1) for box in boxes], float).reshape(-1, 4)


def overlaps(some: Corners, others: Corners) -> NDArray[np.float64]:
    """Intersection over union of each of `some` with each of `others`, shape (n, m)."""
    wide, tall = (
        np.minimum(some[:, None, n + 2], others[None, :, n + 2])
        - np.maximum(some[:, None, n], others[None, :, n])
        for n in (0, 1)
    )
    common = np.clip(wide, 0, None) * np.clip(tall, 0, None)
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (some, others)]
    union = areas[0][:, None] + areas[1][None, :] - common
    return np.where(union > 0, common / np.maximum(union, 1), 0.0)


def alike(some: Sequence[Region], others: Sequence[Region]) -> NDArray[np.float64]:
    """Overlaps of each of `some` with each of `others`, shape (n, m); 0 between two kinds."""
    kinds = [np.array([box.kind.value for box in boxes], str) for boxes in (some, others)]
    same = kinds[0][:, None] == kinds[1][None, :]
    return np.where(same, overlaps(corners(some), corners(others)), 0.0)


def _joined(looks: Sequence[Look]) -> list[Region]:
    if not looks:
        return []
    boxes = [look.region for look in looks]
    shared = overlaps(corners(boxes), corners(boxes))
    scores = _together(np.array([look.tile for look in looks]), boxes, shared)
    kept: list[int] = []
    free = np.ones(len(boxes), np.bool_)
    for n in np.argsort(-scores, kind="stable").tolist():
        if free[n]:
            kept.append(n)
            free &= shared[n] <= SAME
    return [replace(boxes[n], score=float(scores[n])) for n in kept]


def _together(
    tiles: NDArray[np.int64], boxes: Sequence[Region], shared: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Scores with each other tile's best agreeing box as a further witness."""
    own = np.array([box.score for box in boxes])
    doubt = 1 - own
    for tile in np.unique(tiles):
        seen = tiles == tile
        witness = np.where(shared[:, seen] >= AGREE, own[seen], 0.0).max(axis=1)
        doubt *= np.where(seen, 1.0, 1 - witness)
    return 1 - doubt
