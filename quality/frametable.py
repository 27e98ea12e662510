"""All frames of judged drives, in rows that grow: the same answers however they came in.

Rows are kept in segments that are merged when they are of one size, as in a log-structured tree: a
frame is sorted anew a few times, whatever the table holds, and at most a million at a time. A
drive's frames are one run of rows, so that its id and n need no column.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

import numpy as np

from quality.columns import Columns, merged
from quality.fingerprint import Words
from quality.hashindex import Found
from quality.segments import Segment, segment_of

__all__ = ["FrameTable"]

_LARGEST_SEGMENT = 1 << 20
_PENDING_ROWS = 1 << 16
_MERGE_FACTOR = 2


class FrameTable:
    """Rows of frames; what was added is found after `settle`."""

    def __init__(self) -> None:
        self.rows = 0
        self.starts: list[int] = []
        self.owners: list[str] = []
        self.segments: list[Segment] = []
        self._pending: list[Columns] = []

    def add(self, drive_id: str, columns: Columns) -> None:
        """The frames of a drive, n from 0 upwards."""
        self.starts.append(self.rows)
        self.owners.append(drive_id)
        self._pending.append(columns)
        self.rows += len(columns.accepted)
        if self.rows - self._settled() >= _PENDING_ROWS:
            self.settle()

    def settle(self) -> None:
        """Make what was added searchable."""
        if not self._pending:
            return
        first, parts = self._settled(), self._pending
        count = self.rows - first
        while self.segments and _mergeable(self.segments[-1], count):
            last = self.segments.pop()
            first, parts, count = last.first, [last.columns(), *parts], count + len(last.accepted)
        self.segments.append(segment_of(first, merged(parts)))
        self._pending = []

    def forget(self, drive_id: str) -> bool:
        """Keep nothing of a drive's rows but their number; whether there were any."""
        self.settle()
        ends = [*self.starts, self.rows][1:]
        runs = [
            (first, end)
            for owner, first, end in zip(self.owners, self.starts, ends, strict=True)
            if owner == drive_id
        ]
        for first, end in runs:
            self.segments = [_without(one, first, end) for one in self.segments]
        return bool(runs)

    def frame(self, row: int) -> tuple[str, int]:
        """(drive id, n) of a row."""
        at = bisect_right(self.starts, row) - 1
        return self.owners[at], row - self.starts[at]

    def same_picture(self, key: int) -> Iterator[tuple[int, bool]]:
        """(row, accepted) of the frames with the picture of a key (quality/columns.py)."""
        for segment in self.segments:
            for row in segment.same_picture(key):
                yield row, bool(segment.accepted[row - segment.first])

    def drives_around(self, places: Sequence[int]) -> set[str]:
        """Ids of the drives with a frame around some places."""
        found: set[str] = set()
        for segment in self.segments:
            rows = segment.rows_around(places)
            at = np.unique(np.searchsorted(self.starts, rows, side="right") - 1)
            found.update(self.owners[number] for number in at.tolist())
        return found

    def near(
        self, queries: Words, places: Sequence[int], radius: int, inner: bool = False
    ) -> Iterator[Found]:
        """All frames around places[i] within `radius` bits of queries[i] (Segment.near)."""
        return (segment.near(queries, places, radius, inner) for segment in self.segments)

    def anywhere(
        self, queries: Words, radius: int, flips: int, inner: bool = False
    ) -> Iterator[Found]:
        """Most frames within `radius` bits of queries (Segment.anywhere)."""
        return (segment.anywhere(queries, radius, flips, inner) for segment in self.segments)

    def nbytes(self) -> int:
        """Bytes held by columns and tables."""
        return sum(segment.nbytes() for segment in self.segments)

    def _settled(self) -> int:
        return self.segments[-1].end if self.segments else 0


def _mergeable(last: Segment, count: int) -> bool:
    size = len(last.accepted)
    return size <= _MERGE_FACTOR * count and size + count <= _LARGEST_SEGMENT


def _without(segment: Segment, first: int, end: int) -> Segment:
    if end <= segment.first or segment.end <= first:
        return segment
    return segment.without(first, end)
