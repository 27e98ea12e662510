"""Drawing pictures to look at again, so that nobody knew which before their grades stood; pure.

The law: the seed is the root of the log when the newest epoch closed, which covers a receipt that
none of the drawn albums' epochs had seen; with the auditor's own words, where given, not even who
wrote that log could choose it. Every picture of these albums is equally likely, none is drawn
twice, and who draws with the same seed draws the same.
"""

import hashlib
import itertools
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rewards.albums import Listed

__all__ = ["Drawn", "draw", "seed_of"]

_TAG = b"roadcomb pictures v1\0"


@dataclass(frozen=True, slots=True)
class Drawn:
    """The number of a picture among those that its album shows, from 0."""

    album: Listed
    number: int


def seed_of(log_root: str, own: str = "") -> bytes:
    """The seed of a log root (hex) and of the auditor's own words."""
    return hashlib.sha256(_TAG + bytes.fromhex(log_root) + own.encode()).digest()


def draw(albums: Sequence[Listed], seed: bytes, count: int) -> list[Drawn]:
    """At most `count` pictures, by album and number."""
    ends = list(accumulate(album.pictures for album in albums))
    total = ends[-1] if ends else 0
    chosen: set[int] = set()
    numbers = _numbers(seed, total)
    while len(chosen) < min(count, total):
        chosen.add(next(numbers))
    return [_drawn(albums, ends, number) for number in sorted(chosen)]


def _numbers(seed: bytes, below: int) -> Iterator[int]:
    """Endless. 256 bits reduced to far fewer leave no bias that could be seen."""
    for step in itertools.count():
        digest = hashlib.sha256(seed + step.to_bytes(8, "little")).digest()
        yield int.from_bytes(digest, "little") % below


def _drawn(albums: Sequence[Listed], ends: Sequence[int], number: int) -> Drawn:
    at = bisect_right(ends, number)
    return Drawn(albums[at], number - (ends[at] - albums[at].pictures))
