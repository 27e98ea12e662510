"""Publications in the catalog: what of a drive may be shown. Append-only; a drive's newest counts.

Law: a publication is entered only beside an accepted, undeleted drive and only as the follower of
the one its maker knew; what the older one named and the newer does not is destroyed.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from quality.publishing.discarding import discard_later, keep_after_all
from quality.publishing.fates import Fate, Named
from quality.publishing.record import FrameRecord, record_key
from roadcomb.catalog.tables import decisions, drives, publications
from roadcomb.records import Verdict

__all__ = [
    "Draft",
    "Publication",
    "enter",
    "is_newest",
    "newest",
    "published_since",
    "unpublished",
    "waiting_by_reason",
    "waiting_reasons",
    "with_waiting",
]


@dataclass(frozen=True, slots=True)
class Draft:
    """A publication before it is entered: records of all accepted frames, keys of its packs, the
    digests of its stored record and of its album (quality/publishing/album.py)."""

    drive_id: str
    cause: str
    detector: Named
    frames: Sequence[FrameRecord]
    packs: Sequence[str]
    thumbnails: Sequence[str]
    masks: str
    album: str | None = None

    @property
    def keys(self) -> set[str]:
        """Every blob that it names."""
        return {*self.packs, *self.thumbnails, *_documents(self.drive_id, self.masks, self.album)}


@dataclass(frozen=True, slots=True)
class Publication:
    """A row of the catalog."""

    id: int
    drive_id: str
    cause: str
    detector: str
    version: str
    packs: tuple[str, ...]
    thumbnails: tuple[str, ...]
    masks: str
    published: int
    waiting: int
    reasons: dict[str, int]
    published_ms: int
    album: str | None

    @property
    def keys(self) -> set[str]:
        """Every blob that it names."""
        return {*self.packs, *self.thumbnails, *_documents(self.drive_id, self.masks, self.album)}


def newest(connection: sa.Connection, drive_id: str) -> Publication | None:
    """The publication of a drive that counts; None before the first."""
    query = sa.select(publications).where(publications.c.drive_id == drive_id)
    row = connection.execute(query.order_by(publications.c.id.desc()).limit(1)).first()
    return None if row is None else _publication(row)


def published_since(connection: sa.Connection, after: int) -> Iterator[Publication]:
    """Publications with an id over `after`, the oldest first."""
    query = sa.select(publications).where(publications.c.id > after)
    for row in connection.execute(query.order_by(publications.c.id)):
        yield _publication(row)


def unpublished(connection: sa.Connection, after: int = 0) -> list[str]:
    """Accepted drives that no publication has looked at, in the order of their decisions; of those
    with an id over `after`."""
    query = (
        _accepted()
        .where(decisions.c.id > after)
        .where(~sa.exists().where(publications.c.drive_id == drives.c.drive_id))
        .order_by(decisions.c.id)
    )
    return list(connection.scalars(query))


def waiting_by_reason(connection: sa.Connection) -> tuple[int, dict[str, int]]:
    """(published frames, waiting ones by reason) of the publications that count."""
    there = publications.join(drives, drives.c.drive_id == publications.c.drive_id)
    counted = publications.c.id.in_(_newest_ids()), drives.c.deleted_ms.is_(None)
    total = sa.select(sa.func.sum(publications.c.published)).select_from(there).where(*counted)
    return connection.execute(total).scalar() or 0, waiting_reasons(connection)


def waiting_reasons(connection: sa.Connection) -> dict[str, int]:
    """Waiting frames by reason, of the publications that count; only those with some are compared
    with their followers, since anybody may ask a node whether it is ready."""
    there = publications.join(drives, drives.c.drive_id == publications.c.drive_id)
    told = sa.select(publications.c.reasons).select_from(there)
    counted = publications.c.waiting > 0, is_newest(), drives.c.deleted_ms.is_(None)
    reasons: dict[str, int] = {}
    for text in connection.scalars(told.where(*counted)):
        for reason, count in json.loads(text).items():
            reasons[reason] = reasons.get(reason, 0) + count
    return dict(sorted(reasons.items()))


def with_waiting(connection: sa.Connection) -> list[str]:
    """Published drives of which some frames wait."""
    query = sa.select(publications.c.drive_id).join(
        drives, drives.c.drive_id == publications.c.drive_id
    )
    counts = (publications.c.waiting > 0, is_newest())
    there = drives.c.deleted_ms.is_(None)
    return list(connection.scalars(query.where(*counts, there).order_by(publications.c.id)))


def is_newest() -> sa.ColumnElement[bool]:
    """Whether a row of `publications` is its drive's newest."""
    later = publications.alias()
    newer = later.c.drive_id == publications.c.drive_id, later.c.id > publications.c.id
    return ~sa.exists().where(*newer)


def enter(connection: sa.Connection, draft: Draft, before: Publication | None, now_ms: int) -> bool:
    """Enter a draft in a writer's transaction. False, and its blobs are given up, when the drive
    may not be shown any more or another publication than `before` is its newest."""
    current = newest(connection, draft.drive_id)
    shown = _accepted().where(drives.c.drive_id == draft.drive_id)
    same = (current and current.id) == (before and before.id)
    if not same or connection.scalar(shown) is None:
        kept = set() if current is None else current.keys
        discard_later(connection, draft.keys - kept)
        return False
    connection.execute(sa.insert(publications).values(_values(draft, now_ms)))
    keep_after_all(connection, draft.keys)
    if before is not None:
        discard_later(connection, before.keys - draft.keys)
    return True


def _documents(drive_id: str, *digests: str | None) -> set[str]:
    return {record_key(drive_id, digest) for digest in digests if digest is not None}


def _accepted() -> sa.Select[Any]:
    """Joined by both keys, so that a search may begin at either table."""
    accepted = decisions.c.verdict == Verdict.ACCEPTED.value
    same = drives.c.decision == decisions.c.id, drives.c.drive_id == decisions.c.drive_id
    joined = sa.select(drives.c.drive_id).join(decisions, sa.and_(*same))
    return joined.where(accepted, drives.c.deleted_ms.is_(None))


def _newest_ids() -> sa.Select[Any]:
    return sa.select(sa.func.max(publications.c.id)).group_by(publications.c.drive_id)


def _values(draft: Draft, now_ms: int) -> dict[str, object]:
    reasons = Counter(str(one.reason) for one in draft.frames if one.fate is Fate.WAITING)
    return {
        "drive_id": draft.drive_id,
        "cause": draft.cause,
        "detector": draft.detector.name,
        "version": draft.detector.version,
        "packs": json.dumps(list(draft.packs)),
        "thumbnails": json.dumps(list(draft.thumbnails)),
        "masks": draft.masks,
        "album": draft.album,
        "published": sum(frame.fate is Fate.PUBLISHED for frame in draft.frames),
        "waiting": sum(reasons.values()),
        "reasons": json.dumps(reasons, sort_keys=True),
        "published_ms": now_ms,
    }


def _publication(row: sa.Row[Any]) -> Publication:
    values = dict(row._mapping)
    lists = {name: tuple(json.loads(values[name])) for name in ("packs", "thumbnails")}
    return Publication(**{**values, **lists, "reasons": json.loads(values["reasons"])})
