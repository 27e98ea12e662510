"""Do the pictures move while the track moves, forwards, and each on from the one before?

Three signals of the same comparisons:

`still`: a picture that is shown again, shifted or not, while the track drives on.
`forwards`: points run away from where the car heads. Backwards they run towards it: a drive sent in
reverse order (or a camera that looks back, which a person can tell).
`order`: neighbouring pictures show one place. Shuffled ones do not.
"""

import math
from collections.abc import Sequence

from quality.evidence.motion import Sight
from quality.evidence.signals import Signal, bounded
from quality.evidence.turns import linked
from quality.evidence.way import Way

__all__ = ["forward_motion", "order", "still_pictures"]

_FEWEST = 6
"""Pairs below which nothing is said."""
_STILL = 0.6
"""Share of points that stand when a picture is shown again; of 66 real pairs none had over 0.2."""
_MOVED_M = 4.0
_LINKED = 0.7
"""Share of neighbours that show one place: of 555 honest drawn drives the least, of 66 real pairs
60; of shuffled drives a quarter."""
_SURE = 0.25
"""Growth from which a direction is believed."""


def still_pictures(sights: Sequence[Sight], way: Way) -> Signal:
    """The signal `still`."""
    moved = way.step_m >= _MOVED_M
    told = [sight for sight, on in zip(sights, moved, strict=True) if on and sight.matched >= 20]
    still = sum(sight.still >= _STILL * sight.matched for sight in told)
    facts = {"pairs": len(told), "still": still}
    if len(told) < _FEWEST:
        return Signal("still", 0, facts)
    return Signal("still", bounded(1.0 - 12 * still / len(told), -10, 1), facts)


def forward_motion(sights: Sequence[Sight], way: Way) -> Signal:
    """The signal `forwards`: of honest pairs one in ten at most seems to go the wrong way, of
    reversed ones nine, of shuffled ones half.
    """
    told = [s.growth for s, near in zip(sights, way.near, strict=True) if near and linked(s)]
    ahead = sum(growth >= _SURE for growth in told)
    back = sum(growth <= -_SURE for growth in told)
    facts = {"ahead": ahead, "back": back}
    if ahead + back < _FEWEST:
        return Signal("forwards", 0, facts)
    reversed_nats = 0.7 * math.log(9) * (ahead - back)
    mixed_nats = math.log(0.9 / 0.5) * ahead + math.log(0.1 / 0.5) * back
    return Signal("forwards", bounded(min(reversed_nats, mixed_nats), -12, 5), facts)


def order(sights: Sequence[Sight], way: Way) -> Signal:
    """The signal `order`; a frame without pixels, or with nothing on it, says nothing."""
    pairs = zip(sights, way.near, strict=True)
    near = [sight for sight, close in pairs if close and sight.matched]
    joined = sum(map(linked, near))
    facts = {"pairs": len(near), "linked": joined}
    if len(near) < _FEWEST:
        return Signal("order", 0, facts)
    return Signal("order", bounded(20 * (joined / len(near) - _LINKED), -8, 3), facts)
