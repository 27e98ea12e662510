"""Sun and shadow: which walls are lit, and what darkens the street."""

import math
from dataclasses import dataclass
from functools import lru_cache

from sample_data.camera import View, direction
from sample_data.city import Wall, grounds, standing, walls
from sample_data.conditions import Conditions, Light
from sample_data.sky import HAZE
from sample_data.things import size_m
from sample_data.upright import Tones
from sample_data.visible import facing

Point3 = tuple[float, float, float]

CLEAR_M = 420.0
"""Distance at which haze hides half of a thing."""

SHADOWS_WITHIN_M = 110.0

OCTAGON = ((1.0, 0.4), (0.4, 1.0), (-0.4, 1.0), (-1.0, 0.4),
           (-1.0, -0.4), (-0.4, -1.0), (0.4, -1.0), (1.0, -0.4))  # fmt: skip


@dataclass(frozen=True, slots=True)
class LightTones:
    """Tables for surfaces in the open, lit walls and shaded walls; `sun` points to the sun."""

    open: Tones
    lit: Tones
    shaded: Tones
    shadow_percent: int
    sun: tuple[float, float]

    def faces_sun(self, outward: tuple[float, float]) -> bool:
        """Whether a wall with this outward vector is lit."""
        return outward[0] * self.sun[0] + outward[1] * self.sun[1] > 0.05


@lru_cache(maxsize=8)
def tones(light: Light) -> LightTones:
    """The tables of a light: clouds soften the difference between sun and shade."""
    soft = min(light.clouds_percent, 90)
    return LightTones(
        Tones(100, HAZE, CLEAR_M),
        Tones(112 - soft // 8, HAZE, CLEAR_M),
        Tones(58 + soft // 3, HAZE, CLEAR_M),
        46 + soft // 2,
        direction(light.sun_azimuth_deg),
    )


def _throw(light: Light) -> tuple[float, float]:
    """Metres east and north that a shadow reaches per metre of height."""
    east, north = direction(light.sun_azimuth_deg)
    reach = round(1.0 / math.tan(math.radians(light.sun_elevation_deg)), 9)
    return -east * reach, -north * reach


@lru_cache(maxsize=8)
def _dark_walls(seed: int, light: Light) -> tuple[Wall, ...]:
    table = tones(light)
    fronts = (wall for wall in walls(seed) if wall.house.base_m == 0.0)
    return tuple(wall for wall in fronts if not table.faces_sun(facing(wall)))


def _of_wall(wall: Wall, throw: tuple[float, float]) -> list[Point3]:
    (x0, y0), (x1, y1), tall = wall.left, wall.right, wall.house.top_m
    dx, dy = throw[0] * tall, throw[1] * tall
    return [(x0, y0, 0.0), (x1, y1, 0.0), (x1 + dx, y1 + dy, 0.0), (x0 + dx, y0 + dy, 0.0)]


def casts(view: View, conditions: Conditions) -> list[list[Point3]]:
    """Polygons of shadow on the ground near the camera, in local metres."""
    throw = _throw(conditions.light)
    found = [
        _of_wall(wall, throw)
        for wall in _dark_walls(conditions.city_seed, conditions.light)
        if _close(view, wall.left[0], wall.left[1])
    ]
    for ground in grounds(conditions.city_seed):
        if ground.kind != "junction" and _close(view, ground.west_m, ground.south_m):
            for thing in standing(ground):
                if thing.kind == "tree":
                    wide, tall = size_m(thing)
                    x, y = thing.x_m + throw[0] * tall * 0.65, thing.y_m + throw[1] * tall * 0.65
                    radius = wide * 0.42
                    found.append([(x + a * radius, y + b * radius, 0.0) for a, b in OCTAGON])
    return found


def _close(view: View, x: float, y: float) -> bool:
    dx, dy = x - view.x_m, y - view.y_m
    ahead = dx * view.east + dy * view.north
    return ahead > -30.0 and max(abs(dx), abs(dy)) < SHADOWS_WITHIN_M
