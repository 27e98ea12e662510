"""When a car is where, what its receiver says of it, and when its camera takes a frame.

Speed wanders between 8 and 14 m/s. The receiver's error drifts with a sigma of about a metre and
a period of half a minute, as a real one's does; independent errors from fix to fix would make
the car hop.
"""

from dataclasses import dataclass
from itertools import pairwise

from sample_data.camera import Pose, direction
from sample_data.dice import Dice
from sample_data.geodesy import degrees
from sample_data.scenario import SPACING_M, Drive

DRIFT_S, DRIFT_M, HOP_M = 18.0, 1.0, 0.08
"""Seconds between independent errors, their sigma per axis, and the sigma from fix to fix."""

STANDING_S = (3.0, 6.4, 9.9)
"""Seconds after stopping at which frames are taken."""

STOP_S = 13.0

BEFORE_TRACK_S = 240.0
"""How long before the track a frame without any fix was taken."""


@dataclass(frozen=True, slots=True)
class Fix:
    """What a receiver reports: milliseconds since 1970, degrees, metres, m/s."""

    t_ms: int
    lat: float
    lon: float
    altitude_m: float
    speed_mps: float
    heading_deg: float
    hdop: float
    satellites: int


@dataclass(frozen=True, slots=True)
class Shot:
    """A frame to take: when, where the camera really is, its fix, and what should become of it.

    `expected` is "kept", "too_close", "zero_fix", "no_fix" or "replay".
    """

    index: int
    t_ms: int
    pose: Pose
    fix: Fix | None
    expected: str


class Timeline:
    """A drive in time: knots of (seconds, metres) with even speed between them."""

    def __init__(self, seed: int, drive: Drive) -> None:
        self._drive = drive
        self._key = (seed, drive.contributor, drive.day)
        self._errors: dict[int, tuple[float, float]] = {}
        dice = Dice("speed", *self._key)
        self.knots = [(0.0, 0.0)]
        speed = 11.0
        for place in range(drive.frames):
            seconds, metres = self.knots[-1]
            if place - 1 == drive.stop_after:
                self.knots.append((seconds + STOP_S, metres))
                seconds += STOP_S
            speed = min(14.0, max(8.0, speed + dice.bell(0.7)))
            step = SPACING_M + dice.between(0.0, 0.25)
            self.knots.append((seconds + step / speed, metres + step))

    @property
    def seconds(self) -> float:
        """How long the drive takes."""
        return self.knots[-1][0]

    def metres(self, seconds: float) -> tuple[float, float]:
        """Metres driven and speed in m/s at a time."""
        for (t0, s0), (t1, s1) in pairwise(self.knots):
            if seconds < t1:
                speed = (s1 - s0) / (t1 - t0)
                return s0 + speed * (seconds - t0), speed
        return self.knots[-1][1], 0.0

    def _error(self, knot: int) -> tuple[float, float]:
        if knot not in self._errors:
            dice = Dice("drift", *self._key, knot)
            self._errors[knot] = (dice.bell(DRIFT_M), dice.bell(DRIFT_M))
        return self._errors[knot]

    def fix(self, seconds: float) -> Fix:
        """The receiver's report at a time."""
        knot = int(seconds // DRIFT_S)
        share = seconds / DRIFT_S - knot
        (x0, y0), (x1, y1) = self._error(knot), self._error(knot + 1)
        metres, speed = self.metres(seconds)
        pose = self._drive.route.at(metres)
        t_ms = self._drive.start_ms + round(seconds * 1000)
        dice = Dice("hop", *self._key, t_ms)
        x = pose.x_m + x0 + (x1 - x0) * share + dice.bell(HOP_M)
        y = pose.y_m + y0 + (y1 - y0) * share + dice.bell(HOP_M)
        lat, lon = degrees(x, y)
        heading = (pose.heading_deg + dice.bell(0.8)) % 360.0
        quality = (round(dice.between(0.7, 1.3), 1), 9 + dice.below(8))
        altitude = round(12.0 + dice.bell(0.5), 1)
        return Fix(t_ms, lat, lon, altitude, round(speed, 2), round(heading, 1), *quality)

    def track(self) -> list[Fix]:
        """One fix per second from the first to the last."""
        return [self.fix(float(second)) for second in range(int(self.seconds) + 2)]

    def shots(self) -> list[Shot]:
        """Every frame of the drive in the order of time."""
        drive = self._drive
        moments = [(seconds, "kept") for seconds, _ in self._regular()]
        found = list(moments)
        if drive.stop_after is not None:
            halt = moments[drive.stop_after + 1][0] if drive.stop_after + 1 < len(moments) else 0.0
            found += [(halt + wait, "too_close") for wait in STANDING_S]
        if drive.fault_after is not None:
            expected = "zero_fix" if drive.fault == "zero" else "no_fix"
            found.append((self._fault_second(moments), expected))
        found.sort()
        return [self._shot(index, *moment) for index, moment in enumerate(found)]

    def _regular(self) -> list[tuple[float, float]]:
        """Knots at which the car moves on, one per frame."""
        moving: dict[float, float] = {}
        for seconds, metres in self.knots[:-1]:
            moving.setdefault(metres, seconds)
        return [(seconds, metres) for metres, seconds in moving.items()]

    def _fault_second(self, moments: list[tuple[float, str]]) -> float:
        after = self._drive.fault_after
        if after is None or after < 0:
            return -BEFORE_TRACK_S
        return (moments[after][0] + moments[after + 1][0]) / 2

    def _shot(self, index: int, seconds: float, expected: str) -> Shot:
        metres, _ = self.metres(max(seconds, 0.0))
        pose = self._drive.route.at(metres)
        dice = Dice("sway", *self._key, round(metres * 1000))
        aside, turn = dice.bell(0.14), dice.bell(0.8)
        east, north = direction(pose.heading_deg)
        swayed = Pose(pose.x_m + north * aside, pose.y_m - east * aside, pose.heading_deg + turn)
        fix = self.fix(seconds) if expected in ("kept", "too_close") else None
        return Shot(index, self._drive.start_ms + round(seconds * 1000), swayed, fix, expected)
