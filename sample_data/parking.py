"""Drawing a parked car in its place."""

from dataclasses import dataclass

import cv2
import numpy as np

from sample_data.camera import NEAR_M, Line, View, direction
from sample_data.cars import PLATE_M, SILL_M, WAIST_M, WIDTH_M, Model, end, side
from sample_data.city import Thing
from sample_data.dice import Bytes
from sample_data.raster import Mask, Ripmap
from sample_data.upright import Board, draw_cutout, span

Point = tuple[float, float]

GLASS = (70, 58, 52)


@dataclass(frozen=True, slots=True)
class PlateBox:
    """A licence plate on a picture: pixels, ends exclusive; `mark` is its value in the mask."""

    left: int
    top: int
    right: int
    bottom: int
    text: str
    mark: int


@dataclass(frozen=True, slots=True)
class _Frame:
    """The car's axes in the camera's (X right, Z forward): along from the rear, across right."""

    origin: Point
    along: Point
    across: Point

    def at(self, along_m: float, across_m: float) -> Point:
        return (
            self.origin[0] + self.along[0] * along_m + self.across[0] * across_m,
            self.origin[1] + self.along[1] * along_m + self.across[1] * across_m,
        )


def _frame(view: View, thing: Thing, car: Model) -> _Frame:
    east, north = direction(thing.heading_deg)
    along = (east * view.north - north * view.east, east * view.east + north * view.north)
    dx, dy = thing.x_m - view.x_m, thing.y_m - view.y_m
    middle = (dx * view.north - dy * view.east, dx * view.east + dy * view.north)
    half = car.length_m / 2
    origin = (middle[0] - along[0] * half, middle[1] - along[1] * half)
    return _Frame(origin, along, (along[1], -along[0]))


def draw_car(
    canvas: Bytes, view: View, thing: Thing, car: Model, depth: Line, owner: Mask, mark: int
) -> PlateBox | None:
    """Draw a car where no house hides it; returns the box of the plate if its end is seen."""
    frame = _frame(view, thing, car)
    corners = [frame.at(x, y) for x in (0.0, car.length_m) for y in (-WIDTH_M / 2, WIDTH_M / 2)]
    if min(z for _, z in corners) <= NEAR_M or _hidden(view, corners, depth):
        return None
    _draw_body(canvas, view, car, frame, owner)
    right = frame.origin[0] * frame.along[1] - frame.origin[1] * frame.along[0] < 0
    _draw_side(canvas, view, car, frame, owner, right)
    front = frame.along[1] < 0
    return _draw_end(canvas, view, car, frame, owner, front, mark)


def _hidden(view: View, corners: list[Point], depth: Line) -> bool:
    columns = [view.column(x, z) for x, z in corners]
    left, right = max(0.0, min(columns)), min(view.width - 1.0, max(columns))
    if left > right:
        return True
    return bool(depth[int((left + right) / 2)] < min(z for _, z in corners))


def _draw_body(canvas: Bytes, view: View, car: Model, frame: _Frame, owner: Mask) -> None:
    """Shadow below, then the outline stretched across the car, the farthest strip first."""
    half = WIDTH_M / 2
    ring = [frame.at(x, y) for x, y in
            ((0.05, -half), (car.length_m, -half), (car.length_m, half), (0.05, half))]  # fmt: skip
    _polygon(canvas, view, [(x, z, 0.02) for x, z in ring], (30, 30, 32), owner)
    _polygon(canvas, view, [(x, z, SILL_M) for x, z in ring], (26, 26, 28), owner)
    strips = list(zip(car.profile[:-1], car.profile[1:], strict=True))
    strips.sort(key=lambda strip: -frame.at((strip[0][0] + strip[1][0]) / 2, 0.0)[1])
    for (x0, z0), (x1, z1) in strips:
        steep = abs(z1 - z0) > 0.3 * (x1 - x0) and max(z0, z1) > WAIST_M + 0.25
        colour = GLASS if steep else _brighter(car.paint)
        corners = [(*frame.at(x0, -half), z0), (*frame.at(x0, half), z0),
                   (*frame.at(x1, half), z1), (*frame.at(x1, -half), z1)]  # fmt: skip
        _polygon(canvas, view, corners, colour, owner)


def _brighter(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    blue, green, red = (min(255, part + 26) for part in colour)
    return blue, green, red


def _polygon(
    canvas: Bytes,
    view: View,
    corners: list[tuple[float, float, float]],
    colour: tuple[int, int, int],
    owner: Mask,
) -> None:
    seen = [(view.column(x, z), view.row(up, z)) for x, z, up in corners]
    points = np.array([(int(np.floor(u)), int(np.floor(v))) for u, v in seen], dtype=np.int32)
    cv2.fillConvexPoly(canvas, points, colour)
    cv2.fillConvexPoly(owner, points, 0)


def _draw_side(
    canvas: Bytes, view: View, car: Model, frame: _Frame, owner: Mask, right: bool
) -> None:
    across = WIDTH_M / 2 if right else -WIDTH_M / 2
    rear, nose = frame.at(0.0, across), frame.at(car.length_m, across)
    ends = (rear, nose) if right else (nose, rear)
    _board(canvas, view, Board(*ends, 0.0, car.height_m), side(car, right), owner)


def _board(canvas: Bytes, view: View, board: Board, skin: Ripmap, owner: Mask) -> None:
    whole = span(view, board)
    if whole is not None:
        draw_cutout(canvas, view, board, whole, skin, owner)


def _draw_end(
    canvas: Bytes, view: View, car: Model, frame: _Frame, owner: Mask, front: bool, mark: int
) -> PlateBox | None:
    along, half = (car.length_m, -WIDTH_M / 2) if front else (0.0, WIDTH_M / 2)
    left, right = frame.at(along, -half), frame.at(along, half)
    board = Board(left, right, 0.0, car.end_height_m(front))
    if span(view, board) is None:
        return None
    _board(canvas, view, board, end(car, front), owner)
    sign = 1 if half > 0 else -1
    ends = [frame.at(along, sign * PLATE_M[0]), frame.at(along, sign * PLATE_M[1])]
    columns = [view.column(x, z) for x, z in ends]
    rows = [view.row(up, z) for _, z in ends for up in PLATE_M[2:]]
    box = (max(0, round(min(columns))), max(0, round(min(rows))),
           min(view.width, round(max(columns))), min(view.height, round(max(rows))))  # fmt: skip
    if box[0] >= box[2] or box[1] >= box[3]:
        return None
    owner[box[1] : box[3], box[0] : box[2]] = mark
    return PlateBox(*box, car.plate, mark)


__all__ = ["PlateBox", "draw_car"]
