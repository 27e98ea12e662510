"""A drawn street with a car, its plate and a person, whose boxes are known: what must be found.

Drawn with shapes, so that no picture of anybody has to be shipped; pure and the same everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from quality.masking.regions import Kind, Picture, Region

__all__ = ["CAR", "FACE", "HEIGHT", "PERSON", "PLATE", "WIDTH", "draw_person", "drawn_street"]

WIDTH, HEIGHT = 1280, 720
Colour = tuple[int, int, int]
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Figure:
    """Draws shapes given in shares of `size` pixels around the foot (x, y)."""

    picture: Picture
    x: int
    y: int
    size: int

    def at(self, points: Points) -> NDArray[np.int32]:
        """Pixels, shape (n, 2)."""
        places = [(self.x + self.size * dx, self.y + self.size * dy) for dx, dy in points]
        return np.rint(places).astype(np.int32)

    def shape(self, colour: Colour, *points: tuple[float, float]) -> None:
        cv2.fillPoly(self.picture, [self.at(points)], colour, cv2.LINE_AA)

    def block(self, colour: Colour, x0: float, y0: float, x1: float, y1: float) -> None:
        self.shape(colour, (x0, y0), (x1, y0), (x1, y1), (x0, y1))

    def round(self, colour: Colour, x: float, y: float, rx: float, ry: float) -> None:
        centre = self.at([(x, y)])[0].tolist()
        axes = (max(1, round(rx * self.size)), max(1, round(ry * self.size)))
        cv2.ellipse(self.picture, centre, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)

    def box(self, kind: Kind, x0: float, y0: float, x1: float, y1: float) -> Region:
        (left, top), (right, bottom) = self.at([(x0, y0), (x1, y1)]).tolist()
        return Region(left, top, right, bottom, kind, 1.0)


_NOTHING = np.zeros((1, 1, 3), np.uint8)
_CAR, _PERSON = (480, 560, 200), (850, 600, 200)
CAR = _Figure(_NOTHING, *_CAR).box(Kind.VEHICLE, -0.5, -0.78, 0.5, 0.02)
PLATE = _Figure(_NOTHING, *_CAR).box(Kind.PLATE, -0.15, -0.36, 0.15, -0.27)
PERSON = _Figure(_NOTHING, *_PERSON).box(Kind.PERSON, -0.2, -1.0, 0.2, 0.0)
_HEAD = (-0.06, -0.99, 0.06, -0.83)
FACE = _Figure(_NOTHING, *_PERSON).box(Kind.FACE, *_HEAD)


def drawn_street() -> Picture:
    """The street, shape (HEIGHT, WIDTH, 3); CAR, PLATE, PERSON, FACE tell where things lie."""
    picture = _background()
    _draw_car(_Figure(picture, *_CAR))
    draw_person(picture, *_PERSON)
    return cv2.GaussianBlur(picture, (3, 3), 0).astype(np.uint8, copy=False)


def _background() -> Picture:
    picture = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    sky, ground = np.linspace(235, 200, 396), np.linspace(110, 80, HEIGHT - 396)
    picture[:396] = np.clip(sky[:, None, None] * (1.0, 0.93, 0.85), 0, 255)
    picture[396:] = ground[:, None, None]
    whole = _Figure(picture, 0, 0, 1)
    whole.block((120, 140, 165), 0, 150, 330, 430)
    whole.block((140, 150, 160), 950, 120, WIDTH, 440)
    for x in range(20, 320, 75):
        for y in (180, 270, 360):
            whole.block((70, 60, 50), x, y, x + 40, y + 55)
    whole.shape((75, 75, 75), (560, 396), (640, 396), (1200, HEIGHT), (0, HEIGHT))
    for top, bottom in ((420, 440), (470, 510), (560, 640)):
        whole.block((230, 230, 230), 597, top, 603, bottom)
    return picture


def _draw_car(car: _Figure) -> None:
    """From behind."""
    car.round((40, 40, 40), 0, 0.02, 0.55, 0.06)
    for x in (-0.38, 0.38):
        car.block((20, 20, 20), x - 0.09, -0.2, x + 0.09, 0.0)
    body = ((-0.5, -0.12), (-0.5, -0.42), (-0.46, -0.5), (-0.36, -0.78))
    car.shape((40, 40, 170), *body, *((-x, y) for x, y in reversed(body)))
    car.shape((60, 50, 40), (-0.38, -0.5), (-0.31, -0.73), (0.31, -0.73), (0.38, -0.5))
    car.block((50, 50, 60), -0.5, -0.2, 0.5, -0.1)
    for side in (-1, 1):
        car.block((30, 30, 230), side * 0.48, -0.42, side * 0.34, -0.32)
    car.block((240, 240, 240), -0.15, -0.36, 0.15, -0.27)
    for n in range(7):
        car.block((20, 20, 20), -0.13 + 0.038 * n, -0.345, -0.11 + 0.038 * n, -0.285)


def draw_person(picture: Picture, x: int, y: int, size: int) -> Region:
    """Draw a person of `size` pixels, from the front, standing at (x, y); the box of the face."""
    person = _Figure(picture, x, y, size)
    skin, shirt, trousers = (150, 180, 225), (60, 110, 60), (90, 60, 40)
    legs = ((0.1, -0.5), (0.13, -0.03), (0.05, -0.03), (0.0, -0.4))
    person.shape(trousers, *legs, *((-x, y) for x, y in reversed(legs)))
    for side in (-1, 1):
        person.round((25, 25, 30), side * 0.09, -0.02, 0.06, 0.025)
    person.block(shirt, -0.13, -0.82, 0.13, -0.47)
    for side in (-1, 1):
        arm = ((0.1, -0.8), (0.16, -0.8), (0.21, -0.5), (0.15, -0.5))
        person.shape(shirt, *((side * x, y) for x, y in arm))
        person.round(skin, side * 0.18, -0.46, 0.03, 0.03)
    person.block(skin, -0.03, -0.86, 0.03, -0.8)
    person.round((30, 40, 60), 0, -0.94, 0.065, 0.06)
    person.round(skin, 0, -0.9, 0.055, 0.07)
    for side in (-1, 1):
        person.round((30, 30, 30), side * 0.022, -0.92, 0.008, 0.008)
    return person.box(Kind.FACE, *_HEAD)
