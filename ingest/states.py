"""What became of a drive: its state and the counts of its frames.

Law: offered = pending + held + accepted + rejected, at every moment.
"""

from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from ingest.stored import get_drive, received
from roadcomb.catalog.tables import decisions, drives
from roadcomb.errors import NotFound
from roadcomb.node import Node

__all__ = ["PAGE", "DriveState", "State", "contributor_drives", "drive_state", "state_of"]

PAGE = 100
"""Drives told at once: for each a judgement has to be read."""

State = Literal["open", "sealed", "judged"]


@dataclass(frozen=True, slots=True)
class DriveState:
    """State (open, sealed, judged) and counts of frames; `judgement` is the digest of the file
    that holds each frame's reason, `evidence` JSON text, `receipt` signed JSON text. level: what
    vouched for the device at the seal, None before it.
    """

    drive_id: str
    state: State
    offered: int
    received: int
    pending: int
    held: int = 0
    accepted: int = 0
    rejected: int = 0
    verdict: str | None = None
    reason: str | None = None
    evidence: str | None = None
    judgement: str | None = None
    receipt: str | None = None
    level: str | None = None


def state_of(drive: sa.Row[Any]) -> State:
    """The state of a row of `drives`."""
    if drive.decision is not None:
        return "judged"
    return "open" if drive.sealed_ms is None else "sealed"


def drive_state(node: Node, drive_id: str) -> DriveState:
    """What became of one drive. Raises NotFound."""
    with node.catalog.reading() as connection:
        return _state(connection, get_drive(connection, drive_id))


def contributor_drives(
    node: Node, contributor: str, limit: int = PAGE, after: str | None = None
) -> tuple[list[DriveState], str | None]:
    """What became of a contributor's (public key's) drives, a page of them, the newest first.

    after: id of the last drive of the page before. The second value is the next page's `after`,
    None on the last one. Raises NotFound for an `after` that is no drive of theirs.
    """
    query = sa.select(drives).where(drives.c.contributor == contributor)
    query = query.order_by(drives.c.opened_ms.desc(), drives.c.drive_id).limit(limit + 1)
    with node.catalog.reading() as connection:
        if after is not None:
            last = get_drive(connection, after)
            if last.contributor != contributor:
                raise NotFound(f"no drive {after} of this contributor is known")
            same = (drives.c.opened_ms == last.opened_ms) & (drives.c.drive_id > after)
            query = query.where((drives.c.opened_ms < last.opened_ms) | same)
        rows = connection.execute(query).all()
        page = [_state(connection, drive) for drive in rows[:limit]]
    return page, page[-1].drive_id if len(rows) > limit else None


def _state(connection: sa.Connection, drive: sa.Row[Any]) -> DriveState:
    state, offered = state_of(drive), drive.frames
    if state == "open":
        there = len(received(connection, drive.drive_id))
        return DriveState(drive.drive_id, state, offered, there, pending=offered)
    if state == "sealed":
        return DriveState(
            drive.drive_id,
            state,
            offered,
            offered,
            pending=offered,
            receipt=drive.receipt,
            level=drive.level or "none",
        )
    query = sa.select(decisions).where(decisions.c.id == drive.decision)
    decision = connection.execute(query).one()
    return DriveState(
        drive.drive_id,
        state,
        offered,
        offered,
        offered - decision.held - decision.accepted - decision.rejected,
        decision.held,
        decision.accepted,
        decision.rejected,
        decision.verdict,
        decision.reason,
        decision.evidence,
        decision.judgement,
        drive.receipt,
        drive.level or "none",
    )
