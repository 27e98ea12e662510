"""Do the pictures turn where the track turns? Those of one street on another's trace do not.

The law: a turn is an event of neighbouring pairs that turn one way by `_EVENT_DEG` or more in all.
A turn of the pictures asks for one of the track near it, to the same side and of about its size,
and a turn of the track for one of the pictures, where these can be compared at all. An answer
speaks for the drive, none speaks against it, and what lies between says nothing. Going straight
together says nothing, because most of any drive is straight.

A receiver may be late, slow and smooth its corners, and the lens is not known, so the middle of an
answer may lie `_APART` frames away, its size be a third. A turn that one pair alone shows is half
believed: matches through a dirty lens now and then agree on one that was none.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from quality.evidence.motion import Sight
from quality.evidence.signals import Signal, bounded
from quality.evidence.way import Floats, Way

__all__ = ["linked", "turn_agreement"]

_AGREEING, _SHARE = 15, 0.17
"""Least points, and share of the matched ones, on which a pair's turn is believed: two unrelated
pictures have 5 to 14 points and 13 % by chance."""
_SHARP_DEG, _SHARP_AGREEING = 20.0, 20
_EVENT_DEG = 28.0
_SEEN_DEG, _TRACK_DEG = 8.0, 4.0
"""What turns at all, between two frames."""
_ROUND = 3
"""Frames before and after an event in which its answer may lie."""
_ANSWER, _SILENCE = 0.35, 0.15
"""Share of an event's degrees that answers it, and that does not."""
_APART = 2.5
"""Frames between the middles of an event and of its answer: a receiver 2 s late in a town."""
_HIDDEN_DEG = 60.0
"""More than one pair that could not be compared can hide: beyond it nothing is left in common."""
_FOR, _AGAINST, _UNSURE = 0.5, -4.5, -3.6
"""Nats of an answer, of none, and of none to what one pair alone shows or may hide."""


def linked(sight: Sight) -> bool:
    """Whether two pictures surely show one place."""
    return sight.agreeing >= max(_AGREEING, _SHARE * sight.matched)


def turn_agreement(sights: Sequence[Sight], way: Way) -> Signal:
    """The signal `turns`; sights: between neighbours, as many as the way has steps."""
    usable = np.array([_believed(sight) for sight in sights], bool) & way.near
    seen = np.where(usable, [sight.turn_deg for sight in sights], 0.0)
    track = np.nan_to_num(way.turn_deg)
    of_pictures = (_answered(event, seen, track, 0) for event in _events(seen, _SEEN_DEG))
    of_track = (
        _answered(event, track, seen, int((~usable[_around(event, len(seen))]).sum()))
        for event in _events(track, _TRACK_DEG)
    )
    nats = [nat for nat in (*of_pictures, *of_track) if nat is not None]
    facts = {
        "events": len(nats),
        "answered": sum(nat > 0 for nat in nats),
        "unanswered": sum(nat < 0 for nat in nats),
    }
    return Signal("turns", bounded(sum(nats), -18, 2), facts)


def _believed(sight: Sight) -> bool:
    """A sharp turn leaves little in common, and little agrees on a wrong one by chance."""
    return linked(sight) and (abs(sight.turn_deg) < _SHARP_DEG or sight.agreeing >= _SHARP_AGREEING)


def _events(turns: Floats, least_deg: float) -> list[tuple[int, int]]:
    """Runs [first, last) of pairs that turn, with holes of one pair at most, and far enough."""
    turning = np.flatnonzero(np.abs(turns) >= least_deg)
    if not len(turning):
        return []
    starts = [turning[0], *(b for a, b in pairwise(turning) if b - a > 2)]
    ends = [*(a for a, b in pairwise(turning) if b - a > 2), turning[-1]]
    runs = [(int(a), int(b) + 1) for a, b in zip(starts, ends, strict=True)]
    return [(a, b) for a, b in runs if abs(_size(turns[a:b])) >= _EVENT_DEG]


def _size(turns: Floats) -> float:
    """Degrees to the side that it mostly turns to; 0 when that is not clear."""
    right, left = float(turns[turns > 0].sum()), float(-turns[turns < 0].sum())
    if min(right, left) > 0.6 * max(right, left):
        return 0.0
    return right if right > left else -left


def _answered(event: tuple[int, int], turns: Floats, others: Floats, blind: int) -> float | None:
    """Nats by whether others turn as the event does; None when that is not clear.

    blind: pairs near it that could not be compared: each may hide most of a turn.
    """
    size = _size(turns[event[0] : event[1]])
    around = _around(event, len(others))
    answer = np.maximum(others[around] * np.sign(size), 0.0)
    share = float(answer.sum()) / abs(size)
    if share > _SILENCE:
        own = np.maximum(turns[event[0] : event[1]] * np.sign(size), 0.0)
        apart = abs(_middle(own) + event[0] - _middle(answer) - around.start)
        if apart <= _APART:
            return _FOR if share >= _ANSWER else None
        if apart <= _APART + 1:
            return None
    if blind > 1:
        return None
    hidden = blind and abs(size) < _HIDDEN_DEG
    alone = event[1] - event[0] == 1
    return _UNSURE if alone or hidden else _AGAINST


def _middle(weights: Floats) -> float:
    return float((np.arange(len(weights)) * weights).sum() / weights.sum())


def _around(event: tuple[int, int], count: int) -> slice:
    return slice(max(0, event[0] - _ROUND), min(count, event[1] + _ROUND))
