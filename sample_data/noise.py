"""Rough surfaces: noise that repeats at its edges and has detail at every scale.

Real asphalt, plaster and leaves show detail however near one looks; a picture of flat colours
would fool no measure of sharpness. Each octave is a grid of random bytes, doubled by integer
subdivision (a quadratic B-spline), so the bytes are the same everywhere.
"""

from collections.abc import Mapping
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from sample_data.dice import Bytes, Dice

SIDE = 512
"""Side of a noise field in pixels; a power of two."""

Grid = npt.NDArray[np.int32]

Rough = npt.NDArray[np.int16]

OCTAVES: Mapping[str, Mapping[int, int]] = {
    "asphalt": {4: 6, 16: 5, 64: 6, 256: 6, 512: 10},
    "wall": {4: 8, 16: 6, 64: 4, 256: 4, 512: 4},
    "leaves": {8: 7, 32: 8, 64: 10, 128: 8, 512: 4},
    "cloud": {4: 16, 8: 12, 16: 8, 32: 6, 64: 4, 128: 2, 256: 1},
    "grain": {512: 12, 256: 3},
}
"""For each surface the number of cells of its octaves and their weights."""


def _doubled(grid: Grid, axis: int) -> Grid:
    before = (3 * grid + np.roll(grid, 1, axis)) >> 2
    after = (3 * grid + np.roll(grid, -1, axis)) >> 2
    pairs = np.stack([before, after], axis=axis + 1)
    shape = list(grid.shape)
    shape[axis] *= 2
    return pairs.reshape(shape)


def octave(surface: str, cells: int) -> Grid:
    """(SIDE, SIDE) values within -2**14..2**14, periodic, with `cells` bumps to a side."""
    grid = (Dice("noise", surface, cells).bytes(cells, cells).astype(np.int32) - 128) << 7
    while grid.shape[0] < SIDE:
        grid = _doubled(_doubled(grid, 0), 1)
    return grid


@lru_cache
def field(surface: str) -> Rough:
    """(SIDE, SIDE) noise of a surface named in OCTAVES: mean about 0, range -128..127."""
    weights = OCTAVES[surface]
    total = sum(weight * octave(surface, cells) for cells, weight in weights.items())
    scaled = (np.asarray(total, dtype=np.int64) * 3) // (sum(weights.values()) << 8)
    centred = scaled - int(scaled.sum()) // scaled.size
    return np.clip(centred, -128, 127).astype(np.int16)


@lru_cache
def _wide(surface: str) -> Rough:
    """The field repeated sideways, so that any piece of it is one slice."""
    return np.ascontiguousarray(np.tile(field(surface), (1, 8)))


def patch(surface: str, dice: Dice, rows: int, columns: int, zoom: int = 1) -> Rough:
    """A (rows, columns) piece of a surface from a random place, each value `zoom` pixels big."""
    tall, broad = -(-rows // zoom), -(-columns // zoom)
    down = (dice.below(SIDE) + np.arange(tall)) % SIDE
    left = dice.below(SIDE)
    piece = _wide(surface)[:, left : left + broad].take(down, axis=0)
    if zoom > 1:
        piece = np.repeat(np.repeat(piece, zoom, axis=0), zoom, axis=1)
    return piece[:rows, :columns]


def tinted(colour: tuple[int, int, int], rough: Rough, strength: int) -> Bytes:
    """Give a surface a BGR colour; `strength` is the roughness in grey levels of 128."""
    grey = np.clip(rough + 128, 0, 255).astype(np.uint8)
    shades = ((np.arange(256) - 128) * strength) >> 7
    table = np.clip(shades[:, None] + np.array(colour), 0, 255).astype(np.uint8)[None, ...]
    return np.asarray(cv2.LUT(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), table), np.uint8)
