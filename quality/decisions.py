"""Entering a decision: the drive's newest one is its state, and it belongs to one epoch for good.

The law: the epoch is read off the clock inside the one writer's transaction and is never one whose
books are closed, so that no decision can slip into a day that was already paid.
"""

from typing import Any

import sqlalchemy as sa

from roadcomb.catalog.tables import decisions, drives, epochs
from roadcomb.clock import Clock
from roadcomb.epochs import epoch_of
from roadcomb.errors import IntegrityError

__all__ = ["decision_of", "enter", "newest_decision"]


def newest_decision(connection: sa.Connection) -> int:
    """Id of the newest decision on any drive, 0 before the first."""
    return connection.execute(sa.select(sa.func.max(decisions.c.id))).scalar() or 0


def decision_of(connection: sa.Connection, drive_id: str) -> sa.Row[Any] | None:
    """The newest decision on a drive; None while it is pending."""
    query = sa.select(decisions).join(drives, drives.c.decision == decisions.c.id)
    return connection.execute(query.where(drives.c.drive_id == drive_id)).first()


def enter(connection: sa.Connection, clock: Clock, values: dict[str, object]) -> int:
    """Insert a decision (all columns but id and time) in a writer's transaction; answers its id."""
    now_ms = clock.now_ms()
    closed = connection.execute(sa.select(sa.func.max(epochs.c.epoch))).scalar()
    epoch = epoch_of(now_ms) if closed is None else max(epoch_of(now_ms), closed + 1)
    row = values | {"decided_ms": now_ms, "epoch": epoch}
    inserted = connection.execute(sa.insert(decisions).values(row)).inserted_primary_key
    if inserted is None:
        raise IntegrityError("the catalog gave a decision no id")
    connection.execute(
        sa.update(drives)
        .where(drives.c.drive_id == values["drive_id"])
        .values(decision=inserted[0])
    )
    return int(inserted[0])
