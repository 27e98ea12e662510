"""Receivers slower than the camera: frames that repeat a fix get their place between two fixes.

Such cameras lost half of their pictures to spacing rules elsewhere (mapillary_tools #380), since
the frames between two fixes all seem to stand still. Pure; no frame is added or taken away.

Law: only frames that repeat the very place of the one before are moved, only between the first
frame of that place and the first of the next one, and only if that took at most `held_s` and the
receiver does not say that it stands. Frames that were spread once are spread: a node that does the
same to a manifest moves nothing of a contributor whose client did it, and gives the frames of one
whose client did not the places that ours would have given them.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from ingest.tracks import between
from roadcomb.records import Fix, Frame, degrees, e7

__all__ = ["spread_frames", "spread_held"]

STANDING_MPS = 0.5
"""Doppler speed of a standing receiver: below 0.5 m/s (u-blox static hold thresholds)."""


def spread_held(fixes: Sequence[Fix], held_s: float) -> list[Fix]:
    """The same fixes in the same order, each at its own time."""
    groups = [list(group) for _, group in groupby(fixes, lambda fix: (fix.lat_deg, fix.lon_deg))]
    spread = [_spread(group, following[0], held_s) for group, following in pairwise(groups)]
    return [fix for group in [*spread, *groups[-1:]] for fix in group]


def spread_frames(frames: Sequence[Frame], held_s: float) -> list[Frame]:
    """The frames of a manifest in their order, each at its own place."""
    spread = spread_held([_fix_of(frame) for frame in frames], held_s)
    places = ((e7(fix.lat_deg), e7(fix.lon_deg)) for fix in spread)
    return [
        frame if place == (frame.lat_e7, frame.lon_e7) else _at(frame, *place)
        for frame, place in zip(frames, places, strict=True)
    ]


def _fix_of(frame: Frame) -> Fix:
    speed_mps = None if frame.speed_cmps is None else frame.speed_cmps / 100
    return Fix(frame.t_ms, degrees(frame.lat_e7), degrees(frame.lon_e7), speed_mps=speed_mps)


def _at(frame: Frame, lat_e7: int, lon_e7: int) -> Frame:
    return replace(frame, lat_e7=lat_e7, lon_e7=lon_e7)


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
