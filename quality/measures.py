"""What a grey picture measures: sharpness and its direction, exposure, contrast, and the rest.

The law: equal pixels give equal numbers on every machine. All sums are exact integers (whatever the
order or width of the vector unit that makes them) and each measure is one floor division of them.

Sharpness is a ratio of two values of the picture's structure function
S(d) = mean of (f(x + d) - f(x))^2 (G. Matheron, "Principles of geostatistics", 1963: twice the
variogram). A picture without detail at the pixel scale is linear there: S(1)/S(4) = 1/16. One of
step edges has 1/4, noise 1. Since both values come from the same scene at the same exposure, scene
and exposure nearly cancel, which is the idea of the re-blur measure (F. Crete et al., "The blur
effect", SPIE 6492, 2007), but squares let the strong edges speak instead of the noise: noise of 4
grey levels takes the re-blur measure of a 9 px motion from 0.55 to 0.70, this one from 86 to 107.
White noise alone would be called very sharp; its own measure (coding.py) answers for it.

Motion blurs along one direction only, a lens out of focus along all: the direction of least
sharpness has a name when the sharpest one has half as much again (undegraded frames: 1.1 to 1.7 by
the scene, which is why it only names the kind of blur and never its strength).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from quality.coding import blocking, noise
from quality.tiling import narrowed, tile_measures

__all__ = ["Measures", "measure"]

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Histogram = NDArray[np.int64]

_LAG = 4
_BLOWN = 250
"""Grey levels from here on are highlights without texture."""
_ROAD_WEIGHT = 7
"""The lower half shows the road; a blown sky costs a seventh of a blown road."""


_DIRECTIONS = {0: (0, 1), 45: (1, 1), 90: (1, 0), 135: (1, -1)}
"""Degrees clockwise from the right, as seen, and (dy, dx)."""
_SMEAR = 150
"""Per cent of the least sharpness that the most has when motion is the cause."""


@dataclass(frozen=True, slots=True)
class Measures:
    """sharpness: 1000 S(1)/S(4) in the worst of four directions, 62 (smooth) .. 250 (steps) ..;
    smear_deg: that direction (0 across, 90 down, 45 down to the right, 135 down to the left) when
    the picture is sharper along another one, else None; bright: 90th percentile, grey levels;
    blown: highlights, per mille, the lower half counting seven times the upper; contrast: 95th less
    5th percentile, grey levels; noise, blocking: coding.py; covered, soft, black, glare: tiling.py.
    """

    sharpness: int
    bright: int
    blown: int
    contrast: int
    smear_deg: int | None = None
    noise: int = 0
    blocking: int = 1000
    covered: int = 0
    soft: int = 0
    black: int = 0
    glare: int = 0


def measure(grey: Grey, hidden: Mask | None = None) -> Measures:
    """Measures of a grey picture of shape (h, w), half scale, both over 32.

    What depends on single pixels is taken from it, the rest from the narrowed picture.
    hidden: pixels that say nothing, shape (h, w), such as those that a blur destroyed.
    """
    small = narrowed(grey)
    unseen = None if hidden is None else narrowed(255 * hidden.astype(np.uint8)) > 0
    middle = small.shape[0] // 2
    upper, lower = (None, None) if unseen is None else (unseen[:middle], unseen[middle:])
    sky, road = _histogram(small[:middle], upper), _histogram(small[middle:], lower)
    whole = sky + road
    bright = _percentile(whole, 90)
    sharpness, smear_deg = _sharpness(grey, hidden)
    tiling = tile_measures(small, bright, unseen)
    return Measures(
        sharpness,
        bright,
        (_blown(sky) + _ROAD_WEIGHT * _blown(road)) // (1 + _ROAD_WEIGHT),
        _percentile(whole, 95) - _percentile(whole, 5),
        smear_deg,
        noise(grey, hidden),
        blocking(grey),
        tiling.covered,
        tiling.soft,
        tiling.black,
        tiling.glare,
    )


def _sharpness(grey: Grey, hidden: Mask | None) -> tuple[int, int | None]:
    """The worst direction counts: motion blurs only one. A picture all of one grey has 0."""
    ratios = {deg: _structure_ratio(grey, hidden, *step) for deg, step in _DIRECTIONS.items()}
    least = min(ratios, key=ratios.__getitem__)
    smeared = 100 * max(ratios.values()) > _SMEAR * ratios[least]
    return ratios[least], least if smeared else None


def _structure_ratio(grey: Grey, hidden: Mask | None, dy: int, dx: int) -> int:
    near, near_pairs = _squares(grey, hidden, dy, dx)
    far, far_pairs = _squares(grey, hidden, _LAG * dy, _LAG * dx)
    return 1000 * near * far_pairs // (far * near_pairs) if far and near_pairs else 0


def _squares(grey: Grey, hidden: Mask | None, dy: int, dx: int) -> tuple[int, int]:
    """Sum of (f(y + dy, x + dx) - f(y, x))^2 over all pairs, and their number.

    OpenCV adds squares of bytes exactly, then takes a root and squares it again: rounding undoes
    that (the sum is below 2**40, the error below 2**-10).
    """
    height, width = grey.shape
    left, right = max(0, -dx), width - max(0, dx)
    first = slice(0, height - dy), slice(left, right)
    second = slice(dy, height), slice(left + dx, right + dx)
    here, there = grey[first], grey[second]
    if hidden is None:
        return round(cv2.norm(here, there, cv2.NORM_L2SQR)), here.size
    seen = (~(hidden[first] | hidden[second])).astype(np.uint8)
    return round(cv2.norm(here, there, cv2.NORM_L2SQR, seen)), int(seen.sum(dtype=np.int64))


def _histogram(grey: Grey, hidden: Mask | None) -> Histogram:
    """Counts of the 256 grey levels; OpenCV counts in int32 and answers float32, exact to 2**24."""
    seen = None if hidden is None else (~hidden).astype(np.uint8)
    counts = cv2.calcHist([grey], [0], seen, [256], [0, 256])
    return counts.astype(np.int64).ravel()


def _percentile(histogram: Histogram, percent: int) -> int:
    """The lowest grey level that at least `percent` % of the pixels do not exceed."""
    reached = np.cumsum(histogram)
    return int(np.searchsorted(reached * 100, reached[-1] * percent))


def _blown(histogram: Histogram) -> int:
    """Highlights, per mille."""
    return int(histogram[_BLOWN:].sum() * 1000 // max(1, int(histogram.sum())))
