"""What sensor and encoder add to a picture: noise, and the edges of JPEG's blocks.

The law: equal pixels give equal numbers on every machine; sums are exact integers.

Blocks of 8 px are blocks of 4 px at half scale, and their edges are steps there, too: the mean
difference across columns of one phase of four, over that of the other three phases, is 1000 per
mille in a picture that no encoder hurt. Each difference counts up to 8 grey levels, so that the
many small steps of blocks are not drowned by the scene's few large ones. Since it is measured in
pixels, encoding well what was encoded badly before hides nothing. The weaker of the two directions
counts, the strongest phase of each, because a turned picture begins anywhere in a block.

Noise: mean square of the difference of two Laplacians, which a plane, a ramp and most edges leave
at zero (J. Immerkaer, "Fast noise variance estimation", CVIU 64, 1996), in the tenth of tiles where
it is least, so that texture is not taken for noise.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["blocking", "noise"]

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_BLOCK = 4
_STEP = 8
"""Grey levels up to which a difference counts; 4 takes the sensor's noise for steps."""
_SKIP = 2
"""One line in three and half of the columns are enough to know the phases."""
_TILE = 8
_STRIPS = 5
_KERNEL_SQUARES = 36
"""Sum of squares of the kernel (1 -2 1) x (1 -2 1): what white noise of variance 1 makes of it."""


def blocking(grey: Grey) -> int:
    """Steps at block edges of a picture decoded at half scale, per mille of the other steps."""
    left = grey.shape[1] // 3
    lines, stripe = grey[:: _SKIP + 1], grey[:, left : left + grey.shape[1] // _SKIP]
    columns = cv2.reduce(_steps(lines[:, 1:], lines[:, :-1]), 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
    rows = cv2.reduce(_steps(stripe[1:], stripe[:-1]), 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
    return min(_strongest_phase(columns), _strongest_phase(rows))


def _steps(here: Grey, there: Grey) -> Grey:
    _, cut = cv2.threshold(cv2.absdiff(here, there), _STEP, 0, cv2.THRESH_TRUNC)
    return np.asarray(cut, np.uint8)


def _strongest_phase(steps: NDArray[np.generic]) -> int:
    whole = steps.ravel()[: steps.size // _BLOCK * _BLOCK].astype(np.int64)
    phases = whole.reshape(-1, _BLOCK).sum(axis=0)
    strongest = int(phases.max())
    others = int(phases.sum()) - strongest
    return 1000 * (_BLOCK - 1) * strongest // others if others else 1000


def noise(grey: Grey, hidden: Mask | None = None) -> int:
    """Variance of the noise in hundredths of a squared grey level; strips of the picture.

    0 of a picture smaller than a strip. hidden: pixels that say nothing, of the same shape; a tile
    with one of them is left out.
    """
    if min(grey.shape) < _TILE + 2:
        return 0
    room = grey.shape[0] - _TILE - 2
    tops = [room * strip // (_STRIPS - 1) for strip in range(_STRIPS)]
    strips = np.stack([grey[top : top + _TILE + 2] for top in tops]).astype(np.int16)
    rows = strips[:, :-2] - 2 * strips[:, 1:-1] + strips[:, 2:]
    both = (rows[..., :-2] - 2 * rows[..., 1:-1] + rows[..., 2:]).astype(np.int32)
    columns = (both * both).sum(axis=1, dtype=np.int32)
    whole = columns[:, : columns.shape[1] // _TILE * _TILE]
    squares = whole.reshape(_STRIPS, -1, _TILE).sum(axis=2).ravel()
    if hidden is not None:
        squares = squares[_seen(hidden, tops, squares.size // _STRIPS)]
    if not squares.size:
        return 0
    least = np.partition(squares, squares.size // 10)[squares.size // 10]
    return int(100 * least // (_TILE * _TILE * _KERNEL_SQUARES))


def _seen(hidden: Mask, tops: list[int], tiles: int) -> Mask:
    """Which tiles of the strips show no hidden pixel, shape (strips * tiles,)."""
    strips = np.stack([hidden[top : top + _TILE + 2].any(axis=0) for top in tops])
    whole = strips[:, 1 : 1 + tiles * _TILE]
    return np.asarray(~whole.reshape(len(tops), tiles, _TILE).any(axis=2).ravel())
