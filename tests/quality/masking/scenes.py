"""Drawn streets with what must not be shown in them, and with what must stay: signs.

Frames of the drawn city, whose parked cars have plates; people are drawn onto its roads.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from quality.masking.regions import Kind, Picture, Region
from quality.masking.street import draw_person
from sample_data.camera import View
from sample_data.city import grounds, standing
from sample_data.conditions import Conditions
from sample_data.draw import draw_with_truth
from sample_data.scenario import demo
from sample_data.things import size_m
from sample_data.timeline import Timeline
from sample_data.visible import houses_in_sight, nearest

__all__ = ["Scene", "scenes"]

_SIGNS_WITHIN_M = 30.0
_FACE_SHARE, _BODY_M = 0.7 / 2.7, 1.7


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture, (h, w, 3) BGR, and the boxes of its plates, faces and the faces of its signs;
    plates and signs that may stand behind a drawn person are left out."""

    picture: Picture
    plates: tuple[Region, ...]
    faces: tuple[Region, ...]
    signs: tuple[Region, ...]


def scenes(
    drive: int, frames: int, every: int = 1, first: int = 0, seed: int = 7
) -> Iterator[Scene]:
    """Frames of a drive of the demo in the city of a seed, in order; two people stand in each,
    9 to 25 m ahead."""
    scenario = demo(seed)
    chosen = scenario.drives[drive]
    conditions = Conditions(
        scenario.seed, chosen.day_seed, light=chosen.light, device=chosen.device
    )
    poses = [shot.pose for shot in Timeline(scenario.seed, chosen).shots()]
    for n, pose in enumerate(poses[first::every][:frames]):
        view = conditions.view(pose)
        drawing = draw_with_truth(pose, conditions)
        picture = np.ascontiguousarray(drawing.picture)
        people = ((1.2 + n % 3 / 3, 9 + n * 7 % 17), (-1.5 - n % 4 / 4, 9 + n * 5 % 17))
        faces = tuple(_person(picture, view, right, ahead) for right, ahead in people)
        plates = tuple(
            Region(box.left, box.top, box.right, box.bottom, Kind.PLATE, 1.0)
            for box in drawing.plates
            if not any(_touch(box.left, box.right, face) for face in faces)
        )
        signs = tuple(
            sign
            for sign in _signs(view, conditions.city_seed)
            if not any(_touch(sign.x0, sign.x1, face) for face in faces)
        )
        yield Scene(picture, plates, faces, signs)


def _person(picture: Picture, view: View, right_m: float, ahead_m: float) -> Region:
    size = round(view.focal_px * _BODY_M / ahead_m)
    foot = round(view.row(0.0, ahead_m))
    return draw_person(picture, round(view.column(right_m, ahead_m)), foot, size)


def _touch(left: int, right: int, face: Region) -> bool:
    """Whether a thing may stand behind a drawn person, whose body is thrice the face's width."""
    return left < face.x1 + face.width and right > face.x0 - face.width


def _signs(view: View, seed: int) -> Iterator[Region]:
    """Signs before the nearest house, whole in the picture."""
    depth = nearest(view, houses_in_sight(view, seed))
    for thing in (thing for ground in grounds(seed) for thing in standing(ground)):
        right, ahead = view.ahead(np.array([thing.x_m]), np.array([thing.y_m]))
        if thing.kind != "sign" or not 2 < ahead[0] < _SIGNS_WITHIN_M:
            continue
        wide, tall = size_m(thing)
        x0, x1 = (round(view.column(right[0] + side * wide, ahead[0])) for side in (-0.5, 0.5))
        y0, y1 = (round(view.row(up, ahead[0])) for up in (tall, tall * (1 - _FACE_SHARE)))
        if x0 >= 0 and y0 >= 0 and x1 < view.width and ahead[0] < depth[(x0 + x1) // 2]:
            yield Region(x0, y0, x1, y1, Kind.FACE, 1.0)
