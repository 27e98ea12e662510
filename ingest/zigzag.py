"""Zig-zag: positions that jump away and come back, as receivers write between high buildings. Pure.

The rule is mapillary_tools' (`_check_sequences_zigzag`): of the last `zigzag_window` frames and the
new one, if the new one is a jump of over `zigzag_jump_m` from the one before, and nearer than
`zigzag_ratio` of that one's distance to the window's first, then the one before went astray, and
so did those before it of which the same holds. The frame that came back is kept.

Law: what is left, looked at again in the same way, holds no zig-zag.
"""

from collections.abc import Sequence
from typing import Protocol

from ingest.settings import ScreenSettings
from roadcomb.geo import distance_m
from roadcomb.records import degrees

__all__ = ["Located", "astray", "way_m"]


class Located(Protocol):
    """Something with a place; roadcomb.records.Frame is one."""

    @property
    def lat_e7(self) -> int: ...
    @property
    def lon_e7(self) -> int: ...


def way_m(a: Located, b: Located) -> float:
    """Metres from one to the other."""
    return distance_m(degrees(a.lat_e7), degrees(a.lon_e7), degrees(b.lat_e7), degrees(b.lon_e7))


def astray(kept: Sequence[Located], new: Located, settings: ScreenSettings) -> int:
    """How many of the last kept ones are astray now that the `new` one is known."""
    left = len(kept)
    while found := _found(kept[max(0, left - settings.zigzag_window) : left], new, settings):
        left -= found
    return len(kept) - left


def _found(window: Sequence[Located], new: Located, settings: ScreenSettings) -> int:
    if len(window) < settings.zigzag_window:
        return 0
    first, found = window[0], 0
    for frame in reversed(window[1:]):
        if way_m(frame, new) <= settings.zigzag_jump_m:
            break
        if way_m(first, new) >= settings.zigzag_ratio * way_m(frame, first):
            break
        found += 1
    return found
