"""Sharpness, exposure and contrast of a grey picture; pure, integers only.

The law: equal pixels give equal numbers on every machine. All sums are exact integers (whatever the
order or width of the vector unit that makes them) and each measure is one floor division of them.

Sharpness is a ratio of two values of the picture's structure function
S(d) = mean of (f(x + d) - f(x))^2 (G. Matheron, "Principles of geostatistics", 1963: twice the
variogram). A picture without detail at the pixel scale is linear there: S(1)/S(4) = 1/16. One of
step edges has 1/4, noise 1. Since both values come from the same scene at the same exposure, scene
and exposure nearly cancel, which is the idea of the re-blur measure (F. Crete et al., "The blur
effect", SPIE 6492, 2007), but squares let the strong edges speak instead of the noise: noise of 4
grey levels takes the re-blur measure of a 9 px motion from 0.55 to 0.70, this one from 86 to 107.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Measures", "measure"]

Grey = NDArray[np.uint8]
Histogram = NDArray[np.int64]

_LAG = 4
_BLOWN = 250
"""Grey levels from here on are highlights without texture."""
_ROAD_WEIGHT = 7
"""The lower half shows the road; a blown sky costs a seventh of a blown road."""


@dataclass(frozen=True, slots=True)
class Measures:
    """sharpness: 1000 S(1)/S(4) in the worst of four directions, 62 (smooth) .. 250 (steps) ..;
    bright: 90th percentile, grey levels; blown: highlights, per mille, the lower half counting
    seven times the upper; contrast: 95th less 5th percentile, grey levels.
    """

    sharpness: int
    bright: int
    blown: int
    contrast: int


def measure(grey: Grey) -> Measures:
    """Measures of a grey picture of shape (h, w), h and w over 4."""
    middle = grey.shape[0] // 2
    sky, road = _histogram(grey[:middle]), _histogram(grey[middle:])
    whole = sky + road
    return Measures(
        _sharpness(grey),
        _percentile(whole, 90),
        (_blown(sky) + _ROAD_WEIGHT * _blown(road)) // (1 + _ROAD_WEIGHT),
        _percentile(whole, 95) - _percentile(whole, 5),
    )


def _sharpness(grey: Grey) -> int:
    """The worst direction counts: motion blurs only one. A picture all of one grey has 0."""
    directions = ((0, 1), (1, 0), (1, 1), (1, -1))
    return min(_structure_ratio(grey, dy, dx) for dy, dx in directions)


def _structure_ratio(grey: Grey, dy: int, dx: int) -> int:
    near, near_pairs = _squares(grey, dy, dx)
    far, far_pairs = _squares(grey, _LAG * dy, _LAG * dx)
    return 1000 * near * far_pairs // (far * near_pairs) if far else 0


def _squares(grey: Grey, dy: int, dx: int) -> tuple[int, int]:
    """Sum of (f(y + dy, x + dx) - f(y, x))^2 over all pairs, and their number.

    OpenCV adds squares of bytes exactly, then takes a root and squares it again: rounding undoes
    that (the sum is below 2**40, the error below 2**-10).
    """
    height, width = grey.shape
    left, right = max(0, -dx), width - max(0, dx)
    here = grey[: height - dy, left:right]
    there = grey[dy:, left + dx : right + dx]
    return round(cv2.norm(here, there, cv2.NORM_L2SQR)), here.size


def _histogram(grey: Grey) -> Histogram:
    """Counts of the 256 grey levels; OpenCV counts in int32 and answers float32, exact to 2**24."""
    counts = cv2.calcHist([grey], [0], None, [256], [0, 256])
    return counts.astype(np.int64).ravel()


def _percentile(histogram: Histogram, percent: int) -> int:
    """The lowest grey level that at least `percent` % of the pixels do not exceed."""
    reached = np.cumsum(histogram)
    return int(np.searchsorted(reached * 100, reached[-1] * percent))


def _blown(histogram: Histogram) -> int:
    """Highlights, per mille."""
    return int(histogram[_BLOWN:].sum() * 1000 // max(1, int(histogram.sum())))
