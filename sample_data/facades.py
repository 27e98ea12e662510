"""Faces of houses: plaster or brick, windows, doors, shops with their signs, flanks."""

from functools import lru_cache

import cv2
import numpy as np

from sample_data.city import FLOOR_M, GROUND_FLOOR_M, House
from sample_data.dice import Bytes, Dice
from sample_data.glyphs import FIGURES, LETTERS, lettering
from sample_data.noise import patch, tinted
from sample_data.raster import Ripmap

TEXELS = 40
"""Texels per metre."""

Colour = tuple[int, int, int]

MORTAR = 47
"""How much lighter the joints between bricks are than the darkest brick."""

WALLS: tuple[Colour, ...] = (
    (196, 206, 212), (150, 186, 214), (84, 104, 166), (62, 72, 120), (120, 128, 132),
    (88, 84, 80), (140, 172, 190), (168, 176, 150), (182, 160, 138), (104, 140, 196),
    (70, 92, 108), (206, 196, 178), (118, 110, 150), (56, 60, 66), (160, 200, 226),
)  # fmt: skip
"""BGR of plaster, brick, concrete and stone."""

BRIGHT: tuple[Colour, ...] = (
    (40, 40, 190), (180, 90, 30), (50, 140, 40), (30, 170, 220), (200, 200, 205),
    (60, 40, 90), (30, 30, 34), (120, 60, 140), (170, 150, 20), (40, 100, 230),
)  # fmt: skip
"""BGR of signs, awnings and doors."""


def _px(metres: float) -> int:
    return int(metres * TEXELS)


