"""Parked cars: a side, two ends with licence plates, and the body stretched between the sides."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from sample_data.city import Thing
from sample_data.dice import Bytes, Dice
from sample_data.glyphs import FIGURES, LETTERS, lettering
from sample_data.noise import patch
from sample_data.raster import Ripmap

TEXELS = 100
"""Texels per metre."""

WIDTH_M, WAIST_M, SILL_M = 1.76, 0.98, 0.22

PLATE_M = (-0.26, 0.26, 0.52, 0.64)
"""Licence plate on an end: left and right of its middle, lower and upper edge, in metres."""

Colour = tuple[int, int, int]

PAINTS: tuple[Colour, ...] = (
    (212, 214, 216), (60, 58, 56), (150, 152, 154), (40, 36, 150), (140, 70, 30),
    (30, 30, 32), (96, 100, 90), (180, 190, 200), (40, 120, 60), (60, 150, 200),
)  # fmt: skip

Profile = tuple[tuple[float, float], ...]

PROFILES: tuple[Profile, ...] = (
    ((0.0, 0.95), (0.12, 1.02), (0.48, 1.42), (0.95, 1.48), (2.25, 1.46), (3.05, 1.0),
     (3.95, 0.88), (4.1, 0.8)),
    ((0.0, 0.98), (0.75, 1.04), (1.35, 1.4), (1.8, 1.44), (2.6, 1.42), (3.4, 0.98),
     (4.4, 0.86), (4.6, 0.78)),
    ((0.0, 1.0), (0.04, 1.1), (0.12, 1.84), (0.4, 1.94), (3.1, 1.92), (3.8, 1.14),
     (4.5, 0.98), (4.65, 0.84)),
)  # fmt: skip
"""Outlines from the waist of the rear over the roof to the nose: (metres from the rear, height)."""


@dataclass(frozen=True, slots=True)
class Model:
    """One car: its outline, paint and plate."""

    profile: Profile
    paint: Colour
    plate: str

    @property
    def length_m(self) -> float:
        """From bumper to bumper."""
        return self.profile[-1][0]

    @property
    def height_m(self) -> float:
        """From the ground to the roof."""
        return max(height for _, height in self.profile)

    def end_height_m(self, front: bool) -> float:
        """Upper edge of the nose or the rear."""
        return self.profile[-1 if front else 0][1]


@lru_cache(maxsize=512)
def model(thing: Thing) -> Model:
    """The car that a thing of kind "car" is."""
    dice = Dice("car", *thing.number)
    letters = "".join(dice.pick(LETTERS) for _ in range(3))
    figures = "".join(dice.pick(FIGURES) for _ in range(4))
    return Model(dice.pick(PROFILES), dice.pick(PAINTS), f"{letters}-{figures}"[:8])


def _px(metres: float) -> int:
    return int(metres * TEXELS)


def _body(rows: int, columns: int, paint: Colour, dice: Dice) -> Bytes:
    """Sheet metal: paint that reflects the sky above and the road below, a little dirty."""
    height = np.arange(rows)[:, None] * 100 // rows
    sheen = np.where(height < 52, 34 - height // 3, -(height - 40) // 2)
    tone = sheen + (patch("wall", dice, rows, columns) >> 3)
    picture = np.zeros((rows, columns, 4), np.uint8)
    picture[..., :3] = np.clip(tone[..., None] + np.array(paint), 0, 255)
    return picture


@lru_cache(maxsize=60)
def side(car: Model, rear_left: bool) -> Ripmap:
    """A side with the rear to the left, or mirrored: uint8 BGRA."""
    rows, columns = _px(car.height_m), _px(car.length_m)
    dice = Dice("side", car.plate)
    picture = _body(rows, columns, car.paint, dice)
    outline = [(_px(x), rows - _px(z)) for x, z in car.profile]
    outline += [(columns - 1, rows - _px(SILL_M)), (0, rows - _px(SILL_M))]
    shape = np.zeros((rows, columns), np.uint8)
    cv2.fillPoly(shape, [np.array(outline)], 255)
    picture[..., 3] = shape
    _side_windows(picture, car, dice)
    for x in (0.78, car.length_m - 0.82):
        middle = (_px(x), rows - _px(0.31))
        cv2.circle(picture, middle, _px(0.36), (18, 18, 18, 255), -1)
        cv2.circle(picture, middle, _px(0.31), (34, 34, 36, 255), -1)
        cv2.circle(picture, middle, _px(0.2), (150, 150, 152, 255), -1)
        for spoke in ((0, 1), (1, 0), (1, 1), (1, -1)):
            far = (middle[0] + spoke[0] * 13, middle[1] + spoke[1] * 13)
            cv2.line(picture, middle, far, (60, 60, 62, 255), 3)
    return Ripmap(picture if rear_left else np.ascontiguousarray(picture[:, ::-1]))


def _side_windows(picture: Bytes, car: Model, dice: Dice) -> None:
    rows = picture.shape[0]
    roof = [point for point in car.profile if point[1] > WAIST_M + 0.15]
    low, high = roof[0][0] + 0.1, car.profile[car.profile.index(roof[-1]) + 1][0] - 0.25
    tallest = max(z for _, z in roof) - 0.1
    behind = next(x for x, z in roof if z > tallest - 0.1)
    corners = [(low, WAIST_M + 0.02), (behind + 0.12, tallest)]
    corners += [(roof[-1][0] - 0.05, roof[-1][1] - 0.1), (high, WAIST_M + 0.02)]
    glass = np.zeros(picture.shape[:2], np.uint8)
    points = np.array([(_px(x), rows - _px(z)) for x, z in corners])
    cv2.fillConvexPoly(glass, points, 255)
    tone = 40 + patch("cloud", dice, rows, picture.shape[1]) // 3
    dark = np.clip(tone[..., None] + np.array([14, 6, 0]), 0, 255).astype(np.uint8)
    picture[..., :3][glass > 0] = dark[glass > 0]
    for x in (low + 0.85, low + 1.75):
        if x < high:
            cv2.rectangle(
                picture, (_px(x), rows - _px(car.height_m - 0.1)), (_px(x) + 6, rows - _px(0.3)),
                (*(part // 2 for part in car.paint), 255), 1,
            )  # fmt: skip
            cv2.rectangle(
                picture, (_px(x) - 22, rows - _px(0.88)), (_px(x) - 6, rows - _px(0.85)),
                (30, 30, 30, 255), -1,
            )  # fmt: skip


@lru_cache(maxsize=100)
def end(car: Model, front: bool) -> Ripmap:
    """The rear or the nose, with lights and the plate: uint8 BGRA."""
    rows, columns = _px(car.end_height_m(front)), _px(WIDTH_M)
    picture = _body(rows, columns, car.paint, Dice("end", car.plate, int(front)))
    picture[: rows - _px(0.18), :, 3] = 255
    cv2.rectangle(picture, (0, rows - _px(0.42)), (columns, rows - _px(0.2)), (44, 44, 46, 255), -1)
    for left in (6, columns - 40):
        lamp = (226, 232, 236, 255) if front else (30, 28, 190, 255)
        cv2.rectangle(picture, (left, 9), (left + 34, 24), lamp, -1)
        cv2.rectangle(picture, (left, 9), (left + 34, 24), (40, 40, 60, 255), 2)
    if front:
        grill = (slice(8, 20), slice(48, columns - 48))
        picture[grill][..., :3] = 40
        picture[grill][::4, :, :3] = 120
    for x in (_px(0.2), columns - _px(0.42)):
        cv2.rectangle(picture, (x, rows - _px(0.3)), (x + _px(0.22), rows), (16, 16, 16, 255), -1)
    _plate(picture, car.plate)
    return Ripmap(picture)


def _plate(picture: Bytes, text: str) -> None:
    rows, columns = picture.shape[:2]
    left, right, low, high = (_px(metres) for metres in PLATE_M)
    top, bottom = rows - high, rows - low
    plate = picture[top:bottom, columns // 2 + left : columns // 2 + right]
    plate[...] = (236, 240, 240, 255)
    plate[[0, -1]] = (30, 30, 30, 255)
    plate[:, [0, -1]] = (30, 30, 30, 255)
    ink = lettering(text, 1)
    plate[3:, 3:][: ink.shape[0], : ink.shape[1]][ink] = (24, 20, 20, 255)
