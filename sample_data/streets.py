"""The surface of a street seen from above: asphalt, markings, kerbs, pavements, repairs."""

from functools import lru_cache

import cv2
import numpy as np

from sample_data.city import KERB_M, Ground, length
from sample_data.dice import Bytes, Dice
from sample_data.noise import Rough, patch, tinted
from sample_data.raster import Ripmap

TEXELS = 25
"""Texels per metre."""

WHITE = 66
"""Grey levels that road paint adds; worn paint lets the asphalt through."""


def _px(metres: float) -> int:
    return int(metres * TEXELS)


def _paint(road: Rough, left: float, right: float, rows: slice, amount: int = WHITE) -> None:
    """Lighten a box; columns in metres from the left edge of the street."""
    road[rows, _px(left) : _px(right)] += amount


def _repairs(road: Rough, dice: Dice) -> None:
    rows = road.shape[0]
    for _ in range(rows // 130):
        top, left = dice.below(rows), _px(3.8) + dice.below(_px(9.5))
        tall, wide = _px(dice.between(0.8, 7.0)), _px(dice.between(0.6, 3.0))
        tone = dice.pick((-34, -26, -18, 16, 24))
        road[top : top + tall, left : left + wide] += tone
        for edge in (left, left + wide):
            road[top : top + tall, edge : edge + 2] -= 26
        road[top : top + 2, left : left + wide] -= 26
        road[top + tall : top + tall + 2, left : left + wide] -= 26


def _stains(road: Rough, dice: Dice) -> None:
    """Manholes in the lanes, oil where cars park, cracks along."""
    rows = road.shape[0]
    layer = np.zeros(road.shape, np.uint8)
    for _ in range(rows // 220):
        middle = (_px(dice.between(5.0, 13.0)), dice.below(rows))
        cv2.circle(layer, middle, 8 + dice.below(4), 60, -1)
        cv2.circle(layer, middle, 6, 30, -1)
    for _ in range(rows // 60):
        middle = (_px(dice.pick((4.6, 7.3, 10.7, 13.4)) + dice.bell(0.2)), dice.below(rows))
        cv2.circle(layer, middle, 3 + dice.below(14), 16 + dice.below(16), -1)
    for _ in range(rows // 150):
        x, y = _px(dice.between(4.0, 14.0)), dice.below(rows)
        for _ in range(20 + dice.below(40)):
            onward = (x + dice.below(13) - 6, y + 2 + dice.below(9))
            cv2.line(layer, (x, y), onward, 40, 1)
            x, y = onward
    road -= layer


def _markings(road: Rough, dice: Dice, long_m: float) -> None:
    rows = road.shape[0]
    everywhere = slice(0, rows)
    if dice.chance(0.25):
        _paint(road, 8.85, 8.97, everywhere)
        _paint(road, 9.05, 9.17, everywhere)
    else:
        for start in range(_px(6.0), rows - _px(8.0), _px(6.0)):
            _paint(road, 8.93, 9.08, slice(start, start + _px(3.0)))
    for edge in (5.75, 12.15):
        for start in range(_px(5.0), rows - _px(7.0), _px(5.8)):
            _paint(road, edge, edge + 0.1, slice(start, start + _px(1.2)), WHITE - 16)
    for near in (_px(0.8), rows - _px(3.8)):
        for left in range(10):
            at = 4.0 + left * 1.05
            _paint(road, at, at + 0.5, slice(near, near + _px(3.0)), WHITE + 10)
    _paint(road, 3.8, 8.9, slice(_px(4.6), _px(5.0)))
    _paint(road, 9.1, 14.2, slice(rows - _px(5.0), rows - _px(4.6)))


def _pavement(dice: Dice, rows: int, columns: int) -> Rough:
    """Slabs with joints, each slab with a tone of its own; 0 is mid grey."""
    slab = dice.pick((12, 15, 20))
    tones = dice.bytes(rows // slab + 1, columns // slab + 1).astype(np.int16) // 9 - 14
    stones = np.repeat(np.repeat(tones, slab, axis=0), slab, axis=1)[:rows, :columns]
    stones = stones + patch("asphalt", dice, rows, columns) // 3 + dice.below(50)
    stones[::slab] -= 30
    stones[:, ::slab] -= 30
    return stones


def _stretch(ground: Ground) -> Bytes:
    """A stretch with its length downwards: (length, 18 m) texels, BGR."""
    dice = Dice("street", *ground.number)
    rows, columns = _px(length(ground)), _px(18.0)
    apart = np.abs(np.arange(columns) - _px(9.0))
    worn = (np.abs(apart - _px(0.9)) < _px(0.35)) | (np.abs(apart - _px(2.5)) < _px(0.35))
    tracks = np.where(worn, -8, 0).astype(np.int16)
    road = patch("asphalt", dice, rows, columns) * (33 + dice.below(26)) >> 7
    road = road + tracks[None, :] - dice.below(24)
    large = patch("cloud", dice, rows, columns, 2) * 26 >> 7
    road += large
    _repairs(road, dice)
    _stains(road, dice)
    _markings(road, dice, length(ground))
    kerb = _px(9.0 - KERB_M)
    road[:, kerb : kerb + 10] -= 18
    road[:, -kerb - 10 : -kerb] -= 18
    for band in (slice(0, kerb), slice(columns - kerb, columns)):
        road[:, band] = _pavement(dice, rows, kerb) + large[:, band]
    for edge in (kerb - 4, columns - kerb):
        road[:, edge : edge + 4] = 52 + patch("asphalt", dice, rows, 4) // 3
        road[:: _px(1.0), edge : edge + 4] -= 40
    return tinted((104, 102, 100), road, 128)


def _junction(ground: Ground) -> Bytes:
    dice = Dice("junction", *ground.number)
    side = _px(18.0)
    road = (patch("asphalt", dice, side, side) * 46 >> 7) - dice.below(24)
    road += patch("cloud", dice, side, side, 2) >> 2
    _repairs(road, dice)
    _stains(road, dice)
    kerb = _px(9.0 - KERB_M)
    far = side - kerb
    down, across = np.arange(side)[:, None], np.arange(side)[None, :]
    paving = _pavement(dice, side, side)
    for row, column in ((0, 0), (0, side), (side, 0), (side, side)):
        apart = (down - row) ** 2 + (across - column) ** 2
        road[apart < kerb**2] = 52
        inner = apart < (kerb - 4) ** 2
        road[inner] = paving[inner]
    if dice.chance(0.5):
        road[kerb:far, far - 6 : far] += WHITE // 2
    return tinted((104, 102, 100), road, 128)


@lru_cache(maxsize=48)
def painted(ground: Ground) -> Ripmap:
    """The surface of a piece of street: uint8 BGR, top row north, first column west."""
    if ground.kind == "junction":
        return Ripmap(_junction(ground))
    along = _stretch(ground)
    return Ripmap(along if ground.kind == "north" else np.ascontiguousarray(np.rot90(along, 1)))
