"""Could a receiver in a car have recorded this track? No picture is needed; pure.

`drawn`: receivers drift and cars sway, so no stretch of 150 m is straight to a centimetre, and no
drive of many frames keeps its speed to half a per cent. (A real u-blox minute at 30 m/s: 6 cm off
its straightest 100 m and 0.9 % of speed, the smoothest we have.)
`jumps`: places that follow each other faster than any car, the drive going on there; worse where
the pictures go on as if nothing had happened.
`force`: speeds up or brakes harder than tyres hold, again and again.
"""

from collections.abc import Sequence

import numpy as np

from quality.evidence.motion import Sight
from quality.evidence.signals import Signal, bounded
from quality.evidence.turns import linked
from quality.evidence.way import Floats, Way

__all__ = ["drawn_track", "forces", "jumps"]

_STRETCH = 20
"""Frames of one stretch: over 150 m, where any receiver drifts."""
_LONGEST_M = 1000.0
_STRAIGHT_M = 0.018
"""RMS off a straight line that integers of 1e-7 degrees leave of a drawn one: 0.4 cm, and 4 times
that."""
_STEADY = 0.004
_FASTEST_MPS = 70.0
_WIDE_M = 500.0
"""Reflections and a start without satellites put a receiver off by less: on one side of such a jump
the places are not true, whatever the pictures tell."""
_HARDEST_MPS2 = 14.0
"""Braking on dry asphalt reaches 10."""
_FEWEST = 12


def drawn_track(way: Way) -> Signal:
    """The signal `drawn`."""
    bends = _off_straight_m(way)
    unsteady = _speed_spread(way)
    straight = sum(bend < _STRAIGHT_M for bend in bends)
    facts = {
        "stretches": len(bends),
        "straight": straight,
        "speed_spread_per_mille": -1 if unsteady is None else round(1000 * unsteady),
    }
    nats = 0.0
    if bends:
        nats += 0.5 - 4 * max(0.0, straight / len(bends) - 0.3)
    if unsteady is not None:
        nats += -7.0 if unsteady < _STEADY else 0.5
    return Signal("drawn", bounded(nats, -14, 1), facts)


def jumps(sights: Sequence[Sight], way: Way) -> Signal:
    """The signal `jumps`; a single fix that flies off and comes back is two jumps and no signal."""
    speed = way.step_m / np.maximum(way.step_s, 0.05)
    far = np.flatnonzero((speed > _FASTEST_MPS) & (way.step_m > 100))
    stay = [at for at in far.tolist() if not _returns(way, at)]
    going_on = sum(linked(sights[at]) for at in stay)
    wide = sum(bool(way.step_m[at] > _WIDE_M) and _amid(way, at) for at in stay)
    facts = {"jumps": len(stay), "pictures_go_on": going_on, "wide": wide}
    nats = -1.5 * len(stay) - 2.5 * wide - 8 * going_on
    return Signal("jumps", bounded(nats, -12, 0), facts)


def forces(way: Way) -> Signal:
    """The signal `force`: from speeds over two steps each, which evens out a receiver's hops."""
    if len(way.step_m) < _FEWEST:
        return Signal("force", 0)
    seconds = way.step_s[:-1] + way.step_s[1:]
    speed = (way.step_m[:-1] + way.step_m[1:]) / np.maximum(seconds, 0.2)
    change = np.abs(speed[2:] - speed[:-2]) / np.maximum(seconds[1:-1], 0.5)
    wild = int((change > _HARDEST_MPS2).sum())
    share = wild / len(change)
    return Signal("force", bounded(-10 * max(0.0, share - 0.1), -6, 0), {"changes": wild})


def _off_straight_m(way: Way) -> list[float]:
    """RMS distance from the best line of each stretch that is moving, straight and whole."""
    found = []
    for start in range(0, len(way.x_m) - _STRETCH + 1, 4):
        x, y = way.x_m[start : start + _STRETCH], way.y_m[start : start + _STRETCH]
        length = float(np.hypot(x[-1] - x[0], y[-1] - y[0]))
        if 100.0 <= length <= _LONGEST_M:
            found.append(_rms_off_line(x, y))
    return found


def _rms_off_line(x: Floats, y: Floats) -> float:
    points = np.column_stack((x - x.mean(), y - y.mean()))
    return float(np.linalg.svd(points, compute_uv=False)[1] / np.sqrt(len(x)))


def _speed_spread(way: Way) -> float | None:
    """Standard deviation of the speed over its mean; None for few steps or a standing car."""
    moving = way.near
    if moving.sum() < _FEWEST:
        return None
    speed = way.step_m[moving] / way.step_s[moving]
    return float(speed.std() / speed.mean())


def _amid(way: Way, at: int) -> bool:
    """Whether four frames or more are on either side, so that it can be told whether it returns."""
    return 3 <= at < len(way.x_m) - 4


def _returns(way: Way, at: int) -> bool:
    """Whether one of the next three frames is back near where the jump began, or it began at such
    a frame."""
    for here, others in ((at, range(at + 2, at + 5)), (at + 1, range(at - 3, at))):
        for other in others:
            if 0 <= other < len(way.x_m):
                apart = np.hypot(way.x_m[other] - way.x_m[here], way.y_m[other] - way.y_m[here])
                if apart < 100:
                    return True
    return False
