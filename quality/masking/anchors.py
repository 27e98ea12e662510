"""Where the network looks: 1,917 anchor boxes, and how its answers move them; pure.

The network is an SSD (W. Liu et al., "SSD: Single Shot MultiBox Detector", ECCV 2016) as the
TensorFlow Object Detection API configures it: six feature maps, anchor scales evenly spaced from
0.2 to 0.95, aspect ratios 1, 2, 1/2, 3, 1/3 and an extra 1; the finest map has three anchors only.
Law: anchors stand map by map, row by row, column by column, as the network's answers do.
"""

from itertools import product
from math import sqrt

import numpy as np
from numpy.typing import NDArray

__all__ = ["ANCHORS", "MAPS", "boxes_from"]

Boxes = NDArray[np.float32]
"""Rows of x0, y0, x1, y1 as shares of the tile, shape (n, 4)."""

MAPS = ((19, 3), (10, 6), (5, 6), (3, 6), (2, 6), (1, 6))
"""Cells across a feature map, anchors in each cell."""

_SMALLEST, _LARGEST = 0.2, 0.95
_RATIOS = (1.0, 2.0, 0.5, 3.0, 1 / 3)
_FINE = ((0.1, 1.0), (0.2, 2.0), (0.2, 0.5))
"""(scale, ratio) of the finest map's anchors."""
_CENTRE_STEP, _SIZE_STEP = 10.0, 5.0
"""The network answers offsets of the centre and of the log size, times these."""


def _scale(level: int) -> float:
    return _SMALLEST + (_LARGEST - _SMALLEST) * level / (len(MAPS) - 1) if level < 6 else 1.0


def _shapes(level: int) -> list[tuple[float, float]]:
    """(scale, ratio) of the anchors of a cell."""
    if level == 0:
        return list(_FINE)
    between = sqrt(_scale(level) * _scale(level + 1))
    return [*((_scale(level), ratio) for ratio in _RATIOS), (between, 1.0)]


def _anchors() -> NDArray[np.float32]:
    rows = [
        ((row + 0.5) / cells, (column + 0.5) / cells, scale / sqrt(ratio), scale * sqrt(ratio))
        for level, (cells, _) in enumerate(MAPS)
        for row, column in product(range(cells), repeat=2)
        for scale, ratio in _shapes(level)
    ]
    return np.asarray(rows, np.float32)


ANCHORS = _anchors()
"""Rows of centre y, centre x, height, width as shares of the tile, shape (1917, 4)."""


def boxes_from(encodings: NDArray[np.float32], anchors: NDArray[np.float32]) -> Boxes:
    """Boxes of the network's answers (y, x, height, width), shape (n, 4), to anchors (n, 4)."""
    centre = encodings[:, :2] / _CENTRE_STEP * anchors[:, 2:] + anchors[:, :2]
    half = np.exp(encodings[:, 2:] / _SIZE_STEP) * anchors[:, 2:] / 2
    return np.hstack([(centre - half)[:, ::-1], (centre + half)[:, ::-1]])
