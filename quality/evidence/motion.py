"""How the camera moved between two neighbouring pictures of a drive; pure.

A car turns about its rear axle, so camera motion on level ground has one unknown: the turn. With
rays (x, y, 1) and (x', y', 1) of one point in both pictures, x to the right and y down from the
horizon in focal lengths, and the second camera ahead in the direction of half the turn,

    tan(turn / 2) = (x y' - x' y) / (y + y')

so that every matched point votes for a turn by itself and one pass over the votes finds it, wrong
matches or not. (The one-point idea is Scaramuzza's, IJCV 95, 2011; the formula follows from the
epipolar constraint of that motion.) With the turn undone, points run away from where the car heads
while it drives forwards, and towards it backwards: that is `growth`.

Points are ORB's on pictures of 320 px, about 3 ms a picture. Lenses are taken for 90 degrees wide
with the horizon in the middle: a wrong one scales the turns, which `turns.py` allows for.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["UNSEEN", "Features", "Grey", "Sight", "compare", "features_of", "sights_of"]

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]

_FEATURES = 500
_FOCAL_SHARE = 0.53
"""Focal length in picture widths: between a phone's 0.75 and a dashcam's 0.45."""
_HORIZONS = (0.45, 0.55)
"""Rows at which the horizon is tried, in picture heights; the one with more votes counts."""
_SAME_BITS = 60
"""Of ORB's 256 that may differ in a match."""
_STILL_PX = 0.8
_NEAR_HORIZON = 0.06
"""Points with |y + y'| below it say nothing of the turn by this formula."""
_TURNS = np.linspace(-1.2, 1.2, 97, dtype=np.float32)
"""Turns that are voted on, radians: steps of 1.4 degrees."""
_PARALLAX = 0.35
"""Radians by which driving on moves a point sideways at most, its turn undone: a vote for a turn
to the other side than the whole picture moved is none."""
_GROWING = 0.02


@dataclass(frozen=True, slots=True)
class Features:
    """Points of a picture: places in pixels, shape (n, 2), and descriptors (n, 32); its size."""

    places: Floats
    marks: NDArray[np.uint8]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Sight:
    """What two neighbouring pictures say of the way between them.

    matched: points found in both; agreeing: of them, those that one turn explains; still: of all
    matched, those that did not move but for a shift of the whole picture. turn_deg: to the right.
    growth: share of the agreeing points that run away from the heading less that of those that run
    towards it, -1..1: forwards is above 0.
    """

    matched: int
    agreeing: int
    still: int
    turn_deg: float
    growth: float


UNSEEN = Sight(0, 0, 0, 0.0, 0.0)
"""Of pictures that have nothing in common, or no pixels."""


def features_of(picture: Grey) -> Features:
    """Points of a grey picture (h, w)."""
    orb = cv2.ORB.create(
        nfeatures=_FEATURES,
        scaleFactor=1.25,
        nlevels=5,
        edgeThreshold=12,
        patchSize=25,
        fastThreshold=8,
    )
    points, marks = orb.detectAndCompute(picture, None)
    places = np.asarray(cv2.KeyPoint.convert(points), np.float32).reshape(-1, 2)
    found = np.zeros((0, 32), np.uint8) if marks is None else marks.astype(np.uint8, copy=False)
    return Features(places, found, picture.shape[1], picture.shape[0])


def compare(before: Features, after: Features) -> Sight:
    """What was seen from one picture to the next."""
    if not len(before.marks) or not len(after.marks):
        return UNSEEN
    first, second = _matches(before, after)
    if not len(first):
        return UNSEEN
    moved = second - first
    still = int((np.abs(moved - np.median(moved, axis=0)).max(1) < _STILL_PX).sum())
    tried = [_turned(_rays(first, before, at), _rays(second, after, at)) for at in _HORIZONS]
    agreeing, turn, growth = max(tried)
    return Sight(len(first), agreeing, still, math.degrees(turn), growth)


def _matches(before: Features, after: Features) -> tuple[Floats, Floats]:
    """Places of points that are each other's best match, of equals the first, in both pictures."""
    bits = _differing(before.marks, after.marks)
    best = bits.argmin(axis=1)
    least = bits.min(axis=1)
    near = np.flatnonzero((least <= _SAME_BITS) & (least == bits.min(axis=0)[best]))
    mutual = near[bits.T[best[near]].argmin(axis=1) == near]
    return before.places[mutual], after.places[best[mutual]]


def _differing(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Bits in which each of n marks differs from each of m, shape (n, m).

    Word by word, a third of what OpenCV's matcher takes for both directions.
    """
    bits = np.zeros((len(before), len(after)), np.uint16)
    ones, others = before.view(np.uint64).T, np.ascontiguousarray(after.view(np.uint64).T)
    for one, other in zip(ones, others, strict=True):
        bits += np.bitwise_count(one[:, None] ^ other)
    return bits


def _rays(places: Floats, picture: Features, horizon: float) -> Floats:
    """Points in focal lengths right of the middle and below the horizon, shape (n, 2)."""
    middle = np.array([picture.width / 2, picture.height * horizon], np.float32)
    rays: Floats = (places - middle) / np.float32(_FOCAL_SHARE * picture.width)
    return rays


def _turned(first: Floats, second: Floats) -> tuple[int, float, float]:
    """(points that agree, the turn in radians they agree on, growth)."""
    (x0, y0), (x1, y1) = first.T, second.T
    below = y0 + y1
    telling = (np.abs(below) > _NEAR_HORIZON) & (y0 * y1 > 0)
    first, second = first[telling], second[telling]
    if len(first) < 2:
        return 0, 0.0, 0.0
    (x0, y0), (x1, y1) = first.T, second.T
    turns = 2 * np.arctan((x0 * y1 - x1 * y0) / (y0 + y1))
    likely = np.abs(np.arctan(x1) - np.arctan(x0) + turns) < _PARALLAX
    first, second, turns = first[likely], second[likely], turns[likely]
    if len(first) < 2:
        return 0, 0.0, 0.0
    (x0, y0), (x1, y1) = first.T, second.T
    reach = np.hypot(np.hypot(x0, y0), np.hypot(x1, y1))
    doubt = np.clip((reach + 0.1) * 0.012 / np.abs(y0 + y1), 0.015, 0.08)
    votes = np.exp(-0.5 * ((_TURNS[:, None] - turns) / doubt) ** 2).sum(1)
    turn = float(_TURNS[int(votes.argmax())])
    agree = np.abs(turns - turn) < 2.5 * doubt
    return int(agree.sum()), turn, _growth(first[agree], second[agree], turn)


def _growth(first: Floats, second: Floats, turn: float) -> float:
    """Share of points that run away from the heading less the share that run towards it."""
    if not len(first):
        return 0.0
    ahead = np.float32(math.tan(turn / 2))
    sine, cosine = np.float32(math.sin(turn)), np.float32(math.cos(turn))
    depth = np.maximum(cosine - second[:, 0] * sine, 0.1)
    x, y = (second[:, 0] * cosine + sine) / depth, second[:, 1] / depth
    before = np.hypot(first[:, 0] - ahead, first[:, 1])
    ratio = np.log((np.hypot(x - ahead, y) + 1e-3) / (before + 1e-3))
    return float((ratio > _GROWING).mean() - (ratio < -_GROWING).mean())


def sights_of(pictures: Sequence[Features | None]) -> list[Sight]:
    """What was seen between each two neighbours; n pictures give n - 1."""
    return [UNSEEN if a is None or b is None else compare(a, b) for a, b in pairwise(pictures)]
