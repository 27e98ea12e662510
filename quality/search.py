"""Where have we seen this picture? An index of all judged frames by picture, by place and by looks.

Derived data: it follows the catalog's decisions by their ids and can be thrown away and built at
any time (quality/indexfile.py keeps it over a restart). A frame is found by its fingerprint, and by
those of its disguises, around the place it claims, where nothing within the radius is missed, and
anywhere, where most is found: enough where several frames in order are looked for. Flat pictures
(fog, night, a covered lens) resemble each other without being copies, so they are not compared.

A judgement that cannot be read stops nothing: its drive is left out, logged once, named in `unread`
and tried again whenever the index follows the catalog, so that a restored blob needs no restart.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from quality.columns import (
    COLUMNS,
    COMPARABLE_CONTRAST,
    PLACE_RESOLUTION,
    columns_of,
    picture_key,
    pictures_alone,
)
from quality.deleting import tombstone_of
from quality.disguises import Disguises, Look, disguises
from quality.frametable import FrameTable
from quality.hashindex import Found
from quality.judgement import DAMAGE, load
from roadcomb.catalog.tables import decisions, drives
from roadcomb.cells import parents
from roadcomb.errors import IntegrityError
from roadcomb.node import Node
from roadcomb.records import Verdict

__all__ = ["COMPARABLE_CONTRAST", "Alike", "FrameIndex", "Seen", "SeenDrive"]

_log = logging.getLogger(__name__)

_FEW_FRAMES = 16
"""Of which each must be found wherever it is; of more, three in order are found without."""


@dataclass(frozen=True, slots=True)
class SeenDrive:
    """A judged drive; `verdict` is that of its newest decision, times are of its frames."""

    public_id: str
    contributor: str
    verdict: Verdict
    started_ms: int = 0
    ended_ms: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame with the same picture as the one asked for, bit by bit."""

    drive_id: str
    n: int
    accepted: bool


@dataclass(frozen=True, slots=True)
class Alike:
    """Frame n of a drive looks like the look-th that was asked for, `distance` bits off."""

    look: int
    drive_id: str
    n: int
    distance: int
    mirrored: bool


class FrameIndex:
    """All frames of judged drives, in memory (about 95 bytes a frame, 400 a drive)."""

    def __init__(self) -> None:
        self.drives: dict[str, SeenDrive] = {}
        self.last_decision = 0
        self.unread: dict[str, str] = {}
        self.table = FrameTable()
        self.buried: set[str] = set()

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
            self.drives[news.drive_id] = SeenDrive(
                news.public_id, news.contributor, verdict, news.started_ms, news.ended_ms
            )
            self.last_decision = news.id
        self.table.settle()

    def same_image(self, image_id: bytes) -> list[Seen]:
        """Frames anywhere with the same picture, bit by bit."""
        key = picture_key(image_id)
        return [
            Seen(*self.table.frame(row), accepted) for row, accepted in self.table.same_picture(key)
        ]

    def alike(self, looks: Sequence[Look], radius: int) -> list[Alike]:
        """Frames within `radius` bits of these, in any disguise, near their places and anywhere."""
        found: dict[tuple[int, int], tuple[int, bool]] = {}
        for sought, hits in self._hits(looks, radius):
            for look, row, bits, is_mirrored in _tuples(sought, hits):
                known = found.get((look, row), (bits, is_mirrored))
                found[look, row] = min(known, (bits, is_mirrored))
        return [
            Alike(look, *self.table.frame(row), bits, is_mirrored)
            for (look, row), (bits, is_mirrored) in sorted(found.items())
        ]

    def _hits(self, looks: Sequence[Look], radius: int) -> Iterator[tuple[Disguises, Found]]:
        cells = np.array([look.cell for look in looks], np.uint64)
        places = parents(cells, PLACE_RESOLUTION)
        for sought in disguises(looks):
            around = places[sought.of].tolist()
            for hits in self.table.near(sought.words, around, radius, sought.inner):
                yield sought, hits
            for hits in self.table.anywhere(sought.words, radius, 0, sought.inner):
                yield sought, hits
            if len(looks) < _FEW_FRAMES and not sought.inner:
                for hits in self.table.anywhere(sought.words[: len(looks)], radius, 1):
                    yield sought, hits

    def _read(self, node: Node, drive_id: str, digest: str) -> None:
        try:
            judgement = load(node.blobs, digest, COLUMNS)
        except DAMAGE as error:
            if drive_id not in self.unread:
                _log.error("drive %s is compared with nothing: %s", drive_id, error)
            self.unread[drive_id] = digest
            return
        self.unread.pop(drive_id, None)
        self.table.add(drive_id, columns_of(judgement))

    def _forget(self, node: Node, drive_id: str) -> None:
        self.unread.pop(drive_id, None)
        try:
            accepted = tombstone_of(node, drive_id)
        except IntegrityError as error:
            _log.error("what drive %s was paid for is not known any more: %s", drive_id, error)
            accepted = []
        self._bury(drive_id, accepted)

    def _bury(self, drive_id: str, accepted: Sequence[bytes]) -> None:
        """A deleted drive: its fingerprints are forgotten, its paid pictures still are no news."""
        if drive_id not in self.buried:
            self.buried.add(drive_id)
            self.table.forget(drive_id)
            self.table.add(drive_id, pictures_alone(accepted))


def _tuples(sought: Disguises, found: Found) -> Iterator[tuple[int, int, int, bool]]:
    """(look, row, bits, mirrored)"""
    columns = (
        sought.of[found.queries].tolist(),
        found.rows.tolist(),
        found.distances.tolist(),
        sought.mirrored[found.queries].tolist(),
    )
    return zip(*columns, strict=True)


def _news(node: Node, after: int) -> Sequence[Any]:
    query = (
        sa.select(
            decisions.c.id,
            decisions.c.drive_id,
            decisions.c.verdict,
            decisions.c.judgement,
            drives.c.public_id,
            drives.c.contributor,
            drives.c.started_ms,
            drives.c.ended_ms,
            drives.c.deleted_ms,
        )
        .join(drives, drives.c.drive_id == decisions.c.drive_id)
        .where(decisions.c.id > after)
        .order_by(decisions.c.id)
    )
    with node.catalog.reading() as connection:
        return connection.execute(query).all()
