"""Receivers slower than the camera: frames that repeat a fix get their place between two fixes.

Such cameras lost half of their pictures to spacing rules elsewhere (mapillary_tools #380), since
the frames between two fixes all seem to stand still. Pure; no frame is added or taken away.

Law: only frames that repeat the very place of the one before are moved, only between the first
frame of that place and the first of the next one, and only if that took at most `held_s` and the
receiver does not say that it stands.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from ingest.tracks import between
from roadcomb.records import Fix

__all__ = ["spread_held"]

STANDING_MPS = 0.5
"""Doppler speed of a standing receiver: below 0.5 m/s (u-blox static hold thresholds)."""


def spread_held(fixes: Sequence[Fix], held_s: float) -> list[Fix]:
    """The same fixes in the same order, each at its own time."""
    groups = [list(group) for _, group in groupby(fixes, lambda fix: (fix.lat_deg, fix.lon_deg))]
    spread = [_spread(group, following[0], held_s) for group, following in pairwise(groups)]
    return [fix for group in [*spread, *groups[-1:]] for fix in group]


def _spread(group: list[Fix], following: Fix, held_s: float) -> list[Fix]:
    first = group[0]
    if not 0 < following.t_ms - first.t_ms <= held_s * 1000:
        return group
    return [first, *(_moved(fix, first, following) for fix in group[1:])]


def _moved(fix: Fix, first: Fix, following: Fix) -> Fix:
    standing = fix.speed_mps is not None and fix.speed_mps < STANDING_MPS
    if standing or not first.t_ms < fix.t_ms < following.t_ms:
        return fix
    place = between(first, following, fix.t_ms)
    return replace(fix, lat_deg=place.lat_deg, lon_deg=place.lon_deg)
