"""Do a drive's frames stand where a receiver has signed that it was? Pure.

A frame is covered when signed fixes at most `GAP_MS` apart stand before and after it; its place is
then that of the straight line between them. Laws: every covered frame lies within `APART_M` of its
signed place; at least `COVERED` of 100 frames are covered (the first and last seconds of a drive
lie in blocks that also tell of what was trimmed, so they are not shown). Otherwise the evidence
does not speak of this drive.

25 m: five times the error of a receiver in a street, and more than a frame moves by another way of
interpolating at 2 s; far less than what a lie about a cell (18.8 m apart) would need to pay.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.attestation.blocks import Block, fixes_of
from roadcomb.errors import InvalidInput, Unauthorised
from roadcomb.geo import distance_m
from roadcomb.records import Fix, Frame, degrees

__all__ = ["APART_M", "COVERED", "GAP_MS", "Agreement", "agree", "speaking_of"]

APART_M = 25.0
COVERED = 80
GAP_MS = 2_500


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of all frames, how many are covered, and the farthest of them from its signed place."""

    frames: int
    covered: int
    apart_m: float


def agree(frames: Sequence[Frame], fixes: Sequence[Fix]) -> Agreement:
    """How well frames (in the order of time) agree with signed fixes.

    Raises InvalidInput for fixes that go back in time, Unauthorised where a law above is broken.
    """
    times = [fix.t_ms for fix in fixes]
    if any(a >= b for a, b in pairwise(times)):
        raise InvalidInput("the signed fixes go back in time")
    gaps = [gap for frame in frames if (gap := _apart_m(frame, fixes, times)) is not None]
    result = Agreement(len(frames), len(gaps), max(gaps, default=0.0))
    if 100 * result.covered < COVERED * result.frames:
        raise Unauthorised(
            f"signed fixes cover {result.covered} of {result.frames} frames: {COVERED} % are needed"
        )
    if result.apart_m > APART_M:
        raise Unauthorised(f"a frame stands {result.apart_m:.0f} m from where the receiver was")
    return result


def speaking_of(blocks: Sequence[Block], frames: Sequence[Frame]) -> list[Block]:
    """The blocks that tell of no moment outside the drive and of no gap in it: only what its frames
    tell as well may leave the machine."""
    times = [frame.t_ms for frame in frames]
    return [block for block in blocks if _is_inside(block, frames, times)]


def _is_inside(block: Block, frames: Sequence[Frame], times: Sequence[int]) -> bool:
    fixes = fixes_of([block])
    return bool(fixes) and all(_is_near(fix, frames, times) for fix in fixes)


def _is_near(fix: Fix, frames: Sequence[Frame], times: Sequence[int]) -> bool:
    """Whether the moment lies between two neighbouring frames, and the place near one of them."""
    at = bisect_left(times, fix.t_ms)
    if fix.t_ms < times[0] or at >= len(times):
        return False
    near = (frames[max(at - 1, 0)], frames[at])
    return any(
        distance_m(fix.lat_deg, fix.lon_deg, degrees(one.lat_e7), degrees(one.lon_e7))
        <= 2 * APART_M
        for one in near
    )


def _apart_m(frame: Frame, fixes: Sequence[Fix], times: Sequence[int]) -> float | None:
    """Metres from the frame to its signed place; None where it is not covered."""
    at = bisect_left(times, frame.t_ms)
    if at == len(times) or (at == 0 and times[0] != frame.t_ms):
        return None
    after = fixes[at]
    before = after if after.t_ms == frame.t_ms else fixes[at - 1]
    span = after.t_ms - before.t_ms
    if span > GAP_MS:
        return None
    share = (frame.t_ms - before.t_ms) / span if span else 0.0
    lat = before.lat_deg + share * (after.lat_deg - before.lat_deg)
    lon = before.lon_deg + share * ((after.lon_deg - before.lon_deg + 180) % 360 - 180)
    return distance_m(lat, lon, degrees(frame.lat_e7), degrees(frame.lon_e7))
