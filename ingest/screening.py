"""Screening: which of the offered frames make a drive, and why not the others.

Laws: kept + rejected = offered, whatever comes in; a drive screened again is kept whole (so a node
that screens a manifest finds what its contributor found).

1. The offered order is the order of recording. The longest run of strictly increasing times is
   believed, the others go back in time (`time-backwards`): one wild clock costs one frame.
2. A frame follows another if it can be reached at `max_speed_mps`. Frames that follow each other
   form a strand. The longest strand is believed, and every other of `strand_frames` or more (a
   receiver that woke up elsewhere); frames of shorter strands are `too-fast`.
3. Within a strand, a frame nearer than `slack` x spacing to the last kept one is `too-close`,
   unless a pause of more than `gap_s` lies before it; frames that jumped away and came back are
   `zig-zag` (ingest/zigzag.py).
4. A pause over `gap_s` or a hole over `gap_m` between kept frames ends the drive; smaller gaps are
   looked at when nothing can be lost by them any more (ingest/gaps.py). A drive of fewer
   than `min_frames` is `drive-too-short`; one of three or more that never leaves the circle of
   `standing_m` round its first frame is `stationary`.

A frame at exactly (0, 0) is `null-island`; one whose receiver says so is `few-satellites` or
`poor-hdop`. Pure; frames are anything with time and place.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

from ingest.settings import ScreenSettings
from ingest.zigzag import Located, astray, way_m

__all__ = [
    "Placed",
    "Rejected",
    "increasing",
    "is_drive",
    "screen",
    "screen_drives",
    "spacing_m",
]

TELLING = 3
"""Frames from which on standing and driving can be told apart."""
OPEN_STRANDS = 4
"""Strands that may still grow: bounds the work on hostile input to 4 comparisons a frame."""


class Placed(Located, Protocol):
    """A frame with time and place; roadcomb.records.Frame is one."""

    @property
    def t_ms(self) -> int: ...
    @property
    def speed_cmps(self) -> int | None: ...
    @property
    def hdop_centi(self) -> int | None: ...
    @property
    def satellites(self) -> int | None: ...


Item = TypeVar("Item")
Offered = TypeVar("Offered", bound=Placed)


@dataclass(frozen=True, slots=True)
class Rejected(Generic[Item]):
    """One frame that is not part of a drive; `reason` is a stable kebab-case code."""

    item: Item
    reason: str


@dataclass(slots=True, eq=False)
class _Strand(Generic[Offered]):
    """Frames that follow each other; `seen_ms` is the time of the last one, kept or not."""

    kept: list[Offered]
    seen_ms: int
    close: list[Offered] = field(default_factory=list)
    astray: list[Offered] = field(default_factory=list)


def screen(
    frames: Sequence[Offered], settings: ScreenSettings
) -> tuple[list[Offered], list[Rejected[Offered]]]:
    """(kept, rejected) of frames in the order of their recording."""
    drives, rejected = screen_drives(frames, settings)
    kept = sorted((frame for drive in drives for frame in drive), key=lambda frame: frame.t_ms)
    return kept, rejected


def screen_drives(
    frames: Sequence[Offered], settings: ScreenSettings
) -> tuple[list[list[Offered]], list[Rejected[Offered]]]:
    """(drives, rejected) of frames in the order of their recording."""
    somewhere, lost = _partition(frames, lambda frame: (frame.lat_e7, frame.lon_e7) != (0, 0))
    rejected = _reject(lost, "null-island")
    received, weak = _received(somewhere, settings)
    rejected += weak
    flags = iter(increasing([frame.t_ms for frame in received]))
    forward, backward = _partition(received, lambda _: next(flags))
    rejected += _reject(backward, "time-backwards")
    strands = _strands(forward, settings)
    believed, doubted = _believe(strands, settings)
    for strand in strands:
        rejected += _reject(strand.close, "too-close")
        rejected += _reject(strand.astray, "zig-zag")
    for strand in doubted:
        rejected += _reject(strand.kept, "too-fast")
    drives, short = _partition(
        [drive for strand in believed for drive in _split(strand.kept, settings)],
        lambda drive: len(drive) >= settings.min_frames,
    )
    for drive in short:
        rejected += _reject(drive, "drive-too-short")
    moving, standing = _partition(drives, lambda drive: not _stands(drive, settings))
    for drive in standing:
        rejected += _reject(drive, "stationary")
    return moving, rejected


def increasing(values: Sequence[int]) -> list[bool]:
    """Which values form the longest strictly increasing run; patience sorting, O(n log n)."""
    tails: list[int] = []
    tail_at: list[int] = []
    before: list[int] = []
    for index, value in enumerate(values):
        length = bisect_left(tails, value)
        before.append(tail_at[length - 1] if length else -1)
        tails[length : length + 1] = [value]
        tail_at[length : length + 1] = [index]
    chosen = [False] * len(values)
    at = tail_at[-1] if tail_at else -1
    while at >= 0:
        chosen[at] = True
        at = before[at]
    return chosen


def _strands(frames: Sequence[Offered], settings: ScreenSettings) -> list[_Strand[Offered]]:
    strands: list[_Strand[Offered]] = []
    open_strands: list[_Strand[Offered]] = []
    for frame in frames:
        strand = next((s for s in reversed(open_strands) if _join(s, frame, settings)), None)
        if strand is None:
            strand = _Strand([frame], frame.t_ms)
            strands.append(strand)
        else:
            open_strands.remove(strand)
        strand.seen_ms = frame.t_ms
        open_strands = [*open_strands[1 - OPEN_STRANDS :], strand]
    return strands


def _join(strand: _Strand[Offered], frame: Offered, settings: ScreenSettings) -> bool:
    """Put the frame on the strand, as kept or too close; False when it cannot be reached."""
    ended = frame.t_ms - strand.kept[-1].t_ms > settings.gap_s * 1000  # another trip: no jump
    believed = len(strand.kept) - (0 if ended else astray(strand.kept, frame, settings))
    last = strand.kept[believed - 1]
    moved_m, pause_s = way_m(last, frame), (frame.t_ms - last.t_ms) / 1000
    paused = frame.t_ms - strand.seen_ms > settings.gap_s * 1000
    enough_m = settings.slack * spacing_m(frame, moved_m / pause_s, settings)
    close = moved_m < enough_m and not paused
    if not close and moved_m > settings.max_speed_mps * pause_s:
        return False
    strand.astray += strand.kept[believed:]
    del strand.kept[believed:]
    (strand.close if close else strand.kept).append(frame)
    return True


def spacing_m(frame: Placed, moved_mps: float, settings: ScreenSettings) -> float:
    """The wanted one at the receiver's speed (Doppler, free of the positions' noise), or else at
    the one at which its places moved."""
    speed = moved_mps if frame.speed_cmps is None else frame.speed_cmps / 100
    return settings.fast_spacing_m if speed > settings.fast_mps else settings.spacing_m


def _believe(
    strands: Sequence[_Strand[Offered]], settings: ScreenSettings
) -> tuple[list[_Strand[Offered]], list[_Strand[Offered]]]:
    longest = max(strands, key=lambda strand: len(strand.kept), default=None)
    return _partition(strands, lambda s: s is longest or len(s.kept) >= settings.strand_frames)


def _split(frames: Sequence[Offered], settings: ScreenSettings) -> Iterator[list[Offered]]:
    """Cut at gaps, and what is still longer than one drive may be into equal parts."""
    starts = [0, *(i for i in range(1, len(frames)) if _gap(frames[i - 1], frames[i], settings))]
    for start, end in zip(starts, [*starts[1:], len(frames)], strict=True):
        length = end - start
        parts = -(-length // settings.max_frames)
        edges = [start + length * part // parts for part in range(parts + 1)]
        yield from (list(frames[a:b]) for a, b in pairwise(edges))


def _gap(last: Placed, frame: Placed, settings: ScreenSettings) -> bool:
    paused = frame.t_ms - last.t_ms > settings.gap_s * 1000
    return paused or way_m(last, frame) > settings.gap_m


def is_drive(frames: Sequence[Placed], settings: ScreenSettings) -> bool:
    """Whether a part of a screened drive would be one by itself, whoever screens it."""
    return len(frames) >= max(TELLING, settings.min_frames) and not _stands(frames, settings)


def _stands(drive: Sequence[Placed], settings: ScreenSettings) -> bool:
    here = drive[0]
    return len(drive) >= TELLING and all(way_m(here, f) <= settings.standing_m for f in drive)


def _received(
    frames: Sequence[Offered], settings: ScreenSettings
) -> tuple[list[Offered], list[Rejected[Offered]]]:
    """(kept, rejected) by what the receiver said of its fix; silence rejects nothing."""
    many, few = _partition(frames, lambda f: _at_least(f.satellites, settings.min_satellites))
    highest = round(settings.max_hdop * 100)
    sharp, poor = _partition(many, lambda f: f.hdop_centi is None or f.hdop_centi <= highest)
    return sharp, [*_reject(few, "few-satellites"), *_reject(poor, "poor-hdop")]


def _at_least(value: int | None, lowest: int) -> bool:
    return value is None or value >= lowest


def _partition(
    items: Sequence[Item], keep: Callable[[Item], bool]
) -> tuple[list[Item], list[Item]]:
    kept: list[Item] = []
    others: list[Item] = []
    for item in items:
        (kept if keep(item) else others).append(item)
    return kept, others


def _reject(items: Sequence[Item], reason: str) -> list[Rejected[Item]]:
    return [Rejected(item, reason) for item in items]
