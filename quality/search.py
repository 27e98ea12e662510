"""Where have we seen this picture? An index of all judged frames by image id and by place.

Derived data: it follows the catalog's decisions by their ids and can be thrown away and built at
any time. A frame is found by its fingerprint in the cells around it, so a search costs what the
neighbourhood holds, not what the network holds. A copy that claims to be elsewhere is found by its
bands, 16 bits of the fingerprint each: one of 4 is untouched in 5 of 6 copies that differ by 16
bits (hard re-encoding), which is enough where several frames in order are looked for. Flat pictures
(fog, night, a covered lens) resemble each other without being copies, so they are not compared.

A judgement that cannot be read stops nothing: its drive is left out, logged once, named in `unread`
and tried again whenever the index follows the catalog, so that a restored blob needs no restart.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from numpy.typing import NDArray

from quality.deleting import tombstone_of
from quality.fingerprint import BITS, distances, to_words
from quality.judgement import DAMAGE, load
from roadcomb.catalog.tables import decisions, drives
from roadcomb.cells import disk
from roadcomb.errors import IntegrityError
from roadcomb.node import Node
from roadcomb.records import Verdict

__all__ = ["COMPARABLE_CONTRAST", "FrameIndex", "Seen", "SeenDrive"]

_log = logging.getLogger(__name__)

COMPARABLE_CONTRAST = 100
"""Score of contrast (16 grey levels) below which a picture is too flat to be compared."""

_BAND_BYTES = (4, 12, 20, 28)
"""Where the bands begin: one row of 16 coefficients each; the lowest rows hold what all streets
share, sky above and road below, and would make long lists."""


@dataclass(frozen=True, slots=True)
class SeenDrive:
    """A judged drive; `verdict` is that of its newest decision."""

    public_id: str
    contributor: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame that looks like the one asked for; `distance` in bits, 0 for the same image id."""

    drive_id: str
    n: int
    distance: int
    accepted: bool


