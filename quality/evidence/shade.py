"""Does the sun light the side of the street where it stood? The signal `shade`; pure.

A wall that the sun reaches is brighter than one that it does not, but a white wall is, too, so
walls are held against others' pictures of the same walls: what is left is their light, not their
paint. Of the points that two pictures share, those on the left against those on the right are that
much brighter in one of them than in the other:

    own side of the sun * own sunlight - the other's side * the other's sunlight

where clouds leave both sunlights unknown, but for being none or more. The law: a direction of the
drive is asked about where its own walls are clearly brighter on the side that the sun left dark. It
speaks against the drive as far as the own sunlight that explains others' pictures best is less than
none; the own walls count, too, but never for more than the others' do, nor the others' for more
than twice as much. No other's clock is believed alone: whichever of two or more contributors is
left out, the rest still have to say so.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quality.evidence.light import Brightness
from quality.evidence.meetings import Course, Meeting, meetings, spread
from quality.evidence.neighbours import Question
from quality.evidence.signals import Signal, bounded
from quality.evidence.sun import Sun, sun_at

__all__ = ["Light", "Sides", "shade", "side_of"]

_FEWEST, _PLACES, _OTHERS, _PAIRS, _WITNESSES = 6, 6, 3, 4, 2
_SHOWN = 24
"""Own pictures of a direction whose walls are looked at, at most."""
_SIDE = 0.3
"""Below it the sun stands along the street."""
_DIRECT = 5.0
"""Light of the sun on a wall that faces it, in units of the sky's: about that on a clear day."""
_NOISE, _TOGETHER, _USUAL, _VARYING = 0.2, 0.1, 0.2, 0.15
"""Of drawn pictures under any clouds, in logarithms of grey levels: one pair's error, the error
that a drive's pairs share, others' sunlight and how it varies."""
_OWN, _OWN_AT_MOST, _OTHERS_NATS = 14.0, 2.0, 2.0
"""Nats of a unit of the own walls' difference, how many count, and nats of a standard error of
the sunlight. Honest directions had 0.16 (sigma 0.15) and 0.9 (0.9), those shifted to where the sun
stood on the other side the same below 0."""
_WORTH = -0.08
"""Own walls that contradict less could speak against a drive by 336 at most, which holds nobody:
they are nearly half of those that contradict at all, and nothing is asked about them."""

Floats = NDArray[np.float64]
Sides = Callable[[Sequence[Question]], Sequence[float | None]]
"""For each question by how much the left is brighter than the right in the own picture against the
other, as a natural logarithm; None: they share too little."""
Light = Callable[[int], Brightness]
"""Of a frame of the drive."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """Sides of the sun, -1..1, and by how much the own picture's left is brighter."""

    contributor: str
    own_side: float
    other_side: float
    brighter: float


def side_of(sun: Sun, heading_deg: float) -> float:
    """1: the sun lights the left of the road (it stands to the right), -1: the right, 0: neither.

    A lit wall against one in the sky's light alone: log(1 + direct / sky * cosine), over its most.
    """
    if sun.elevation_deg <= 0:
        return 0.0
    across = math.sin(math.radians(sun.azimuth_deg - heading_deg))
    cosine = across * math.cos(math.radians(sun.elevation_deg))
    return math.copysign(math.log1p(_DIRECT * abs(cosine)) / math.log1p(_DIRECT), cosine)


def shade(own: Course, others: Sequence[Course], light: Light, sides: Sides) -> Signal:
    """The signal `shade`; others: accepted drives of other contributors around the own way."""
    if not len(own.t_ms):
        return Signal("shade", 0)
    quarter = np.nan_to_num(np.round(own.heading_deg / 90) % 4, nan=-1)
    parts = [own.picked(quarter == towards) for towards in range(4)]
    told = (_direction(part, others, light, sides) for part in parts)
    return min(told, key=lambda signal: signal.strength)


