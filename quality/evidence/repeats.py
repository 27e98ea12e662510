"""Is the track another drive's? The signal `repeats`; pure.

No receiver says the same twice: each fix is off by decimetres of its own. The law: of frames that
are to the centimetre where another contributor's accepted drive has one, but at another time, a
drive may have a few by chance and not half. At the same time it is one car, whose two cameras may
share a receiver: that is allowed, and noted elsewhere (quality/companions.py). A camera that rounds
its places to metres says nothing here.
"""

from collections.abc import Sequence

import numpy as np

from quality.evidence.meetings import Course
from quality.evidence.signals import Signal, bounded
from roadcomb.records import E7

__all__ = ["repeated_track"]

_SAME_TIME_MS = 60_000
"""Clocks of two cameras in a car may differ by some seconds."""
_FEWEST = 6
_GRAIN_E7 = 90
"""A metre of latitude."""
_SHARE = 0.25
"""Two real drives in one lane share one place in hundreds: it has some 300 x 40 of a centimetre."""


def repeated_track(own: Course, others: Sequence[Course]) -> Signal:
    """The signal `repeats`; others: accepted drives of other contributors around the own way."""
    most = max((_repeated(own, other) for other in others), default=0)
    facts = {"frames": len(own.numbers), "repeated": most}
    if most < _FEWEST or not _is_fine(own):
        return Signal("repeats", 0, facts)
    return Signal("repeats", bounded(-16 * (most / len(own.numbers) - _SHARE), -8, 0), facts)


def _repeated(own: Course, other: Course) -> int:
    """Own frames exactly where the other has one, at other times."""
    if not len(own.t_ms) or not len(other.t_ms):
        return 0
    there = dict(zip(_places(other), other.t_ms.tolist(), strict=True))
    same = [
        (t, there[at]) for at, t in zip(_places(own), own.t_ms.tolist(), strict=True) if at in there
    ]
    return sum(abs(t - known) > _SAME_TIME_MS for t, known in same)


def _is_fine(course: Course) -> bool:
    """Whether places are told to less than a metre: then some are that close along one axis."""
    steps = [np.diff(np.unique(axis)) for axis in zip(*_places(course), strict=True)]
    return min((int(step.min()) for step in steps if len(step)), default=_GRAIN_E7) < _GRAIN_E7


def _places(course: Course) -> list[tuple[int, int]]:
    lat, lon = np.rint(course.lat_deg * E7), np.rint(course.lon_deg * E7)
    return list(zip(lat.astype(np.int64).tolist(), lon.astype(np.int64).tolist(), strict=True))
