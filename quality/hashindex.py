"""Which of many fingerprints are within some bits of these? Immutable columns, searched in batches.

A fingerprint has 16 rows of 16 bits, one a vertical frequency. Of TABLE_ROWS the inner 14 bits are
keys of tables (multi-index hashing; M. Norouzi, A. Punjani, D. Fleet, "Fast Search in Hamming Space
with Multi-Index Hashing", 2012): a fingerprint d bits away has a key of ours untouched, or with one
bit turned, with a chance that is known. For 31 of 256 bits and 6 tables that is 0.66 and 0.98, so
one `flip` is for what a single frame has to find, none for what many frames of a drive look for.
Small tables use shorter keys, which find more. A found row is always compared whole: a key only
says where to look.

Memory a fingerprint: 32 bytes itself, 4 for its row, 24 for the tables.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quality.fingerprint import Words

__all__ = ["Buckets", "Found", "MarkTable", "buckets_of", "joined", "table_of"]

TABLE_ROWS = (5, 6, 7, 8, 9, 10)
"""Vertical frequencies 6..11: those below are alike in all streets (sky above, road below), those
above change when a picture is blurred or encoded hard."""

MOST_KEY_BITS = 14
_LEAST_KEY_BITS = 6
_CANDIDATES = 1 << 15
"""Compared at a time, so that they stay in a core's cache."""

Rows = NDArray[np.uint32]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Buckets:
    """Rows by a small key: those of key k are rows[starts[k]:starts[k + 1]]."""

    starts: Rows
    rows: Rows

    def find(self, keys: Numbers) -> tuple[Numbers, Rows]:
        """(i, row) for each row of keys[i], keys of shape (q,)."""
        starts = self.starts[keys].astype(np.int64)
        counts = self.starts[keys + 1] - starts
        which = np.repeat(np.arange(len(keys)), counts)
        ahead = np.cumsum(counts) - counts
        return which, self.rows[np.arange(len(which)) + (starts - ahead)[which]]

    def nbytes(self) -> int:
        """Bytes held."""
        return self.starts.nbytes + self.rows.nbytes


def buckets_of(keys: NDArray[np.integer], count: int) -> Buckets:
    """Buckets of n keys under `count`; their rows are 0..n-1."""
    counts = np.bincount(keys, minlength=count)
    starts = np.concatenate(([0], np.cumsum(counts))).astype(np.uint32)
    return Buckets(starts, np.argsort(keys, kind="stable").astype(np.uint32))


@dataclass(frozen=True, slots=True)
class Found:
    """Pairs as columns: query queries[k] is distances[k] bits from row rows[k]."""

    queries: Numbers
    rows: Numbers
    distances: Numbers


@dataclass(frozen=True, slots=True)
class MarkTable:
    """Fingerprints, shape (n, 4), and the rows they belong to, ascending; tables by key."""

    words: Words
    rows: Rows
    key_bits: int
    tables: tuple[Buckets, ...]

    def within(self, queries: Words, radius: int, flips: int) -> Found:
        """Most rows within `radius` bits of queries, shape (q, 4); keys with up to `flips` (0, 1)
        bits turned are looked up."""
        parts = []
        for first, last in self._batches(len(queries), flips):
            some = queries[first:last]
            for table, keys in zip(self.tables, self._probes(some, flips), strict=True):
                which, at = table.find(keys.ravel())
                parts.append(self.compared(queries, first + which // keys.shape[1], at, radius))
        return joined(parts)

    def compared(self, queries: Words, which: Numbers, at: Rows, radius: int) -> Found:
        """Of the pairs (query which[k], fingerprint at[k]) those within `radius` bits."""
        differing = np.bitwise_count(queries[which] ^ self.words[at]).sum(axis=1, dtype=np.int64)
        near = np.flatnonzero(differing <= radius)
        return Found(which[near], self.rows[at[near]].astype(np.int64), differing[near])

    def nbytes(self) -> int:
        """Bytes held."""
        return self.words.nbytes + self.rows.nbytes + sum(map(Buckets.nbytes, self.tables))

    def _batches(self, queries: int, flips: int) -> Iterator[tuple[int, int]]:
        """Runs of queries with about _CANDIDATES fingerprints to look at in one table."""
        expected = (1 + len(self.rows) >> self.key_bits) * (1 + flips * self.key_bits)
        step = max(1, _CANDIDATES // max(1, expected))
        return ((first, min(first + step, queries)) for first in range(0, queries, step))

    def _probes(self, queries: Words, flips: int) -> Numbers:
        """Keys to look up, shape (tables, q, 1 or 1 + key bits)."""
        turned = [0, *(1 << bit for bit in range(flips * self.key_bits))]
        keys = _keys(queries, self.key_bits).astype(np.int64)
        probes: Numbers = keys[:, :, None] ^ np.array(turned, np.int64)
        return probes


def table_of(words: Words, rows: Rows) -> MarkTable:
    """A table of fingerprints, shape (n, 4), and the rows they belong to, ascending."""
    bits = min(MOST_KEY_BITS, max(_LEAST_KEY_BITS, len(words).bit_length() - 2))
    tables = tuple(buckets_of(keys, 1 << bits) for keys in _keys(words, bits))
    return MarkTable(words, rows, bits, tables)


def joined(parts: Sequence[Found]) -> Found:
    """All pairs, each once."""
    empty = np.zeros(0, np.int64)
    queries = np.concatenate([empty, *(part.queries for part in parts)])
    rows = np.concatenate([empty, *(part.rows for part in parts)])
    distances = np.concatenate([empty, *(part.distances for part in parts)])
    _, first = np.unique(queries << 40 | rows, return_index=True)
    return Found(queries[first], rows[first], distances[first])


def _keys(words: Words, bits: int) -> NDArray[np.uint16]:
    """The tables' keys of n fingerprints, shape (tables, n): of the inner 14 bits the first."""
    rows = np.ascontiguousarray(words).view(">u2").reshape(-1, 16)[:, list(TABLE_ROWS)]
    inner = (rows.T.astype(np.uint16) >> np.uint16(1)) & np.uint16((1 << MOST_KEY_BITS) - 1)
    return (inner >> np.uint16(MOST_KEY_BITS - bits)).astype(np.uint16, copy=False)