def _fill(face: Bytes, box: tuple[int, int, int, int], paint: Bytes | Colour) -> None:
    """Paint the box (left, top, right, bottom), cut to the face, with a colour or a picture."""
    left, top, right, bottom = box
    target = face[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if isinstance(paint, tuple):
        target[...] = np.array(paint, dtype=np.uint8)
    else:
        target[...] = paint[: target.shape[0], : target.shape[1]]


def _shaded(colour: Colour, percent: int) -> Colour:
    blue, green, red = (min(255, part * percent // 100) for part in colour)
    return blue, green, red


def _bricks(face: Bytes, dice: Dice) -> None:
    rows = np.arange(face.shape[0]) // 4
    columns = np.arange(face.shape[1])
    tones = dice.bytes(64, 64) // 6
    raised = np.empty(face.shape[:2], np.uint8)
    for odd in (0, 1):
        course = tones[:, (columns + 6 * odd) // 12 % 64]
        course[:, (columns + 6 * odd) % 12 == 0] = MORTAR
        raised[rows % 2 == odd] = course[rows[rows % 2 == odd] % 64]
    raised[::4] = MORTAR
    lifted = cv2.add(face, cv2.cvtColor(raised, cv2.COLOR_GRAY2BGR))
    lowered = np.maximum(np.arange(256) - 21, 0).astype(np.uint8)
    cv2.LUT(lifted, lowered, dst=face)


def _weathered(face: Bytes, dice: Dice) -> None:
    """Streaks below the sills and dirt above the ground."""
    rows, columns = face.shape[:2]
    streaks = patch("wall", dice, 1, columns, 3) // 9
    height = np.arange(rows)
    splash = np.clip(height - (rows - _px(0.8)), 0, None) * 40 // _px(0.8)
    dirt = (np.abs(streaks) + splash[:, None]).astype(np.uint8)
    cv2.subtract(face, cv2.cvtColor(dirt, cv2.COLOR_GRAY2BGR), dst=face)


def _glass(dice: Dice, rows: int, columns: int) -> Bytes:
    """A pane: dark, with a slanting reflection of the sky, sometimes a curtain."""
    down, across = np.arange(rows)[:, None], np.arange(columns)[None, :]
    gleam = np.clip(70 - (down * 2 + across * dice.below(4)) * 70 // (2 * rows), 0, 70)
    level = 34 + dice.below(50) + gleam + (patch("wall", dice, rows, columns, 2) >> 2)
    pane: Bytes = np.clip(level[..., None] + np.array([16, 8, 0]), 0, 255).astype(np.uint8)
    if dice.chance(0.45):
        cloth = tinted(dice.pick(WALLS), patch("wall", dice, rows, columns), 60)
        drop = rows * (20 + dice.below(80)) // 100
        if dice.chance(0.5):
            pane[:drop] = cloth[:drop]
        else:
            pane[:, : columns // 3] = cloth[:, : columns // 3]
    return pane


def _window(face: Bytes, dice: Dice, box: tuple[int, int, int, int], frame: Colour) -> None:
    left, top, right, bottom = box
    _fill(face, (left - 3, top - 3, right + 3, bottom + 3), frame)
    _fill(face, box, _glass(dice, bottom - top, right - left))
    middle = (left + right) // 2
    _fill(face, (middle - 1, top, middle + 2, bottom), frame)
    _fill(face, (left - 6, bottom + 3, right + 6, bottom + 7), _shaded(frame, 80))
    _fill(face, (left - 5, bottom + 7, right + 5, bottom + 12), (46, 46, 48))


def _floors(face: Bytes, dice: Dice, house: House, first_row: int) -> None:
    """Windows of the upper floors in one of several rhythms, perhaps with balconies."""
    wide, tall = dice.between(0.8, 2.2), dice.between(1.2, 2.1)
    pitch = wide + dice.between(0.5, 1.7)
    count = max(1, int((house.width_m - 0.8) / pitch))
    margin = (house.width_m - count * pitch + pitch - wide) / 2
    frame = dice.pick(((220, 222, 224), (60, 64, 70), (40, 60, 96), (150, 150, 152)))
    balconies = dice.chance(0.35)
    rail = dice.pick(BRIGHT)
    row = first_row
    while row - _px(FLOOR_M) >= 0:
        top = row - _px(FLOOR_M) + _px((FLOOR_M - tall) / 2)
        for bay in range(count):
            left = _px(margin + bay * pitch)
            _window(face, dice, (left, top, left + _px(wide), top + _px(tall)), frame)
            if balconies and dice.chance(0.6):
                _balcony(face, (left - 12, row - _px(1.1), left + _px(wide) + 12, row), rail)
        row -= _px(FLOOR_M)


def _balcony(face: Bytes, box: tuple[int, int, int, int], colour: Colour) -> None:
    left, top, right, bottom = box
    for bar in range(left, right, 6):
        _fill(face, (bar, top, bar + 2, bottom), _shaded(colour, 70))
    _fill(face, (left, top, right, top + 4), colour)
    _fill(face, (left, bottom - 7, right, bottom), (96, 98, 100))
    _fill(face, (left, bottom, right, bottom + 9), (40, 40, 42))


def _shop(face: Bytes, dice: Dice, house: House) -> None:
    """Display windows with goods, a door, a sign with a name, often an awning."""
    rows, columns = face.shape[:2]
    top = rows - _px(GROUND_FLOOR_M)
    colour = dice.pick(BRIGHT)
    rough = patch("wall", dice, rows - top, columns)
    _fill(face, (0, top, columns, rows), tinted(_shaded(colour, 60), rough, 40))
    _shop_window(face, dice, (_px(0.4), rows - _px(2.7), columns - _px(1.6), rows - _px(0.5)))
    _door(face, dice, columns - _px(1.3))
    _fill(face, (_px(0.2), top + 8, columns - _px(0.2), top + _px(0.95)), colour)
    name = "".join(dice.pick(LETTERS) for _ in range(4 + dice.below(5)))
    scale = max(1, min(4, (columns - _px(0.8)) // (6 * len(name))))
    ink = lettering(name, scale)
    at = face[top + 10 : top + 10 + ink.shape[0], _px(0.4) : _px(0.4) + ink.shape[1]]
    at[ink[: at.shape[0], : at.shape[1]]] = (235, 235, 235) if sum(colour) < 400 else (24, 24, 24)
    if dice.chance(0.6):
        _awning(face, dice, top + _px(0.95), colour)


def _shop_window(face: Bytes, dice: Dice, box: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = box
    if right - left < _px(0.8):
        return
    _fill(face, (left - 3, top - 3, right + 3, bottom + 3), (70, 72, 74))
    _fill(face, box, _glass(dice, bottom - top, right - left))
    for _ in range(6 + (right - left) // 12):
        x, wide = left + dice.below(right - left), 6 + dice.below(26)
        base = bottom - dice.below(2) * _px(0.9)
        goods = tinted(dice.pick(BRIGHT), patch("leaves", dice, 40, 40), 70)
        _fill(face, (x, base - 10 - dice.below(26), min(x + wide, right), base), goods)
    for bar in range(left, right, _px(1.5)):
        _fill(face, (bar, top, bar + 3, bottom), (90, 92, 94))


def _awning(face: Bytes, dice: Dice, top: int, colour: Colour) -> None:
    columns = face.shape[1]
    stripes = (np.arange(columns) // (10 + dice.below(14))) % 2
    paint = np.where(stripes[:, None] == 0, np.array(colour), np.array((225, 225, 225)))
    band = face[top : top + _px(0.7)]
    fall = 100 - np.arange(band.shape[0]) * 40 // _px(0.7)
    band[...] = (paint[None, :, :] * fall[:, None, None] // 100).astype(np.uint8)
    face[top + _px(0.7) : top + _px(1.0)] = face[top + _px(0.7) : top + _px(1.0)] // 2


def _door(face: Bytes, dice: Dice, left: int) -> None:
    rows = face.shape[0]
    box = (left, rows - _px(2.3), left + _px(1.0), rows)
    paint = tinted(_shaded(dice.pick(BRIGHT), 80), patch("wall", dice, _px(2.3), _px(1.0)), 60)
    _fill(face, (box[0] - 4, box[1] - 4, box[2] + 4, box[3]), (176, 178, 180))
    _fill(face, box, paint)
    _fill(face, (left + 8, box[1] + 8, left + _px(1.0) - 8, box[1] + 34), (60, 50, 44))


def _plain_ground_floor(face: Bytes, dice: Dice, house: House) -> None:
    rows, columns = face.shape[:2]
    _fill(face, (0, rows - _px(0.6), columns, rows), (92, 96, 100))
    at = _px(0.5)
    while at + _px(1.2) < columns:
        if dice.chance(0.3):
            _door(face, dice, at)
        else:
            _window(face, dice, (at, rows - _px(2.6), at + _px(1.0), rows - _px(1.1)), (200,) * 3)
        at += _px(dice.between(1.7, 2.8))


def _gates(face: Bytes, dice: Dice, house: House) -> None:
    """Roller shutters with a number each."""
    rows, columns = face.shape[:2]
    for left in range(_px(0.4), columns - _px(2.6), _px(3.1)):
        paint = tinted(dice.pick(WALLS), patch("wall", dice, _px(2.7), _px(2.6)), 50)
        paint[:: _px(0.15)] //= 2
        _fill(face, (left, rows - _px(2.7), left + _px(2.6), rows), paint)
        ink = lettering(dice.pick(FIGURES) + dice.pick(FIGURES), 3)
        face[rows - _px(2.0) :, left + 30 :][: ink.shape[0], : ink.shape[1]][ink] = 30


def _fence(face: Bytes, dice: Dice) -> None:
    """A hedge, a board fence or a wall with posters."""
    rows, columns = face.shape[:2]
    kind = dice.below(3)
    if kind == 0:
        green = (50 + dice.below(30), 90 + dice.below(40), 60 + dice.below(30))
        face[...] = tinted(green, patch("leaves", dice, rows, columns), 110)
        return
    if kind == 1:
        boards = np.repeat(dice.bytes(1, columns // 7 + 1), 7, axis=1)[:, :columns] // 5
        face[...] = np.clip(face.astype(np.int16) - boards[..., None], 0, 255).astype(np.uint8)
        face[:, ::7] //= 2
        return
    for left in range(20, columns - 60, 70):
        poster = tinted(dice.pick(BRIGHT), patch("cloud", dice, 56, 42), 120)
        _fill(face, (left, rows - 76, left + 42, rows - 20), poster)


def _front(face: Bytes, dice: Dice, house: House) -> None:
    ground = {"shop": _shop, "house": _plain_ground_floor, "garage": _gates, "office": _shop}
    _floors(face, dice, house, face.shape[0] - _px(GROUND_FLOOR_M))
    ground[house.kind](face, dice, house)
    cornice = face[: _px(0.3)]
    cornice[...] = np.clip(cornice.astype(np.int16) + 34, 0, 255).astype(np.uint8)
    face[_px(0.3) : _px(0.4)] //= 2


@lru_cache(maxsize=140)
def painted(city_seed: int, house: House) -> Ripmap:
    """The face of a house: uint8 BGR, TEXELS to the metre, top row first."""
    dice = Dice(city_seed, "face", *house.number, house.kind)
    rows, columns = max(2, _px(house.top_m - house.base_m)), max(8, _px(house.width_m))
    family = Dice(city_seed, "family", *house.number[:4])
    colour = family.pick(WALLS)
    face = tinted(colour, patch("wall", dice, rows, columns), 34 + dice.below(60))
    if family.chance(0.4):
        _bricks(face, dice)
    if house.kind == "garden":
        _fence(face, dice)
    elif house.kind != "flank":
        _front(face, dice, house)
    _weathered(face, dice)
    return Ripmap(face)