def _direction(own: Course, others: Sequence[Course], light: Light, sides: Sides) -> Signal:
    lit = _sides(own)
    if len(lit) < _FEWEST or abs(float(lit.mean())) < _SIDE:
        return Signal("shade", 0)
    walls = _walls(own, lit, light)
    if not walls < _WORTH:
        return Signal("shade", 0)
    pairs = _pairs(own, [one for one in others if len(one.t_ms)], sides)
    facts = {"walls_per_mille": round(1000 * walls), "compared": len(pairs)}
    witnesses = len({pair.contributor for pair in pairs})
    if len(pairs) < _PAIRS or witnesses < _WITNESSES:
        return Signal("shade", 0, facts)
    surely = _surely(pairs)
    facts["sunlight_centi_sigma"] = round(100 * surely)
    theirs = _OTHERS_NATS * surely if _whoever_is_left_out(pairs) < 0 else 0.0
    ours = max(_OWN * walls, -_OWN_AT_MOST, theirs)
    return Signal("shade", bounded(ours + max(theirs, 2 * ours), -6, 0), facts)


def _sides(course: Course) -> Floats:
    places = zip(course.t_ms, course.lat_deg, course.lon_deg, course.heading_deg, strict=True)
    return np.array([side_of(sun_at(int(t), a, b), heading) for t, a, b, heading in places])


def _walls(own: Course, lit: Floats, light: Light) -> float:
    """By how much walls on the sun's side are brighter, as a logarithm; nan: nothing is seen."""
    some = np.unique(np.linspace(0, len(lit) - 1, min(len(lit), _SHOWN)).round().astype(int))
    shown, lit = [light(int(n)) for n in own.numbers[some]], lit[some]
    brighter = np.array([math.log((one.left + 8) / (one.right + 8)) for one in shown])
    seen = ~np.isnan(brighter)
    weight = float((lit[seen] ** 2).sum())
    return float((lit[seen] * brighter[seen]).sum()) / weight if weight else math.nan


def _pairs(own: Course, others: Sequence[Course], sides: Sides) -> list[_Pair]:
    """Pairs of pictures that tell; of each place those asked least."""
    often: Counter[str] = Counter()
    asked: list[Meeting] = []
    for place in spread(meetings(own, others), _PLACES):
        least = sorted(place, key=lambda one: (often[one.drive_id], one.metres))[:_OTHERS]
        often.update(one.drive_id for one in least)
        asked += least
    questions = [Question(own.drive_id, one.own_n, one.drive_id, one.n) for one in asked]
    told = zip(asked, sides(questions) if questions else (), strict=True)
    ours = dict(zip(own.numbers.tolist(), _sides(own), strict=True))
    theirs = {one.drive_id: dict(zip(one.numbers.tolist(), _sides(one), strict=True))
              for one in others if one.drive_id in often}  # fmt: skip
    return [
        _Pair(met.contributor, ours[met.own_n], theirs[met.drive_id][met.n], brighter)
        for met, brighter in told
        if brighter is not None
    ]


def _surely(pairs: Sequence[_Pair]) -> float:
    """The own sunlight that explains the pairs best, in standard errors of it."""
    own, other = (np.array([getattr(one, name) for one in pairs]) for name in _SIDES)
    who = np.array([one.contributor for one in pairs])
    unexplained = np.array([one.brighter for one in pairs]) + _USUAL * other
    shared = (who[:, None] == who) * np.outer(other, other)
    spread_of = _NOISE**2 * np.eye(len(pairs)) + _TOGETHER**2 + _VARYING**2 * shared
    weights = np.linalg.solve(spread_of, own)
    exact = float(weights @ own)
    return float(weights @ unexplained) / math.sqrt(exact) if exact > 0 else 0.0


_SIDES = ("own_side", "other_side")


def _whoever_is_left_out(pairs: Sequence[_Pair]) -> float:
    """`_surely` at its kindest, of pairs without those of one contributor."""
    who = sorted({one.contributor for one in pairs})
    return max(_surely([one for one in pairs if one.contributor != out]) for out in who)
