"""All signals of a drive, and whether a person should look at it; pure.

The law: no signal rejects anybody. What speaks against a drive adds up to its doubt; what speaks
for it is told but pays for nothing, because a trace that fits the pictures well does not excuse
pictures that stand still. At `HOLD_AT` the drive is held with all its signals as evidence, and a
person decides. Advisory signals are told and never counted.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from quality.evidence.clocks import clock_rate, from_the_future
from quality.evidence.light import sun_height, sun_side
from quality.evidence.moving import forward_motion, order, still_pictures
from quality.evidence.physics import drawn_track, forces, jumps
from quality.evidence.screens import filmed_screen
from quality.evidence.signals import Signal
from quality.evidence.sun import sun_at
from quality.evidence.turns import turn_agreement
from quality.evidence.watching import Seen
from quality.evidence.way import way_of
from roadcomb.canonical import Json
from roadcomb.records import Frame, degrees

__all__ = ["HOLD_AT", "doubt", "evidence_of", "signals_of", "suspicious"]

HOLD_AT = -350
"""Odds of 33 to 1. Of 630 honest drawn drives it held as many as docs/authenticity.md says."""


def signals_of(frames: Sequence[Frame], seen: Seen, received_ms: int) -> list[Signal]:
    """The signals of a whole drive.

    seen: of its pictures, in order. received_ms: when it was sealed, by the node's clock.
    """
    if len(frames) < 2 or len(seen.light) != len(frames):
        return [from_the_future(frames, received_ms)]
    way = way_of(frames)
    suns = [sun_at(frame.t_ms, degrees(frame.lat_e7), degrees(frame.lon_e7)) for frame in frames]
    signals = [
        turn_agreement(seen.sights, way),
        still_pictures(seen.sights, way),
        forward_motion(seen.sights, way),
        order(seen.sights, way),
        drawn_track(way),
        jumps(seen.sights, way),
        forces(way),
        sun_height(seen.light, suns),
        sun_side(seen.light, suns, way),
        clock_rate(frames, way),
        from_the_future(frames, received_ms),
    ]
    if seen.spectrum is not None and seen.pictures:
        mean = (seen.spectrum / seen.pictures).astype(np.float32)
        signals.append(filmed_screen(mean, seen.pictures))
    return signals


def doubt(signals: Iterable[Signal]) -> int:
    """What speaks against a drive, together: 0 or below."""
    return sum(min(0, signal.strength) for signal in signals if not signal.advisory)


def suspicious(signals: Iterable[Signal]) -> bool:
    """Whether a person should look at the drive."""
    return doubt(signals) <= HOLD_AT


def evidence_of(signals: Sequence[Signal]) -> dict[str, Json]:
    """What a person should look at, the gravest first; nothing of nothing."""
    if not signals:
        return {}
    return {
        "doubt": doubt(signals),
        "signals": [
            {
                "name": signal.name,
                "strength": signal.strength,
                "advisory": signal.advisory,
                "facts": dict(signal.facts),
            }
            for signal in sorted(signals, key=lambda one: (one.strength, one.name))
        ],
    }
