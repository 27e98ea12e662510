"""Does the clock fit? `future`: no frame is taken after the node had it. `clock`: metres between
fixes are speed times seconds, so a clock that runs fast or slow shows against the receiver's own
speed, which comes from Doppler shifts and not from that clock. Pure.
"""

from collections.abc import Sequence

import numpy as np

from quality.evidence.signals import Signal, bounded
from quality.evidence.way import Way
from roadcomb.records import Frame

__all__ = ["clock_rate", "from_the_future"]

_TOLERANCE_MS = 10 * 60_000
"""Cameras without a network keep time to a few minutes."""
_LEAST_M = 100.0


def from_the_future(frames: Sequence[Frame], received_ms: int) -> Signal:
    """The signal `future`; received_ms: when the drive was sealed, by the node's clock."""
    late = sum(frame.t_ms > received_ms + _TOLERANCE_MS for frame in frames)
    return Signal("future", bounded(-10.0 if late else 0.0, -10, 0), {"frames": late})


def clock_rate(frames: Sequence[Frame], way: Way) -> Signal:
    """The signal `clock`: silent where the receiver told no speeds."""
    speed = np.array(
        [np.nan if frame.speed_cmps is None else frame.speed_cmps / 100 for frame in frames]
    )
    told = way.near & ~np.isnan(speed[:-1]) & ~np.isnan(speed[1:])
    driven = float(way.step_m[told].sum())
    stated = float(((speed[:-1] + speed[1:]) / 2 * way.step_s)[told].sum())
    if driven < _LEAST_M or stated <= 0:
        return Signal("clock", 0)
    rate = driven / stated
    off = abs(float(np.log(rate)))
    return Signal(
        "clock",
        bounded(0.3 - 20 * max(0.0, off - 0.15), -6, 0.3),
        {"per_mille": round(1000 * rate)},
    )
