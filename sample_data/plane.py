"""Drawing pieces of the ground, which the camera sees at one depth per row."""

from functools import lru_cache

import cv2
import numpy as np

from sample_data import streets
from sample_data.camera import Line, View
from sample_data.city import Ground
from sample_data.dice import Bytes
from sample_data.noise import SIDE, field
from sample_data.raster import Fixed, fixed, levels, runs, sampled
from sample_data.upright import Tones

FARTHEST_M = 260.0

GRAVEL_TEXELS, GRAVEL_M, GRAVEL_LIFT = 150, 6.8, 24
"""Texels per metre of the fine grain of asphalt, how far it is drawn, and its zero level."""


def draw_ground(canvas: Bytes, view: View, ground: Ground, tones: Tones, depth: Line) -> None:
    """Draw a piece of street, unless houses (`depth` in metres per column) hide all of it."""
    if not _within_reach(view, ground):
        return
    west, south, east, north = ground.west_m, ground.south_m, ground.east_m, ground.north_m
    corners = [(west, south, 0.0), (east, south, 0.0), (east, north, 0.0), (west, north, 0.0)]
    seen = view.seen_polygon(corners)
    if not seen:
        return
    left, right = max(0, min(u for u, _ in seen)), min(view.width, max(u for u, _ in seen) + 1)
    farthest = int(view.row(0.0, FARTHEST_M)) + 1
    top = max(farthest, min(v for _, v in seen))
    bottom = min(view.height, max(v for _, v in seen) + 1)
    if left >= right:
        return
    top = max(top, int(view.row(0.0, float(depth[left:right].max()))))
    if top < bottom:
        _draw_rows(canvas, view, ground, tones, (left, top, right, bottom))


def _within_reach(view: View, ground: Ground) -> bool:
    dx = (ground.west_m + ground.east_m) / 2 - view.x_m
    dy = (ground.south_m + ground.north_m) / 2 - view.y_m
    return dx * view.east + dy * view.north > -70.0 and max(abs(dx), abs(dy)) < FARTHEST_M


def _draw_rows(
    canvas: Bytes, view: View, ground: Ground, tones: Tones, box: tuple[int, int, int, int]
) -> None:
    left, top, right, bottom = box
    skin = streets.painted(ground)
    depth = view.ground_depths(top, bottom)
    wide = depth / view.focal_px * streets.TEXELS
    deep = depth * wide / view.height_m
    across = levels(np.maximum(wide * abs(view.north), deep * abs(view.east)) / 1.6, 6)
    down = levels(np.maximum(wide * abs(view.east), deep * abs(view.north)) / 1.6, 6)
    ray = (left + 0.5 - view.width / 2) / view.focal_px
    for low, high in runs(across * 8 + down):
        level = (int(across[low]), int(down[low]))
        texture = skin.lit(level, tones.table(float(depth[low])))
        scale_x = (texture.shape[1] - 1) / (ground.east_m - ground.west_m)
        scale_y = (texture.shape[0] - 1) / (ground.north_m - ground.south_m)
        z = depth[low:high]
        east = view.x_m + view.east * z + view.north * z * ray - ground.west_m
        north = ground.north_m - (view.y_m + view.north * z - view.east * z * ray)
        x = _ramp(east * scale_x, view.north * z / view.focal_px * scale_x, right - left)
        y = _ramp(north * scale_y, view.east * z / view.focal_px * scale_y, right - left)
        sampled(texture, x, y, canvas[top + low : top + high, left:right])


def _ramp(start: Line, step: Line, columns: int) -> Fixed:
    """Texel coordinates of rows that start somewhere and go on evenly from column to column."""
    across = np.arange(columns, dtype=np.int32)
    return fixed(start)[:, None] + fixed(step)[:, None] * across[None, :]


_PERIOD_M = SIDE / GRAVEL_TEXELS


@lru_cache(maxsize=1)
def _gravel() -> Bytes:
    lifted = np.clip(field("grain") // 6 + GRAVEL_LIFT, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.tile(lifted, (5, 7)))


def draw_gravel(canvas: Bytes, view: View) -> None:
    """Give the nearest ground the fine grain that the street's texture is too coarse for."""
    texture = _gravel()
    top = int(view.row(0.0, GRAVEL_M)) + 1
    z = view.ground_depths(top, view.height)
    ray = -view.width / 2 / view.focal_px
    east = view.x_m % _PERIOD_M + view.east * z + view.north * z * ray
    north = view.y_m % _PERIOD_M + view.north * z - view.east * z * ray
    step = z / view.focal_px * GRAVEL_TEXELS
    x = _ramp(east * GRAVEL_TEXELS + texture.shape[1] / 2 - SIDE, view.north * step, view.width)
    y = _ramp(texture.shape[0] / 2 - north * GRAVEL_TEXELS, view.east * step, view.width)
    grain = cv2.cvtColor(sampled(texture, x, y), cv2.COLOR_GRAY2BGR)
    rows = canvas[top:]
    lifted = cv2.add(rows, grain)
    cv2.LUT(lifted, np.maximum(np.arange(256) - GRAVEL_LIFT, 0).astype(np.uint8), dst=rows)


def draw_shadows(
    canvas: Bytes, view: View, casts: list[list[tuple[float, float, float]]], percent: int
) -> None:
    """Darken the ground (everything below the horizon so far) inside polygons of shadow."""
    top = max(0, int(view.horizon_row))
    rows = canvas[top:]
    shade = np.zeros(rows.shape[:2], np.uint8)
    for cast in casts:
        seen = view.seen_polygon(cast)
        if len(seen) > 2:
            points = np.array([(u, v - top) for u, v in seen], dtype=np.int32)
            cv2.fillConvexPoly(shade, points, 255)
    table = (np.arange(256) * percent // 100).astype(np.uint8)
    cv2.copyTo(cv2.LUT(rows, table), shade, rows)
