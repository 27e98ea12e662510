"""Tracks: fixes in order of time, and where a frame was at its own time between two of them. Pure.

Law: a frame is placed only between two fixes that stand no further apart than the asked gap, and
then on the straight way between them; nothing is guessed before, after or across a hole.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from roadcomb.geo import interpolate_heading
from roadcomb.records import Fix

__all__ = ["Track", "between", "make_track"]


@dataclass(frozen=True, slots=True)
class Track:
    """Fixes of strictly increasing time, and those times (ms)."""

    fixes: tuple[Fix, ...] = ()
    times_ms: tuple[int, ...] = ()

    def at(self, t_ms: int, gap_s: float) -> Fix | None:
        """The fix at `t_ms`; None outside the track or in a hole longer than `gap_s`."""
        after = bisect_right(self.times_ms, t_ms)
        if after == 0:
            return None
        last = self.fixes[after - 1]
        if last.t_ms == t_ms:
            return last
        if after == len(self.fixes) or self.times_ms[after] - last.t_ms > gap_s * 1000:
            return None
        return between(last, self.fixes[after], t_ms)


def make_track(fixes: Iterable[Fix]) -> Track:
    """Track of fixes in any order; of one instant the first counts, places off earth do not."""
    by_time: dict[int, Fix] = {}
    for fix in fixes:
        if abs(fix.lat_deg) <= 90 and abs(fix.lon_deg) <= 180:  # NaN compares false
            by_time.setdefault(fix.t_ms, fix)
    times = tuple(sorted(by_time))
    return Track(tuple(by_time[t] for t in times), times)


def between(a: Fix, b: Fix, t_ms: int) -> Fix:
    """The fix at a time between those of `a` and `b`; what only one of them says stays unsaid."""
    share = (t_ms - a.t_ms) / (b.t_ms - a.t_ms)
    east_deg = (b.lon_deg - a.lon_deg + 180) % 360 - 180  # the shorter way round the earth
    heading = None
    if a.heading_deg is not None and b.heading_deg is not None:
        heading = interpolate_heading(a.heading_deg, b.heading_deg, share)
    return Fix(
        t_ms,
        a.lat_deg + share * (b.lat_deg - a.lat_deg),
        (a.lon_deg + share * east_deg + 180) % 360 - 180,
        _mix(a.alt_m, b.alt_m, share),
        _mix(a.speed_mps, b.speed_mps, share),
        heading,
        _mix(a.hdop, b.hdop, share),
        _least(a.satellites, b.satellites),
        _least(a.dimension, b.dimension),
        _mix(a.error_m, b.error_m, share),
    )


def _mix(a: float | None, b: float | None, share: float) -> float | None:
    mixed = math.nan if a is None or b is None else a + share * (b - a)
    return mixed if math.isfinite(mixed) else None


def _least(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else min(a, b)
