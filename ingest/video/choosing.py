"""Which instants of a video become pictures: by distance, not by time. Pure.

Law: the place of each chosen instant is at least one spacing in a straight line from that of the
one before, and less than one spacing and the way of one step beyond it while the track has no hole;
a standing car adds none, however its receiver's fixes wander within the spacing.
"""

from dataclasses import replace

from ingest.heldfix import spread_held
from ingest.settings import ReadSettings, ScreenSettings
from ingest.tracks import Track, make_track
from roadcomb.geo import distance_m
from roadcomb.records import Fix

__all__ = ["STEP_MS", "choose", "even"]

STEP_MS = 40
"""Instants are looked at 25 times a second: 1 m apart at 90 km/h."""


def even(fixes: tuple[Fix, ...], reading: ReadSettings) -> Track:
    """Track of a video's fixes; places that a slow receiver repeats are spread over their time."""
    return make_track(spread_held(fixes, reading.held_fix_s))


def choose(
    track: Track, duration_ms: int, screening: ScreenSettings, reading: ReadSettings
) -> list[Fix]:
    """Fixes, at their time from the video's start, of the pictures to take of [0, duration_ms)."""
    if not track.fixes:
        return []
    first = -(-max(0, track.times_ms[0]) // STEP_MS) * STEP_MS
    last = min(duration_ms - 1, track.times_ms[-1])
    chosen: list[Fix] = []
    for t_ms in range(first, last + 1, STEP_MS):
        fix = track.at(t_ms, reading.track_gap_s)
        if fix is not None and (not chosen or _far(chosen[-1], fix, screening)):
            chosen.append(replace(fix, t_ms=t_ms))
    return chosen


def _far(last: Fix, fix: Fix, screening: ScreenSettings) -> bool:
    way_m = distance_m(last.lat_deg, last.lon_deg, fix.lat_deg, fix.lon_deg)
    if way_m < screening.spacing_m:
        return False
    speed = fix.speed_mps
    if speed is None:
        speed = way_m * 1000 / (fix.t_ms - last.t_ms)
    return way_m >= (
        screening.fast_spacing_m if speed > screening.fast_mps else screening.spacing_m
    )
