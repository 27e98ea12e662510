"""Which drives are on the map now, read from the catalog by the ids that are new since last time.

A drive's state is its newest decision. A drive in `epoch_drives` is part of the newest snapshot;
any other accepted one is drawn from the overlay, so each is on the map exactly once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from roadcomb.canonical import Json, parse_json
from roadcomb.catalog import Catalog
from roadcomb.catalog.tables import contributors, decisions, drives, epoch_drives, epochs
from roadcomb.errors import IntegrityError
from roadcomb.records import Verdict

__all__ = ["Changes", "Decided", "Position", "coverage_upto", "read_changes"]


@dataclass(frozen=True, slots=True)
class Position:
    """How far the catalog has been read: newest decision and newest committed epoch, by id."""

    decision: int = 0
    epoch: int = -1


@dataclass(frozen=True, slots=True)
class Decided:
    """A drive under its newest decision; account is its contributor's pseudonym, licence (SPDX)
    what its manifest names for its pictures, if it does."""

    drive_id: str
    public_id: str
    account: str
    verdict: str
    judgement: str
    thumbnails: str | None
    licence: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether the drive is on the map."""
        return self.verdict == Verdict.ACCEPTED


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new since a position; counted: the epoch in whose coverage a drive first is."""

    position: Position
    decided: tuple[Decided, ...]
    counted: Mapping[str, int]


def read_changes(catalog: Catalog, since: Position) -> Changes:
    """Decisions and epochs after a position, from one consistent view of the catalog."""
    with catalog.reading() as connection:
        decided, last = _decided(connection, since.decision)
        newest = connection.scalar(sa.select(sa.func.max(epochs.c.epoch)))
        counted = connection.execute(
            sa.select(epoch_drives.c.drive_id, epoch_drives.c.epoch).where(
                epoch_drives.c.epoch > since.epoch
            )
        )
        epoch = since.epoch if newest is None else int(newest)
        return Changes(Position(last, epoch), decided, {row[0]: row[1] for row in counted})


def coverage_upto(catalog: Catalog, epoch: int) -> tuple[int, str] | None:
    """The newest committed epoch up to this one, and its coverage's digest; None before any.

    Raises IntegrityError when its manifest names no coverage.
    """
    query = sa.select(epochs.c.epoch, epochs.c.manifest).where(epochs.c.epoch <= epoch)
    with catalog.reading() as connection:
        row = connection.execute(query.order_by(epochs.c.epoch.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    return row.epoch, _coverage_of(parse_json(row.manifest.encode()), row.epoch)


def _decided(connection: sa.Connection, after: int) -> tuple[tuple[Decided, ...], int]:
    query = (
        sa.select(
            drives.c.drive_id,
            drives.c.public_id,
            contributors.c.account,
            decisions.c.verdict,
            decisions.c.judgement,
            decisions.c.thumbnails,
            drives.c.licence,
            decisions.c.id,
        )
        .join(decisions, drives.c.decision == decisions.c.id)
        .join(contributors, drives.c.contributor == contributors.c.key)
        .where(decisions.c.id > after)
        .order_by(decisions.c.id)
    )
    rows = connection.execute(query).all()
    return tuple(Decided(*row[:-1]) for row in rows), max((row.id for row in rows), default=after)


def _coverage_of(manifest: Json, epoch: int) -> str:
    """The snapshot's digest in a signed manifest."""
    match manifest:
        case {"manifest": {"coverage": str(digest)}}:
            return digest
    raise IntegrityError(f"the manifest of epoch {epoch} names no coverage")
