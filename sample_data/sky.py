"""The sky all round: a gradient, clouds, and the far skyline above the horizon.

One picture of 360 degrees per day. Its columns are azimuths, its rows tangents of elevation, so
that in a level camera a column of the picture shows a column of the sky.
"""

import math
from functools import lru_cache

import cv2
import numpy as np

from sample_data.camera import Pose, View
from sample_data.conditions import Conditions, Light
from sample_data.dice import Bytes, Dice
from sample_data.noise import Grid, patch
from sample_data.raster import fixed, sampled

TEXELS_ROUND = 3072
"""Texels of 360 degrees."""

ROWS, TANGENT = 448, 0.9
"""Rows from the horizon up, and the tangent of elevation of the highest."""

HAZE = (214, 206, 198)
"""BGR of the air far away."""

_OVERLAP = TEXELS_ROUND // 2 + 8


@lru_cache(maxsize=8)
def _angles(width: int, focal_px: float) -> tuple[float, ...]:
    """Degrees right of the heading of each column, rounded so that every C library agrees."""
    middles = ((column + 0.5 - width / 2) / focal_px for column in range(width))
    return tuple(round(math.degrees(math.atan(slope)), 6) for slope in middles)


def _clouds(dice: Dice, percent: int) -> Grid:
    """(ROWS, TEXELS_ROUND) cover 0..256; flatter towards the horizon."""
    large = patch("cloud", dice, ROWS, TEXELS_ROUND, 3)
    small = patch("cloud", dice, ROWS, TEXELS_ROUND, 1)
    squeezed = np.arange(ROWS) ** 2 // ROWS
    shape = large[squeezed] + small // 3
    cover: Grid = np.clip((shape + percent - 50) * 6, 0, 256).astype(np.int32)
    return cover


def _skyline(picture: Bytes, dice: Dice) -> None:
    """Towers a kilometre away and more, pale with haze."""
    column = 0
    while column < TEXELS_ROUND:
        wide = 8 + dice.below(40)
        tall = 8 + dice.below(34) + (dice.below(60) if dice.chance(0.15) else 0)
        far = 35 + dice.below(35)
        tone = [(part * far + wall * (100 - far)) // 100
                for part, wall in zip(HAZE, (120, 112, 108), strict=True)]  # fmt: skip
        tower = picture[ROWS - tall :, column : column + wide]
        tower[...] = np.array(tone, dtype=np.uint8)
        tower[2::5, 1::4] -= np.uint8(14)
        column += wide


@lru_cache(maxsize=6)
def panorama(day_seed: int, light: Light) -> Bytes:
    """The sky of a day: (ROWS, TEXELS_ROUND + half, 3) uint8 BGR."""
    dice = Dice("sky", day_seed)
    height = np.arange(ROWS, 0, -1)[:, None, None] * 256 // ROWS
    zenith, pale = np.array((206, 142, 78)), np.array((232, 216, 196))
    blue = np.right_shift(zenith * height + pale * (256 - height), 8)
    cover = _clouds(dice, light.clouds_percent)[..., None]
    depth = patch("cloud", dice, ROWS, TEXELS_ROUND, 2)[..., None]
    white = np.clip(226 + depth // 3 - cover // 10 + np.array((10, 3, -4)), 0, 255)
    mixed = ((blue * (256 - cover) + white * cover) >> 8).astype(np.uint8)
    _skyline(mixed, dice)
    return np.ascontiguousarray(np.concatenate([mixed, mixed[:, :_OVERLAP]], axis=1))


def draw_sky(canvas: Bytes, view: View, pose: Pose, conditions: Conditions) -> None:
    """Fill everything above the horizon."""
    picture = panorama(conditions.day_seed, conditions.light)
    bottom = math.ceil(view.horizon_row)
    per_degree = TEXELS_ROUND / 360.0
    start = (pose.heading_deg - 90.0) % 360.0 * per_degree
    x = np.array([(angle + 90.0) * per_degree for angle in _angles(view.width, view.focal_px)])
    rows = np.arange(bottom, dtype=np.float64) + 0.5
    tangent = (view.horizon_row - rows) / view.focal_px
    y = np.clip((1.0 - tangent / TANGENT) * ROWS, 0.0, ROWS - 1.04)
    whole = int(start)
    window = picture[:, whole : whole + _OVERLAP]
    sampled(window, fixed(x + (start - whole))[None, :], fixed(y)[:, None], canvas[:bottom])
    cv2.rectangle(canvas, (0, bottom), (view.width, view.height), (96, 96, 94), -1)
