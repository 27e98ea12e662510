"""What stays where it is in a street: points by which two cameras on two days know one place; pure.

Cars come and go, the light turns, lenses differ, and a second pass is never on the same spot. What
is left are corners of houses, windows and signs, seen a little larger or smaller. The law: two
pictures agree in as many points as one similarity (shift, size, small turn) explains of those that
are each other's clear best match. SIFT (D. Lowe, "Distinctive image features from scale-invariant
keypoints", 2004) with Hellinger's distance (R. Arandjelovic, A. Zisserman, "Three things everyone
should know to improve object retrieval", 2012), RANSAC as in quality/geometry.py.

ORB, which is enough for neighbours of one drive, knows 56 of 100 places again at 1 % of false ones;
this 85, for 13 ms a picture of 224 px (20 to 25 ms at 320 px buy 8 more). `SAME_PLACE` points are
reached by 3 of 4 pairs of drawn pictures of one place, and by 1 of 100 pairs of two places.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "SAME_PLACE",
    "Asked",
    "Landmarks",
    "agreeing",
    "answer",
    "answer_sides",
    "brighter_left",
    "landmarks_of",
    "tells",
]

SAME_PLACE = 8

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]
_NOTHING = np.zeros((0, 0), np.float32)

_SIDE_PX = 224
_POINTS = 300
_CONTRAST = 0.02
_CLEAR = 0.85
"""Distance of the best match to that of the next one (Lowe's ratio), at most."""
_OFF_PX = 4.2
"""Depth moves points against each other from one spot to the next."""
_ITERATIONS = 300
_FEWEST = 6
_AROUND_PX, _DARK_LEVELS = 9, 8.0
"""Of a point's tone: the square that is looked at, and levels that keep shadows from weighing."""
_UPPER, _MIDDLE, _EITHER = 0.52, 0.08, 2
"""Walls beside the road: shares of the height and of the width, and points on either side."""
_DARK, _FLAT = 45.0, 20.0
"""Mean and spread in grey levels below which a picture is night or fog: it says nothing."""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Places in pixels, shape (n, 2), and unit descriptors, shape (n, 128); tones: logarithms of
    the grey levels around each, shape (n,). size: of the picture in those pixels, width, height."""

    places: Floats
    marks: Floats
    tones: Floats
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """Two pictures that should show one place."""

    own: Grey
    other: Grey


def tells(picture: Grey) -> bool:
    """Whether a picture shows enough to be compared at another hour."""
    return float(picture.mean()) >= _DARK and float(picture.std()) >= _FLAT


def landmarks_of(picture: Grey) -> Landmarks:
    """The points of a grey picture (h, w)."""
    scale = _SIDE_PX / max(picture.shape)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    sift = cv2.SIFT.create(nfeatures=_POINTS, contrastThreshold=_CONTRAST)
    points, found = sift.detectAndCompute(small, None)
    size = (small.shape[1], small.shape[0])
    if not points:
        nothing = np.zeros((0, 2), np.float32)
        return Landmarks(nothing, np.zeros((0, 128), np.float32), nothing[:, 0], size)
    marks = np.asarray(found, np.float32)
    marks = np.sqrt(marks / np.maximum(marks.sum(1, keepdims=True), 1e-6))
    places = np.array([point.pt for point in points], np.float32)
    return Landmarks(places, marks, _tones(small, places), size)


def _tones(small: NDArray[np.generic], places: Floats) -> Floats:
    around = cv2.blur(np.asarray(small, np.float32), (_AROUND_PX, _AROUND_PX))
    x, y = np.rint(places).astype(np.int64).T
    at = around[np.minimum(y, small.shape[0] - 1), np.minimum(x, small.shape[1] - 1)]
    tones: Floats = np.log(at + _DARK_LEVELS).astype(np.float32)
    return tones


def agreeing(one: Landmarks, other: Landmarks) -> int:
    """Points that one similarity explains."""
    return len(_agreeing(one, other)[0])


def brighter_left(one: Landmarks, other: Landmarks) -> float | None:
    """By how much the left is brighter than the right in one picture against the other, by the
    points above the middle that agree, as a natural logarithm; None: too few of them."""
    here, there = _agreeing(one, other)
    if len(here) < SAME_PLACE:
        return None
    width, height = one.size
    x, y = one.places[here].T
    brighter = one.tones[here] - other.tones[there]
    left, right = (brighter[beside & (y < _UPPER * height)] for beside in _beside(x / width))
    if min(len(left), len(right)) < _EITHER:
        return None
    return float(np.median(left) - np.median(right))


def _beside(x: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    return x < 0.5 - _MIDDLE, x > 0.5 + _MIDDLE


def _agreeing(one: Landmarks, other: Landmarks) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the points that one similarity explains, in both."""
    nobody = np.zeros(0, np.int64)
    if min(len(one.marks), len(other.marks)) < _FEWEST:
        return nobody, nobody
    here, there = _matched(one, other)
    if len(here) < _FEWEST:
        return nobody, nobody
    _, inlying = cv2.estimateAffinePartial2D(
        one.places[here],
        other.places[there],
        method=cv2.RANSAC,
        ransacReprojThreshold=_OFF_PX,
        maxIters=_ITERATIONS,
    )
    agree = np.asarray(inlying).ravel() > 0 if np.size(inlying) else np.zeros(len(here), np.bool_)
    return here[agree], there[agree]


def answer(asked: Asked) -> int:
    """The engine's task: points that agree."""
    cv2.setNumThreads(1)
    return agreeing(landmarks_of(asked.own), landmarks_of(asked.other))


def answer_sides(asked: Asked) -> float | None:
    """The engine's task: by how much the own left is brighter."""
    cv2.setNumThreads(1)
    return brighter_left(landmarks_of(asked.own), landmarks_of(asked.other))


def _matched(one: Landmarks, other: Landmarks) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of points that are each other's best match, and clearly so.

    OpenCV multiplies by one thread, as told; NumPy would wake all, for ten times the CPU.
    """
    likeness = np.asarray(cv2.gemm(one.marks, other.marks, 1, _NOTHING, 0, flags=cv2.GEMM_2_T))
    best = likeness.argmax(1)
    rows = np.arange(len(likeness))
    first = likeness[rows, best].copy()
    mutual = likeness.argmax(0)[best] == rows
    likeness[rows, best] = -1
    second = likeness.max(1)
    clear = _distance(first) < _CLEAR * _distance(second)
    kept = mutual & clear
    return rows[kept], best[kept]


def _distance(likeness: Floats) -> Floats:
    """Between unit vectors of this scalar product."""
    apart: Floats = np.sqrt(np.maximum(0, 2 - 2 * likeness)).astype(np.float32)
    return apart
