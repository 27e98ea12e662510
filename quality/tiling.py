"""What squares of a picture tell that its whole does not: cover, soft spots, veil, glare.

The law: equal pixels give equal numbers on every machine. Sums and sums of squares of a tile are
exact integers, and each measure counts tiles or is one tile's grey level.

The picture is halved until it is at most 700 px wide, so that a tile of 16 px is about a thirtieth
of its width whatever the camera. A drop or a smear on the glass shows as tiles that have contrast
but no edges in a picture that has them elsewhere; a phone, a wiper or a bonnet as one dark and flat
area; fog and a fogged windscreen as tiles that have no dark pixel (K. He et al., "Single image haze
removal using dark channel prior", CVPR 2009; of grey, so that a white balance changes nothing);
the sun as a burnt-out disc over tiles that are lifted.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BLACK_PERCENT",
    "SIDE",
    "Tiling",
    "darkest_tiles",
    "narrowed",
    "nth",
    "seen_tiles",
    "tile_measures",
]

Grey = NDArray[np.uint8]
Tiles = NDArray[np.int64]
Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]

SIDE = 16
_WIDEST = 700
_PIXELS = SIDE * SIDE
_SKIP = 2
_COUNTED = _PIXELS // _SKIP
"""One line in two is enough to know a tile's sums and its steps across; a step down or a dark pixel
may lie between any two."""
_DARK = 80
"""A cover lies out of focus in the car's own shade: its tiles are darker than this and than half
of what is bright in the picture."""
_FLAT = 40
"""Variance, grey levels squared, that noise and an out-of-focus cover stay below."""
_CONTRAST = 30
"""Variance from which a tile has something to be sharp."""
_SOFT = 30
"""Squared differences of neighbours, per mille of twice the variance; a tile with edges has ten
times as much."""
BLACK_PERCENT = 5
"""Of the tiles that are darker than what is called the picture's black."""
_BURNT = 245
_HALO = 5
"""Tiles below a burnt-out disc over which its light spreads."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """covered: largest dark and flat area, per mille; soft: tiles with contrast but without edges,
    per mille; black: grey level that the darkest pixel of all but a twentieth of the tiles reaches,
    outside of what is covered; glare: by how many grey levels the tiles under something burnt out
    are lifted above that, 0 without anything burnt out.
    """

    covered: int
    soft: int
    black: int
    glare: int


def narrowed(grey: Grey) -> Grey:
    """Halved, which averages quadruples exactly, until it is at most 700 px on its longer side or
    hardly two tiles on its shorter.
    """
    while max(grey.shape) > _WIDEST and min(grey.shape) >= 4 * SIDE:
        height, width = grey.shape
        even = grey[: height // 2 * 2, : width // 2 * 2]
        size = (width // 2, height // 2)
        grey = cv2.resize(even, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return grey


def tile_measures(narrow: Grey, bright: int, hidden: Mask | None = None) -> Tiling:
    """Measures of a narrowed grey picture, whose 90th percentile is bright; none below 16 px.

    hidden: pixels that say nothing, of the same shape; a tile with one of them is left out.
    """
    height, width = narrow.shape
    if min(height, width) < SIDE:
        return Tiling(0, 0, 0, 0)
    small = narrow[: height // SIDE * SIDE, : width // SIDE * SIDE]
    total, squares = _sums(small)
    variance = (_COUNTED * squares - total * total) // (_COUNTED * _COUNTED)
    mean, darkest = total // _COUNTED, darkest_tiles(small)
    seen = np.ones(mean.shape, np.bool_) if hidden is None else seen_tiles(hidden, small.shape)
    cover = seen & _largest((mean < min(_DARK, bright // 2)) & (variance < _FLAT))
    edgeless = 1000 * _edges(small) < 4 * _SOFT * variance * _PIXELS
    soft = seen & (variance >= _CONTRAST) & edgeless
    black = nth(darkest[seen & ~cover], BLACK_PERCENT)
    tiles = max(1, int(seen.sum()))
    return Tiling(
        1000 * int(cover.sum()) // tiles,
        1000 * int(soft.sum()) // tiles,
        black,
        _lifted(mean, darkest, seen, black),
    )


def seen_tiles(hidden: Mask, shape: tuple[int, ...]) -> Mask:
    """Tiles without a hidden pixel, of a picture whose shape is made of whole tiles."""
    rows, columns = shape[0] // SIDE, shape[1] // SIDE
    tiles = hidden[: shape[0], : shape[1]].reshape(rows, SIDE, columns, SIDE)
    return np.asarray(~tiles.any(axis=(1, 3)))


def _sums(small: Grey) -> tuple[Tiles, Tiles]:
    """Sum and sum of squares of each tile's counted lines."""
    values = small[::_SKIP].astype(np.float32)
    lines = SIDE // _SKIP
    return _of_tiles(values, lines), _of_tiles(np.square(values), lines)


def _of_tiles(values: Plane, lines: int) -> Tiles:
    """Sums over so many lines of whole numbers up to 255 squared; the lines' are exact in floats.

    Products of matrices add in the order that suits a machine, which is all the same to exact sums,
    and take half the time of integral images.
    """
    columns = np.ones((1, lines), np.float32) @ values.reshape(-1, lines, values.shape[1])
    tiles = columns.astype(np.float64).reshape(len(columns), -1, SIDE) @ np.ones(SIDE)
    return tiles.astype(np.int64)


def _edges(small: Grey) -> Tiles:
    """Squared differences to the right and to the lower neighbour, both added."""
    lines, down = small[::_SKIP], np.zeros_like(small)
    across = np.zeros_like(lines)
    cv2.absdiff(lines[:, 1:], lines[:, :-1], dst=across[:, :-1])
    cv2.absdiff(small[1:], small[:-1], dst=down[:-1])
    return _SKIP * _squares(across, SIDE // _SKIP) + _squares(down, SIDE)


def _squares(steps: Grey, lines: int) -> Tiles:
    return _of_tiles(np.square(steps.astype(np.float32)), lines)


def darkest_tiles(small: Grey) -> Tiles:
    """The darkest pixel of each tile of a picture whose shape is made of whole tiles."""
    rows, columns = small.shape[0] // SIDE, small.shape[1] // SIDE
    darkest = small.reshape(rows, SIDE, -1).min(axis=1).reshape(rows, columns, SIDE).min(axis=2)
    return np.asarray(darkest, np.int64)


def _largest(mask: Mask) -> Mask:
    """The largest area of connected tiles."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        mask.astype(np.uint8), connectivity=4
    )
    if count == 1:
        return mask
    best = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    return np.asarray(labels == best)


def _lifted(mean: Tiles, darkest: Tiles, seen: Mask, black: int) -> int:
    """How far the darkest pixels under what is burnt out lie above black, lower quartile."""
    burnt = mean >= _BURNT
    below = np.zeros_like(burnt)
    for row in range(1, _HALO + 1):
        below[row:] |= burnt[:-row]
    halo = darkest[below & ~burnt & seen]
    return max(0, nth(halo, 25) - black) if halo.size else 0


def nth(values: Tiles, percent: int) -> int:
    """The value that `percent` % of the values are below, 0 without any."""
    if not values.size:
        return 0
    at = values.size * percent // 100
    return int(np.partition(values, at)[at])
