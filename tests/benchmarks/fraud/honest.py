"""Honest drives through the drawn city: many ways, weathers, cameras and receivers.

Each is a pure function of its number. The sun stands where it stood over the city at that hour;
receivers drift, lag and are slow; lenses are dirty; clouds come and go. Drawing is dear, so each
scene is drawn once and recorded by RECORDERS cameras of their own lens, glass, exposure, sensor and
compression, each beside a receiver of its own. Recordings of one scene are never put into one city.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np

from quality.evidence.sun import sun_at
from roadcomb.records import Frame, e7
from sample_data.camera import Pose
from sample_data.city import EASTWARD, NORTHWARD
from sample_data.conditions import Conditions, Device, Light
from sample_data.dice import Bytes, Dice
from sample_data.draw import draw
from sample_data.geodesy import ORIGIN_LAT_DEG, ORIGIN_LON_DEG, degrees
from sample_data.lens import exposed
from sample_data.render import encoded
from sample_data.route import Route
from sample_data.scenario import Drive
from sample_data.timeline import Shot, Timeline

__all__ = [
    "CITY",
    "FRAMES",
    "RECORDERS",
    "Honest",
    "Receiver",
    "frames_of",
    "honest",
    "recorded",
    "scene_of",
    "shots_of",
]

CITY = 7
FRAMES = 24
RECORDERS = 3
LANE_M = 1.7
WIDTH, HEIGHT = 448, 252
_SCENE = Device(width=480, height=270, focal_share=0.5, horizon_share=0.49, grain=0)


@dataclass(frozen=True, slots=True)
class Receiver:
    """sigma_m: of the slow drift, per axis; hop_m: from fix to fix; period_s: between fixes (those
    between are laid on the line, as clients do); lag_s: how late a fix is.
    """

    sigma_m: float
    hop_m: float
    period_s: float
    lag_s: float


@dataclass(frozen=True, slots=True)
class Camera:
    """zoom: 1 and above, into the drawn scene; lift: share of the height that it looks up."""

    zoom: float
    lift: float
    glass: Device
    quality: int


@dataclass(frozen=True, slots=True)
class Honest:
    """A drive with the camera and the receiver that recorded it; turned_deg: its way in all."""

    number: int
    drive: Drive
    camera: Camera
    receiver: Receiver
    turned_deg: float


@lru_cache(maxsize=2048)
def honest(number: int) -> Honest:
    """The drive of a number: recording number % RECORDERS of scene number // RECORDERS."""
    scene, dice = number // RECORDERS, Dice("recording", number)
    way = Dice("scene", scene)
    day, start_s = 5 + way.below(20), round(way.between(9.2, 18.0) * 3600)
    start = f"{start_s // 3600:02d}:{start_s // 60 % 60:02d}:{start_s % 60:02d}.000"
    corners, turned = _way(way)
    drive = Drive(
        contributor=f"driver-{scene}",
        day=f"2026-01-{day:02d}",
        start=start,
        layout="exif",
        frames=FRAMES,
        route=Route(tuple(corners), way.between(9.0, 13.0)),
        device=replace(_SCENE, mount_m=round(way.between(1.15, 1.9), 2)),
        light=Light(),
        make="",
        model="",
        note="",
        day_seed=scene,
    )
    sun = sun_at(drive.start_ms, ORIGIN_LAT_DEG, ORIGIN_LON_DEG)
    clouds, warmth = way.below(101), way.below(20)
    light = Light(round(sun.azimuth_deg, 1), round(max(4.0, sun.elevation_deg), 1), clouds, warmth)
    return Honest(number, replace(drive, light=light), _camera(dice), _receiver(dice), turned)


def _receiver(dice: Dice) -> Receiver:
    return Receiver(
        sigma_m=dice.between(0.6, 3.0),
        hop_m=dice.between(0.03, 0.3),
        period_s=dice.pick((0.1, 1.0, 1.0, 1.0, 2.0, 4.0)),
        lag_s=dice.between(0.0, 0.8),
    )


def _camera(dice: Dice) -> Camera:
    glass = Device(
        width=WIDTH,
        height=HEIGHT,
        exposure=70 + dice.below(70),
        contrast=80 + dice.below(50),
        dirt=20 + dice.below(60) if dice.chance(0.2) else 0,
        dirt_seed=dice.below(1000),
        grain=20 + dice.below(130),
    )
    zoom = dice.between(1.0, 1.5)
    lift = dice.between(-0.4, 0.4) * (1 - 1 / zoom)
    return Camera(zoom, lift, glass, 60 + dice.below(36))


def _way(dice: Dice) -> tuple[list[tuple[float, float]], float]:
    """Corner points of a way with no, one or two turns, and the degrees it turns in all."""
    metres = FRAMES * 8.3
    turns = dice.pick((0, 1, 1, 1, 2))
    column, row = 1 + dice.below(len(NORTHWARD) - 2), 1 + dice.below(len(EASTWARD) - 2)
    along = dice.pick(((0, 1), (0, -1), (1, 0), (-1, 0)))
    if not turns:
        lead = dice.between(10.0, 60.0)
        here = _corner(column, row, along, along)
        return [_ahead(here, along, -lead), _ahead(here, along, metres)], 0.0
    lead = dice.between(0.3, 0.6) * (metres if turns == 1 else 60.0)
    points = [(0.0, 0.0)]
    for _ in range(turns):
        onward = dice.pick(((along[1], -along[0]), (-along[1], along[0])))
        points.append(_corner(column, row, along, onward))
        along = onward
        column, row = column + onward[0], row + onward[1]
        if not (0 < column < len(NORTHWARD) - 1 and 0 < row < len(EASTWARD) - 1):
            turns = len(points) - 1
            break
    first = (points[2:] or [_ahead(points[1], along, 1.0)])[0]
    points[0] = _before(points[1], first, lead, dice)
    return [*points, _ahead(points[-1], along, metres)], 90.0 * turns


