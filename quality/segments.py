"""Judged frames as columns, each run of them immutable: found by picture, by place, by looks.

The laws. A segment answers only about its own rows, which are numbered through all segments. Two
segments that follow each other are one when merged, and answer the same. What is forgotten leaves
no bits behind: the segment is built again without it.

The ring of a place (a resolution-10 cell, about 130 m across) is searched, so that a copy is found
up to 65 m or more from where its original was, whatever receiver jitter and a shifted track do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quality.columns import Columns
from quality.fingerprint import Words
from quality.hashindex import (
    Buckets,
    Found,
    MarkTable,
    Numbers,
    Rows,
    buckets_of,
    joined,
    table_of,
)
from roadcomb.cells import disk

__all__ = ["Segment", "segment_of"]

_PLACE_RINGS = 1
_PER_BUCKET = 4
_CANDIDATES = 1 << 15


@dataclass(frozen=True, slots=True)
class Segment:
    """Frames first .. first + len(accepted) - 1, built by `segment_of`."""

    first: int
    pictures: NDArray[np.uint64]
    accepted: NDArray[np.bool_]
    by_picture: Buckets
    places: NDArray[np.uint64]
    by_place: Buckets
    whole: MarkTable
    inner: MarkTable

    @property
    def end(self) -> int:
        """The row after the last."""
        return self.first + len(self.accepted)

    def same_picture(self, key: int) -> list[int]:
        """Rows of the picture of a key."""
        keys = np.array([key], np.uint64)
        _, rows = self.by_picture.find(_bucket(keys, len(self.by_picture.starts) - 1))
        hits: list[int] = (self.first + rows[self.pictures[rows] == key].astype(np.int64)).tolist()
        return hits

    def near(self, queries: Words, cells: Sequence[int], radius: int, inner: bool = False) -> Found:
        """All rows in the ring of cells[i] (PLACE_RESOLUTION) within `radius` bits of queries[i].

        queries: shape (q, 4); inner: of those of the closest crop.
        """
        rings = {cell: self._places_near(cell) for cell in set(cells)}
        parts = []
        for first in range(0, len(queries), 256):
            some = [rings[cell] for cell in cells[first : first + 256]]
            which = np.repeat(np.arange(first, first + len(some)), [len(ring) for ring in some])
            at, rows = self.by_place.find(np.concatenate([*some, np.zeros(0, np.int64)]))
            table, kept, positions = self._positions(rows, inner)
            parts.append(table.compared(queries, which[at[kept]], positions, radius))
        return self._numbered(joined(parts))

    def anywhere(self, queries: Words, radius: int, flips: int, inner: bool = False) -> Found:
        """Most rows within `radius` bits of queries; flips as in MarkTable.within."""
        table = self.inner if inner else self.whole
        return self._numbered(table.within(queries, radius, flips))

    def rows_around(self, cells: Sequence[int]) -> Numbers:
        """All rows in the rings of some places."""
        rings = [self._places_near(cell) for cell in cells]
        _, rows = self.by_place.find(np.unique(np.concatenate([*rings, np.zeros(0, np.int64)])))
        return self.first + rows.astype(np.int64)

    def columns(self) -> Columns:
        """What the segment was built of."""
        places = np.zeros(len(self.accepted), np.uint64)
        places[self.by_place.rows] = np.repeat(self.places, np.diff(self.by_place.starts))
        return Columns(
            self.pictures,
            places,
            self.accepted,
            self.whole.rows,
            self.whole.words,
            self.inner.rows,
            self.inner.words,
        )

    def without(self, first: int, end: int) -> "Segment":
        """The same rows, but nothing is known of those from `first` to before `end`."""
        columns = self.columns()
        low, high = max(0, first - self.first), max(0, end - self.first)
        for column in (columns.pictures, columns.places, columns.accepted):
            column[low:high] = 0
        marked = (columns.marked < low) | (columns.marked >= high)
        keyed = (columns.keyed < low) | (columns.keyed >= high)
        kept = Columns(
            columns.pictures,
            columns.places,
            columns.accepted,
            columns.marked[marked],
            columns.whole[marked],
            columns.keyed[keyed],
            columns.inner[keyed],
        )
        return segment_of(self.first, kept)

    def nbytes(self) -> int:
        """Bytes held."""
        parts = (self.by_picture, self.by_place, self.whole, self.inner)
        columns = self.pictures.nbytes + self.accepted.nbytes + self.places.nbytes
        return columns + sum(part.nbytes() for part in parts)

    def _places_near(self, cell: int) -> Numbers:
        ring = np.array(disk(cell, _PLACE_RINGS), np.uint64)
        at = np.searchsorted(self.places, ring)
        known = at < len(self.places)
        near: Numbers = at[known][self.places[at[known]] == ring[known]].astype(np.int64)
        return near

    def _positions(self, rows: Rows, inner: bool) -> tuple[MarkTable, Numbers, Rows]:
        """The table, which of the rows are in it, and where there."""
        table = self.inner if inner else self.whole
        if len(table.rows) == len(self.accepted):
            return table, np.arange(len(rows)), rows
        at = np.searchsorted(table.rows, rows)
        at[at == len(table.rows)] = 0
        kept = np.flatnonzero(table.rows[at] == rows) if len(table.rows) else np.zeros(0, np.int64)
        return table, kept, at[kept].astype(np.uint32)

    def _numbered(self, found: Found) -> Found:
        return Found(found.queries, found.rows + self.first, found.distances)


def segment_of(first: int, columns: Columns) -> Segment:
    """Columns made searchable; `first`: the row of the first frame."""
    count = 1 << max(1, (len(columns.pictures) // _PER_BUCKET).bit_length())
    places, place_of = np.unique(columns.places, return_inverse=True)
    return Segment(
        first,
        columns.pictures,
        columns.accepted,
        buckets_of(_bucket(columns.pictures, count), count),
        places,
        buckets_of(place_of, len(places)),
        table_of(columns.whole, columns.marked),
        table_of(columns.inner, columns.keyed),
    )


def _bucket(keys: NDArray[np.uint64], count: int) -> Numbers:
    """Image ids are hashes, so that any of their bits spread them evenly over 2**k buckets."""
    return (keys & np.uint64(count - 1)).astype(np.int64)
