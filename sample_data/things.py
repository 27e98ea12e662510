"""Trees, lamps and signs: flat pictures with an outline, which always face the camera."""

from functools import lru_cache

import cv2
import numpy as np

from sample_data.city import Thing
from sample_data.dice import Bytes, Dice
from sample_data.glyphs import FIGURES, lettering
from sample_data.noise import patch, tinted
from sample_data.raster import Ripmap

TEXELS = 44
"""Texels per metre."""


def _px(metres: float) -> int:
    return int(metres * TEXELS)


@lru_cache(maxsize=160)
def size_m(thing: Thing) -> tuple[float, float]:
    """Width and height in metres."""
    dice = Dice("size", *thing.number)
    if thing.kind == "tree":
        height = dice.between(4.5, 8.5)
        return height * dice.between(0.5, 0.7), height
    return (1.6, dice.between(5.5, 6.5)) if thing.kind == "lamp" else (0.7, 2.7)


def _crown(dice: Dice, picture: Bytes) -> None:
    """Leaves: a few clumps with ragged edges, lit from above, sky showing through."""
    rows, columns = picture.shape[:2]
    deep = rows * 72 // 100
    down, across = np.arange(deep)[:, None], np.arange(columns)[None, :]
    inside = np.full((deep, columns), -(1 << 20), np.int64)
    for _ in range(7):
        x, y = columns * (28 + dice.below(45)) // 100, deep * (28 + dice.below(45)) // 100
        radius = columns * (20 + dice.below(10)) // 100
        apart = (across - x) ** 2 + (down - y) ** 2 * 3 // 4
        inside = np.maximum(inside, 256 - apart * 256 // (radius * radius))
    ragged = patch("leaves", dice, deep, columns)
    gaps = patch("leaves", dice, deep, columns, 2)
    leaf = (inside + ragged * 2 > 0) & (gaps + inside // 4 > -58)
    green = (34 + dice.below(30), 84 + dice.below(50), 50 + dice.below(60))
    tone = patch("leaves", dice, deep, columns) - down * 70 // deep + 26
    picture[:deep][leaf, :3] = tinted(green, tone, 92)[leaf]
    picture[:deep, :, 3][leaf] = 255


def _tree(dice: Dice, picture: Bytes) -> None:
    rows, columns = picture.shape[:2]
    bark = tinted((52, 66, 84), patch("wall", dice, rows, columns), 120)
    half = max(3, columns // 28)
    trunk = (slice(rows // 2, rows), slice(columns // 2 - half, columns // 2 + half))
    picture[trunk][..., :3] = bark[trunk]
    picture[trunk][..., 3] = 255
    _crown(dice, picture)


def _lamp(dice: Dice, picture: Bytes) -> None:
    rows, columns = picture.shape[:2]
    grey = dice.pick(((70, 74, 70), (110, 112, 114), (52, 60, 40)))
    colour = (*grey, 255)
    middle = columns // 2
    cv2.rectangle(picture, (middle - 3, _px(0.3)), (middle + 3, rows), colour, -1)
    cv2.rectangle(picture, (middle - 5, rows - _px(1.1)), (middle + 5, rows), colour, -1)
    reach = middle + _px(0.7) if dice.chance(0.5) else middle - _px(0.7)
    cv2.line(picture, (middle, _px(0.35)), (reach, _px(0.2)), colour, 4)
    cv2.ellipse(picture, (reach, _px(0.2)), (13, 6), 0, 0, 360, (200, 226, 236, 255), -1)


def _sign(dice: Dice, picture: Bytes) -> None:
    rows, columns = picture.shape[:2]
    middle = columns // 2
    cv2.rectangle(picture, (middle - 1, _px(0.3)), (middle + 1, rows), (130, 132, 134, 255), -1)
    kind = dice.below(3)
    face = picture[: _px(0.7)]
    if kind == 0:
        cv2.circle(face, (middle, _px(0.33)), _px(0.32), (40, 40, 200, 255), -1)
        cv2.circle(face, (middle, _px(0.33)), _px(0.24), (240, 240, 240, 255), -1)
        ink = lettering(dice.pick("345") + FIGURES[0], 1)
        at = face[_px(0.33) - 3 :, middle - 5 :][: ink.shape[0], : ink.shape[1]]
        at[ink] = (20, 20, 20, 255)
    elif kind == 1:
        points = np.array([(1, 2), (columns - 2, 2), (middle, _px(0.62))])
        cv2.fillConvexPoly(face, points, (40, 40, 200, 255))
        inner = np.array([(7, 6), (columns - 8, 6), (middle, _px(0.5))])
        cv2.fillConvexPoly(face, inner, (240, 240, 240, 255))
    else:
        cv2.rectangle(face, (2, 2), (columns - 3, _px(0.6)), (190, 90, 30, 255), -1)
        ink = lettering("P", 3)
        face[4:, middle - 7 :][: ink.shape[0], : ink.shape[1]][ink] = (240, 240, 240, 255)


@lru_cache(maxsize=120)
def painted(thing: Thing) -> Ripmap:
    """The picture of a thing: uint8 BGRA, TEXELS to the metre."""
    wide, tall = size_m(thing)
    picture = np.zeros((_px(tall), _px(wide), 4), np.uint8)
    {"tree": _tree, "lamp": _lamp, "sign": _sign}[thing.kind](Dice("thing", *thing.number), picture)
    return Ripmap(picture)
