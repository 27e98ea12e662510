"""Is one picture a copy of the other, but for scale, crop, tone, and what was put on or blurred?

Local features (ORB; E. Rublee et al., "ORB: an efficient alternative to SIFT or SURF", 2011) of two
small grey pictures are matched, and RANSAC (M. Fischler, R. Bolles, 1981) looks for the similarity
that most matches obey. Where it lays one picture on the other, the parts of a copy are the same but
for brightness and contrast: their correlation is over 0.9 in nearly all parts of 8 x 8. A street
seen again has parallax, other cars, another light, even from the very same spot.

Measured (docs/duplicates.md), share of parts that are the same: copies of thirteen kinds 83 to
100 %, neighbours 8 m apart at most 42 %, the same spot of the drawn city on another day at most
57 %. Matches that agree tell them apart less well: 61 to 100 % of copies, up to 76 % of that spot.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Agreement", "Grey", "agreement", "is_copy"]

Grey = NDArray[np.uint8]
"""A grey picture of shape (h, w), at most 320 px on its longer side."""

COPY_INLIERS = 12
COPY_PERCENT = 70
COPY_PARTS = 8
_SAME = 0.9

_FEATURES = 400
_FAST_THRESHOLD = 10
_REPROJECTION_PX = 2.0
_ITERATIONS = 500
_LEAST_MATCHES = 8
_PARTS_A_SIDE = 8
_SIGMA_PX = 1.5
"""Both are softened, so that half a pixel or an encoder's noise is no difference."""
_FLAT = 3.0
"""Standard deviation in grey levels under which a part shows too little to be compared."""

Points = NDArray[np.float32]
Floats = NDArray[np.float32]
_NOTHING_AGREES = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `matches` features, `inliers` obey one similarity; of `parts` compared, `same` agree."""

    matches: int
    inliers: int
    parts: int
    same: int


def agreement(one: Grey, other: Grey, mirrored: bool = False) -> Agreement:
    """How two pictures agree; mirrored: the other one is turned from side to side first."""
    if mirrored:
        other = np.ascontiguousarray(other[:, ::-1])
    here, there = _matched(one, other)
    if len(here) < _LEAST_MATCHES:
        return Agreement(len(here), *_NOTHING_AGREES)
    laid, inlying = cv2.estimateAffinePartial2D(
        there,
        here,
        method=cv2.RANSAC,
        ransacReprojThreshold=_REPROJECTION_PX,
        maxIters=_ITERATIONS,
    )
    if not np.size(laid):
        return Agreement(len(here), *_NOTHING_AGREES)
    parts, same = _parts(one, other, laid)
    return Agreement(len(here), int(inlying.sum()), parts, same)


def is_copy(seen: Agreement) -> bool:
    """Whether two pictures agree as only copies do."""
    return (
        seen.inliers >= COPY_INLIERS
        and seen.parts >= COPY_PARTS
        and 100 * seen.same >= COPY_PERCENT * seen.parts
    )


def _matched(one: Grey, other: Grey) -> tuple[Points, Points]:
    """Positions (x, y) of features that are each other's nearest, shape (n, 2) each."""
    orb = cv2.ORB.create(_FEATURES, fastThreshold=_FAST_THRESHOLD)
    here, of_here = orb.detectAndCompute(one, None)
    there, of_there = orb.detectAndCompute(other, None)
    if not here or not there:
        return np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32)
    found = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(of_here, of_there)
    return (
        np.array([here[match.queryIdx].pt for match in found], np.float32).reshape(-1, 2),
        np.array([there[match.trainIdx].pt for match in found], np.float32).reshape(-1, 2),
    )


def _parts(one: Grey, other: Grey, laid: cv2.typing.MatLike) -> tuple[int, int]:
    """(parts that both show and that show something, parts that are the same)."""
    height, width = one.shape
    soft = cv2.GaussianBlur(one, (0, 0), _SIGMA_PX).astype(np.float32)
    moved = cv2.warpAffine(cv2.GaussianBlur(other, (0, 0), _SIGMA_PX), laid, (width, height))
    shown = cv2.warpAffine(np.full(other.shape, 255, np.uint8), laid, (width, height)) == 255
    alike = [
        _correlation(soft[part], moved[part].astype(np.float32))
        for part in _grid(height, width)
        if shown[part].all()
    ]
    compared = [value for value in alike if value is not None]
    return len(compared), sum(value > _SAME for value in compared)


def _grid(height: int, width: int) -> list[tuple[slice, slice]]:
    rows = [height * k // _PARTS_A_SIDE for k in range(_PARTS_A_SIDE + 1)]
    columns = [width * k // _PARTS_A_SIDE for k in range(_PARTS_A_SIDE + 1)]
    return [
        (slice(*rows[i : i + 2]), slice(*columns[j : j + 2]))
        for i in range(_PARTS_A_SIDE)
        for j in range(_PARTS_A_SIDE)
    ]


def _correlation(one: Floats, other: Floats) -> float | None:
    """Pearson's, of two parts of one shape; None when both are flat."""
    if not one.size:
        return None
    spread, other_spread = float(one.std()), float(other.std())
    if max(spread, other_spread) < _FLAT:
        return None
    together = float(((one - one.mean()) * (other - other.mean())).mean())
    return together / max(spread * other_spread, 1e-6)
