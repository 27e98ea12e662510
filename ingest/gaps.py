"""Where does one drive end and the next begin on the same trip? Pure.

The dashcam's firmware ends its unit at a gap of twice the spacing (odc-api). Laws. 1. A gap over
`gap_spacings` times the spacing ends a drive. 2. Nothing is lost by it: no drive is made that
screening would reject, so where fewer than `min_frames`, or frames that stand, would be left on one
side, the drive goes on over the gap. A node therefore keeps of each part what it keeps of the whole
(ingest/screening.py), and need not know the spacing. 3. Ends of trips are another thing
(ingest/trimming.py): nothing is cut at a gap.

Where frames were taken by distance the spacing is the wanted one. Of other cameras it is what the
drive itself shows, and one that takes a frame a second has no gap where the car goes faster, nor
one that takes a frame each eight metres where it goes slower: a gap is a hole in way and in time.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

from ingest.screening import Placed, is_drive, spacing_m
from ingest.settings import ScreenSettings
from ingest.zigzag import way_m

__all__ = ["drives_between_gaps"]

Shown = TypeVar("Shown", bound=Placed)
IsGap = Callable[[Placed, Placed], bool]

TYPICAL_WAY = 0.95
"""Share of a drive's steps that are no longer than its typical one: the fast ones count."""
TYPICAL_PAUSE = 0.5
"""The same of pauses; slow ones must not count, a camera that goes by distance has many."""


def drives_between_gaps(
    drive: Sequence[Shown], settings: ScreenSettings, by_distance: bool
) -> list[list[Shown]]:
    """The drives that a screened drive makes, at least one; together they are the whole of it.

    by_distance: whether its frames were taken by the settings' spacing.
    """
    is_gap = (_gap_of_spacing if by_distance else _gap_of_run)(drive, settings)
    edges = [0]
    for n, (last, frame) in enumerate(pairwise(drive), start=1):
        if is_gap(last, frame) and _both_drive(drive, edges[-1], n, settings):
            edges.append(n)
    return [list(drive[a:b]) for a, b in pairwise([*edges, len(drive)])]


def _both_drive(drive: Sequence[Placed], start: int, gap: int, settings: ScreenSettings) -> bool:
    return is_drive(drive[start:gap], settings) and is_drive(drive[gap:], settings)


def _gap_of_spacing(_: Sequence[Placed], settings: ScreenSettings) -> IsGap:
    def is_gap(last: Placed, frame: Placed) -> bool:
        way, pause_s = way_m(last, frame), (frame.t_ms - last.t_ms) / 1000
        wanted_m = max(spacing_m(end, way / pause_s, settings) for end in (last, frame))
        return way > settings.gap_spacings * wanted_m

    return is_gap


def _gap_of_run(drive: Sequence[Placed], settings: ScreenSettings) -> IsGap:
    steps = list(pairwise(drive))
    ways = [way_m(last, frame) for last, frame in steps]
    pauses = [frame.t_ms - last.t_ms for last, frame in steps]
    longest_m = settings.gap_spacings * max(settings.spacing_m, _typical(ways, TYPICAL_WAY))
    longest_ms = settings.gap_spacings * _typical(pauses, TYPICAL_PAUSE)

    def is_gap(last: Placed, frame: Placed) -> bool:
        return frame.t_ms - last.t_ms > longest_ms and way_m(last, frame) > longest_m

    return is_gap


def _typical(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of them do not exceed; 0 of none."""
    return sorted(values)[math.ceil(share * len(values)) - 1] if values else 0.0