def _corner(
    column: int, row: int, along: tuple[int, int], onward: tuple[int, int]
) -> tuple[float, float]:
    """Where the right-hand lanes of two directions cross."""
    x, y = NORTHWARD[column], EASTWARD[row]
    for east, north in {along, onward}:
        x, y = x + north * LANE_M, y - east * LANE_M
    return x, y


def _ahead(
    point: tuple[float, float], along: tuple[int, int], metres: float
) -> tuple[float, float]:
    return point[0] + along[0] * metres, point[1] + along[1] * metres


def _before(
    corner: tuple[float, float], after: tuple[float, float], metres: float, dice: Dice
) -> tuple[float, float]:
    """A start from which the corner is a turn of 90 degrees to either side."""
    side = 1 if dice.chance(0.5) else -1
    if abs(after[0] - corner[0]) > abs(after[1] - corner[1]):
        return corner[0], corner[1] + side * metres
    return corner[0] + side * metres, corner[1]


def shots_of(one: Honest) -> Sequence[Shot]:
    """Where the camera was at each frame."""
    return Timeline(CITY, one.drive).shots()[:FRAMES]


def frames_of(one: Honest, first: int = 0) -> list[Frame]:
    """FRAMES frames as its receiver places them; image ids name drive and frame."""
    drift = _Drift(one)
    shots = Timeline(CITY, one.drive).shots()[first : first + FRAMES]
    return [drift.frame(shot) for shot in shots]


class _Drift:
    """A receiver's fixes, and what lies on the lines between them."""

    def __init__(self, one: Honest) -> None:
        self._one = one
        self._timeline = Timeline(CITY, one.drive)

    def frame(self, shot: Shot) -> Frame:
        number, receiver = self._one.number, self._one.receiver
        seconds = (shot.t_ms - self._one.drive.start_ms) / 1000
        before = math.floor(seconds / receiver.period_s)
        share = seconds / receiver.period_s - before
        (x0, y0), (x1, y1) = self._fix(before), self._fix(before + 1)
        lat, lon = degrees(x0 + (x1 - x0) * share, y0 + (y1 - y0) * share)
        _, speed = self._timeline.metres(max(0.0, seconds - receiver.lag_s))
        pose = self._pose(seconds)
        return Frame(
            image_id=hashlib.sha256(f"{number} {shot.index}".encode()).hexdigest(),
            size=30_000,
            t_ms=shot.t_ms,
            lat_e7=e7(lat),
            lon_e7=e7(lon),
            heading_cdeg=round(pose.heading_deg % 360 * 100) % 36_000,
            speed_cmps=round(speed * 100),
            hdop_centi=90,
            satellites=11,
        )

    def _pose(self, seconds: float) -> Pose:
        late = max(0.0, seconds - self._one.receiver.lag_s)
        return self._one.drive.route.at(self._timeline.metres(late)[0])

    def _fix(self, fix: int) -> tuple[float, float]:
        receiver, number = self._one.receiver, self._one.number
        seconds = fix * receiver.period_s
        pose = self._pose(seconds)
        knot, share = int(seconds // 18), seconds / 18 % 1
        first, second = Dice("drift", number, knot), Dice("drift", number, knot + 1)
        hop = Dice("hop", number, fix)
        x, y = (
            a + (b - a) * share + hop.bell(receiver.hop_m)
            for a, b in zip(
                (first.bell(receiver.sigma_m), first.bell(receiver.sigma_m)),
                (second.bell(receiver.sigma_m), second.bell(receiver.sigma_m)),
                strict=True,
            )
        )
        return pose.x_m + x, pose.y_m + y


def scene_of(one: Honest, shot: Shot) -> Bytes:
    """What is to be seen at a shot, (270, 480, 3) BGR; the same for all recordings of a scene."""
    drive = one.drive
    return draw(shot.pose, Conditions(CITY, drive.day_seed, shot.t_ms, drive.light, drive.device))


def recorded(one: Honest, shot: Shot, scene: Bytes) -> bytes:
    """The JPEG (448 x 252) that a drive's camera makes of a scene."""
    camera = one.camera
    rows, columns = scene.shape[:2]
    tall, wide = round(rows / camera.zoom), round(columns / camera.zoom)
    top = round((rows - tall) / 2 - camera.lift * rows)
    left = (columns - wide) // 2
    seen = scene[top : top + tall, left : left + wide]
    picture = cv2.resize(seen, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR).astype(np.uint8)
    glass = Conditions(CITY, 0, one.number * 1000 + shot.index, Light(warmth=0), camera.glass)
    return encoded(exposed(picture, glass), camera.quality)
