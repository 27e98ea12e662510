"""One picture of the city: sky, ground, shadows, houses, then what stands before them.

Houses are found from near to far, keeping of each only the columns where it rises above the ones
before it, and painted from far to near. Things on the pavement are compared with the depth of the
nearest house in each column. All of it is a pure function of the pose and the conditions.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from sample_data import cars, facades, plane, things
from sample_data.camera import NEAR_M, Line, Pose, View
from sample_data.city import Ground, Thing, grounds, parked, standing
from sample_data.conditions import Conditions
from sample_data.dice import Bytes
from sample_data.lens import exposed
from sample_data.parking import PlateBox, draw_car
from sample_data.raster import Mask, runs
from sample_data.shade import casts, tones
from sample_data.sky import draw_sky
from sample_data.upright import Board, Span, cut, draw_cutout, draw_solid, span
from sample_data.visible import Sight, houses_in_sight, nearest

THINGS_WITHIN_M = 72.0

SMALLEST_PLATE_PX = 8
"""Narrower plates are no ground truth: nothing can be read or seen of them."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture (h, w, 3) uint8 BGR and the licence plates that can be seen in it."""

    picture: Bytes
    plates: tuple[PlateBox, ...]


def draw(pose: Pose, conditions: Conditions) -> Bytes:
    """The picture (h, w, 3) uint8 BGR that a camera takes at a pose under some conditions."""
    return draw_with_truth(pose, conditions).picture


def draw_with_truth(pose: Pose, conditions: Conditions) -> Drawing:
    """The picture and the boxes of the licence plates in it."""
    cv2.setNumThreads(1)
    view = conditions.view(pose)
    canvas = np.empty((view.height, view.width, 3), np.uint8)
    draw_sky(canvas, view, pose, conditions)
    sights = houses_in_sight(view, conditions.city_seed)
    depth = nearest(view, sights)
    _draw_ground(canvas, view, conditions, depth)
    _draw_houses(canvas, view, conditions, sights)
    owner = np.zeros(canvas.shape[:2], np.uint8)
    candidates = _draw_things(canvas, view, conditions, depth, owner)
    plates = tuple(plate for plate in candidates if _still_seen(plate, owner))
    return Drawing(exposed(canvas, conditions), plates)


def _draw_ground(canvas: Bytes, view: View, conditions: Conditions, depth: Line) -> None:
    light = tones(conditions.light)
    for ground in grounds(conditions.city_seed):
        plane.draw_ground(canvas, view, ground, light.open, depth)
    plane.draw_gravel(canvas, view)
    plane.draw_shadows(canvas, view, casts(view, conditions), light.shadow_percent)


def _draw_houses(canvas: Bytes, view: View, conditions: Conditions, sights: list[Sight]) -> None:
    light = tones(conditions.light)
    for sight in reversed(sights):
        skin = facades.painted(conditions.city_seed, sight.house)
        tone = light.lit if light.faces_sun(sight.facing) else light.shaded
        for first, last in sight.stretches:
            part = cut(sight.span, first, last)
            draw_solid(canvas, view, sight.board, part, skin, tone)


def _near(view: View, ground: Ground) -> bool:
    x, y = (ground.west_m + ground.east_m) / 2, (ground.south_m + ground.north_m) / 2
    reach = max(ground.east_m - ground.west_m, ground.north_m - ground.south_m) / 2
    ahead = (x - view.x_m) * view.east + (y - view.y_m) * view.north
    apart = max(abs(x - view.x_m), abs(y - view.y_m)) - reach
    return ahead + reach > 0 and apart < THINGS_WITHIN_M


def _things(view: View, conditions: Conditions) -> list[tuple[float, float, Thing]]:
    """What stands ahead, as (X right, Z forward, thing), the farthest first."""
    found = []
    for ground in grounds(conditions.city_seed):
        if ground.kind == "junction" or not _near(view, ground):
            continue
        for thing in (*standing(ground), *parked(ground, conditions.day_seed)):
            dx, dy = thing.x_m - view.x_m, thing.y_m - view.y_m
            right = dx * view.north - dy * view.east
            forward = dx * view.east + dy * view.north
            if -2.5 < forward < THINGS_WITHIN_M and abs(right) < 1.2 * forward + 9.0:
                found.append((right, forward, thing))
    return sorted(found, key=lambda item: (-item[1], item[2].number))


def _draw_things(
    canvas: Bytes, view: View, conditions: Conditions, depth: Line, owner: Mask
) -> list[PlateBox]:
    plates: list[PlateBox] = []
    for right, forward, thing in _things(view, conditions):
        if thing.kind == "car":
            box = draw_car(canvas, view, thing, cars.model(thing), depth, owner, len(plates) + 1)
            if box is not None and len(plates) < 250:
                plates.append(box)
        elif forward > 2 * NEAR_M:
            _draw_billboard(canvas, view, (right, forward), thing, depth, owner)
    return plates


def _draw_billboard(
    canvas: Bytes, view: View, at: tuple[float, float], thing: Thing, depth: Line, owner: Mask
) -> None:
    wide, tall = things.size_m(thing)
    right, forward = at
    board = Board((right - wide / 2, forward), (right + wide / 2, forward), 0.0, tall)
    whole = span(view, board)
    if whole is None:
        return
    for part in before_houses(whole, depth):
        draw_cutout(canvas, view, board, part, things.painted(thing), owner)


def before_houses(whole: Span, depth: Line) -> list[Span]:
    """The parts of a span that stand before the nearest house."""
    free = (whole.depth_m < depth[whole.first : whole.last]).astype(np.int64)
    return [cut(whole, whole.first + a, whole.first + b) for a, b in runs(free) if free[a]]


def _still_seen(plate: PlateBox, owner: Mask) -> bool:
    box = owner[plate.top : plate.bottom, plate.left : plate.right]
    wide = plate.right - plate.left >= SMALLEST_PLATE_PX
    return wide and int((box == plate.mark).sum()) * 10 >= box.size * 3
