"""Attacks on honest drives: what a liar makes of pictures and traces that can be had.

Each takes the pictures of one drive and answers frames and the order of its pictures; what it needs
of others it takes from their numbers. A time shift by whole days leaves the light as it was and is
kept apart, as is a liar who looks for a trace that turns where the pictures do.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from roadcomb.records import Frame
from sample_data.city import EASTWARD, NORTHWARD
from sample_data.dice import Dice
from tests.benchmarks.fraud.honest import FRAMES, RECORDERS, Honest, frames_of, honest

__all__ = ["APART", "ATTACKS", "Attack", "Lie"]

METRE_E7 = 89.93
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Lie:
    """frames as claimed; order: which of the drive's pictures each shows, None: as recorded;
    turns: whether pictures or trace turn by 30 degrees or more."""

    frames: Sequence[Frame]
    order: Sequence[int] | None = None
    turns: bool = True


def _own_turn(one: Honest) -> bool:
    return one.turned_deg >= 30


def another_trace(one: Honest, dice: Dice) -> Lie:
    """The pictures on the trace of another street, beginning anywhere in it."""
    other = _other(one, dice)
    longer = replace(other, drive=replace(other.drive, frames=FRAMES + 14))
    first = dice.below(14)
    frames = frames_of(longer, first)
    return Lie(_renamed(frames, one), None, _own_turn(one) or (other.turned_deg >= 30))


def aligned_trace(one: Honest, dice: Dice) -> Lie:
    """The best of 12 traces: the one that turns where the pictures do, if there is one."""
    tried = [_other(one, dice) for _ in range(12)]
    wanted = [frame.heading_cdeg or 0 for frame in frames_of(one)]
    best = min(tried, key=lambda other: _unlike(wanted, frames_of(other)))
    return Lie(_renamed(frames_of(best), one), None, _own_turn(one) or best.turned_deg >= 30)


def moved_trace(one: Honest, dice: Dice) -> Lie:
    """The own trace, moved some streets away."""
    north, east = (dice.pick((-1, 1)) * (100 + dice.below(300)) for _ in range(2))
    return Lie(_moved(frames_of(one), east, north), None, _own_turn(one))


def onto_streets(one: Honest, dice: Dice) -> Lie:
    """The own trace, moved from its corner to another crossing, so that it follows streets."""
    x, y = one.drive.route.points[1]
    there = dice.pick(NORTHWARD[1:-1]), dice.pick(EASTWARD[1:-1])
    east, north = there[0] - _nearest(NORTHWARD, x), there[1] - _nearest(EASTWARD, y)
    if abs(east) + abs(north) < 50:
        return onto_streets(one, dice)
    return Lie(_moved(frames_of(one), east, north), None, _own_turn(one))


def rotated_trace(one: Honest, dice: Dice) -> Lie:
    """The own trace, turned by a quarter, a half or three quarters and moved."""
    frames = frames_of(one)
    angle = math.pi / 2 * (1 + dice.below(3))
    lat, lon = frames[0].lat_e7, frames[0].lon_e7
    turned = []
    for f in frames:
        y, x = f.lat_e7 - lat, f.lon_e7 - lon
        turned.append(
            replace(
                f,
                lat_e7=lat + round(y * math.cos(angle) - x * math.sin(angle)) + 20_000,
                lon_e7=lon + round(x * math.cos(angle) + y * math.sin(angle)) + 20_000,
            )
        )
    return Lie(turned, None, _own_turn(one))


def hours_later(one: Honest, dice: Dice) -> Lie:
    """The own drive, 3 to 21 hours earlier or later than it was."""
    shift = (3 + dice.below(19)) * HOUR_MS
    return Lie([replace(f, t_ms=f.t_ms - shift) for f in frames_of(one)], None, _own_turn(one))


def days_later(one: Honest, dice: Dice) -> Lie:
    """The own drive, 1 to 3 whole days later."""
    shift = (1 + dice.below(3)) * 24 * HOUR_MS
    return Lie([replace(f, t_ms=f.t_ms - shift) for f in frames_of(one)], None, _own_turn(one))


def one_picture(one: Honest, dice: Dice) -> Lie:
    """One picture all along the trace."""
    return Lie(frames_of(one), [dice.below(FRAMES)] * FRAMES, _own_turn(one))


def shuffled(one: Honest, dice: Dice) -> Lie:
    """The pictures in any order along the trace."""
    left, order = list(range(FRAMES)), []
    while left:
        order.append(left.pop(dice.below(len(left))))
    return Lie(frames_of(one), order, _own_turn(one))


def backwards(one: Honest, dice: Dice) -> Lie:
    """The pictures from the last to the first along the trace."""
    return Lie(frames_of(one), range(FRAMES)[::-1], _own_turn(one))


def straight_line(one: Honest, dice: Dice) -> Lie:
    """A straight trace at one speed from where the drive began."""
    frames, heading = frames_of(one), math.radians(dice.below(360))
    step_ms = 600 + dice.below(500)
    line = [
        replace(
            f,
            t_ms=frames[0].t_ms + n * step_ms,
            lat_e7=frames[0].lat_e7 + round(n * 8.2 * METRE_E7 * math.cos(heading)),
            lon_e7=frames[0].lon_e7 + round(n * 8.2 * METRE_E7 * math.sin(heading)),
        )
        for n, f in enumerate(frames)
    ]
    return Lie(line, None, _own_turn(one))


def teleport(one: Honest, dice: Dice) -> Lie:
    """Half-way the trace goes on 1 to 3 km away, the pictures as they were."""
    at, far = 8 + dice.below(8), round((1000 + dice.below(2000)) * METRE_E7)
    frames = [
        replace(f, lat_e7=f.lat_e7 + (far if n >= at else 0)) for n, f in enumerate(frames_of(one))
    ]
    return Lie(frames, None, _own_turn(one))


Attack = Callable[[Honest, Dice], Lie]

ATTACKS: Mapping[str, Attack] = {
    "another street's trace": another_trace,
    "one picture repeated": one_picture,
    "pictures shuffled": shuffled,
    "pictures reversed": backwards,
    "straight constant-speed trace": straight_line,
    "teleport": teleport,
    "time shifted by 3 to 21 hours": hours_later,
    "own trace moved": moved_trace,
    "own trace moved onto other streets": onto_streets,
    "own trace rotated": rotated_trace,
}

APART: Mapping[str, Attack] = {
    "time shifted by whole days": days_later,
    "the best of 12 traces": aligned_trace,
}


def _nearest(lines: Sequence[float], at: float) -> float:
    return min(lines, key=lambda line: abs(line - at))


def _moved(frames: Sequence[Frame], east_m: float, north_m: float) -> list[Frame]:
    lat, lon = round(north_m * METRE_E7), round(east_m * METRE_E7)
    return [replace(f, lat_e7=f.lat_e7 + lat, lon_e7=f.lon_e7 + lon) for f in frames]


def _other(one: Honest, dice: Dice) -> Honest:
    other = one.number
    while other // RECORDERS == one.number // RECORDERS:
        other = dice.below(200 * RECORDERS)
    return honest(other)


def _renamed(frames: Sequence[Frame], one: Honest) -> list[Frame]:
    """Other places and speeds at the times of the pictures' own day: a liar keeps the light."""
    shift = one.drive.start_ms - frames[0].t_ms
    return [replace(frame, t_ms=frame.t_ms + shift) for frame in frames]


def _unlike(wanted: Sequence[int], frames: Sequence[Frame]) -> int:
    """How differently two drives turn, frame by frame."""
    told = [frame.heading_cdeg or 0 for frame in frames]
    turns = ((b - a - (d - c) + 18_000) % 36_000 - 18_000 for a, b, c, d in _steps(wanted, told))
    return sum(map(abs, turns))


def _steps(first: Sequence[int], second: Sequence[int]) -> list[tuple[int, int, int, int]]:
    return [
        (first[n], first[n + 1], second[n], second[n + 1])
        for n in range(min(len(first), len(second)) - 1)
    ]