@dataclass(slots=True)
class _Rows:
    """Frames as columns that grow by doubling; row i is owners[i], ns[i], words[i]."""

    count: int = 0
    owners: list[str] = field(default_factory=list)
    ns: list[int] = field(default_factory=list)
    accepted: list[bool] = field(default_factory=list)
    words: NDArray[np.uint64] = field(
        default_factory=lambda: np.zeros((1024, BITS // 64), np.uint64)
    )

    def add(self, drive_id: str, n: int, accepted: bool, fingerprint: bytes | None) -> int:
        if self.count == len(self.words):
            self.words = np.concatenate((self.words, np.zeros_like(self.words)))
        if fingerprint is not None:
            self.words[self.count] = to_words(fingerprint)[0]
        self.owners.append(drive_id)
        self.ns.append(n)
        self.accepted.append(accepted)
        self.count += 1
        return self.count - 1

    def seen(self, row: int, distance: int) -> Seen:
        return Seen(self.owners[row], self.ns[row], distance, self.accepted[row])


class FrameIndex:
    """All frames of judged drives, in memory (about 300 bytes a frame)."""

    def __init__(self) -> None:
        self.drives: dict[str, SeenDrive] = {}
        self.last_decision = 0
        self.unread: dict[str, str] = {}
        self._rows = _Rows()
        self._buried: set[str] = set()
        self._by_id: dict[bytes, list[int]] = defaultdict(list)
        self._by_cell: dict[int, list[int]] = defaultdict(list)
        self._by_band: dict[int, list[int]] = defaultdict(list)

    def follow(self, node: Node) -> None:
        """Take in the decisions made since the last call, and what could not be read by then."""
        for drive_id, digest in list(self.unread.items()):
            self._read(node, drive_id, digest)
        for news in _news(node, self.last_decision):
            verdict = Verdict(news.verdict)
            if news.deleted_ms is not None:
                self._forget(node, news.drive_id)
                verdict = (
                    Verdict.ACCEPTED
                )  # of the pictures in the tombstone, and there are no others
            elif news.drive_id not in self.drives:
                self._read(node, news.drive_id, news.judgement)
            self.drives[news.drive_id] = SeenDrive(news.public_id, news.contributor, verdict)
            self.last_decision = news.id

    def same_image(self, image_id: bytes) -> list[Seen]:
        """Frames anywhere with the same picture, bit by bit."""
        return [self._rows.seen(row, 0) for row in self._by_id.get(image_id, ())]

    def alike(self, fingerprint: bytes, cell: int, rings: int, radius: int) -> list[Seen]:
        """Frames within `rings` cells of a cell and `radius` bits of a fingerprint."""
        rows = [row for near in disk(cell, rings) for row in self._by_cell.get(near, ())]
        return self._within(fingerprint, rows, radius)

    def alike_anywhere(self, fingerprint: bytes, radius: int) -> list[Seen]:
        """Most frames within `radius` bits of a fingerprint, wherever they claim to be."""
        rows = {row for band in _bands(fingerprint) for row in self._by_band.get(band, ())}
        return self._within(fingerprint, sorted(rows), radius)

    def _read(self, node: Node, drive_id: str, digest: str) -> None:
        try:
            judgement = load(node.blobs, digest)
        except DAMAGE as error:
            if drive_id not in self.unread:
                _log.error("drive %s is compared with nothing: %s", drive_id, error)
            self.unread[drive_id] = digest
            return
        self.unread.pop(drive_id, None)
        self._add(drive_id, judgement)

    def _forget(self, node: Node, drive_id: str) -> None:
        self.unread.pop(drive_id, None)
        try:
            accepted = tombstone_of(node, drive_id)
        except IntegrityError as error:
            _log.error("what drive %s was paid for is not known any more: %s", drive_id, error)
            accepted = []
        self._bury(drive_id, accepted)

    def _within(self, fingerprint: bytes, rows: list[int], radius: int) -> list[Seen]:
        if not rows:
            return []
        found = distances(to_words(fingerprint)[0], self._rows.words[rows])
        return [self._rows.seen(rows[i], int(found[i])) for i in np.flatnonzero(found <= radius)]

    def _bury(self, drive_id: str, accepted: Sequence[bytes]) -> None:
        """A deleted drive: its fingerprints are forgotten, its paid pictures still are no news."""
        if drive_id in self._buried:
            return
        self._buried.add(drive_id)
        for rows in (*self._by_id.values(), *self._by_cell.values(), *self._by_band.values()):
            rows[:] = [row for row in rows if self._rows.owners[row] != drive_id]
        for n, image_id in enumerate(accepted):
            self._by_id[image_id].append(self._rows.add(drive_id, n, True, None))

    def _add(self, drive_id: str, judgement: pa.Table) -> None:
        columns = ("n", "image_id", "cell", "verdict", "contrast", "fingerprint")
        for n, image_id, cell, verdict, contrast, mark in _tuples(judgement, columns):
            row = self._rows.add(drive_id, n, verdict == Verdict.ACCEPTED, mark)
            self._by_id[image_id].append(row)
            if mark is not None and contrast >= COMPARABLE_CONTRAST:
                self._by_cell[cell].append(row)
                for band in _bands(mark):
                    self._by_band[band].append(row)


def _bands(fingerprint: bytes) -> Iterator[int]:
    """Keys of the 4 bands: 16 bits each, from rows of different frequencies, with their place."""
    for at in _BAND_BYTES:
        yield at << 16 | int.from_bytes(fingerprint[at : at + 2], "big")


def _tuples(table: pa.Table, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    return zip(*(table[name].to_pylist() for name in columns), strict=True)


def _news(node: Node, after: int) -> Sequence[Any]:
    query = (
        sa.select(
            decisions.c.id,
            decisions.c.drive_id,
            decisions.c.verdict,
            decisions.c.judgement,
            drives.c.public_id,
            drives.c.contributor,
            drives.c.deleted_ms,
        )
        .join(drives, drives.c.drive_id == decisions.c.drive_id)
        .where(decisions.c.id > after)
        .order_by(decisions.c.id)
    )
    with node.catalog.reading() as connection:
        return connection.execute(query).all()
