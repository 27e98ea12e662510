"""Appeals: a contributor's words reopen the review of their drive and stay as long as it does.

The laws: only the drive's own contributor appeals; words are never changed or taken back, and go
only with the drive, when that is deleted (they may tell where somebody drove); a
rejected drive with frames that are good by themselves is held again, so that a person looks at it;
a held one only gains the words. What is accepted or deleted is not appealed: the first may be paid,
of the second nothing is left. `MOST` appeals of a drive are read, and one more when it was slashed
for: what costs money can always be answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ingest.appeal import Appeal
from ingest.signers import check_signer
from ingest.stored import get_drive
from quality.decisions import decision_of, enter
from quality.deleting import DELETED
from quality.judgement import load
from quality.verdicts import counts_of
from roadcomb.catalog.tables import appeals, events
from roadcomb.errors import Conflict, Unauthorised
from roadcomb.node import Node
from roadcomb.records import SLASH, Verdict

__all__ = ["APPEALED_BY", "MOST", "Words", "appeal", "appeals_of"]

APPEALED_BY = "its contributor"
MOST = 3


@dataclass(frozen=True, slots=True)
class Words:
    """What a contributor said, and when."""

    words: str
    appealed_ms: int


def appeal(node: Node, asked: Appeal) -> None:
    """Store an appeal durably and reopen the review; the same message again changes nothing.

    Raises NotFound, Unauthorised for another's drive, Conflict where there is nothing to appeal.
    """
    with node.catalog.reading() as connection:
        before = decision_of(connection, asked.drive_id)
    good = 0 if before is None else _good_frames(node, before.judgement)
    with node.catalog.writing() as connection:
        drive = get_drive(connection, asked.drive_id)
        if drive.contributor != asked.contributor:
            raise Unauthorised(f"drive {asked.drive_id} is another contributor's")
        check_signer(connection, asked.contributor, asked.signer)
        known = _of(connection, asked.drive_id)
        if any(row.message == asked.message for row in known):
            return
        now = decision_of(connection, asked.drive_id)
        most = MOST + _slashes(connection, asked.drive_id)
        _check_appealable(asked.drive_id, now, good, len(known), most)
        connection.execute(sa.insert(appeals).values(_row(asked, node.clock.now_ms())))
        if now is not None and now.verdict == Verdict.REJECTED:
            enter(connection, node.clock, _reopened(now, drive.frames, good))


def appeals_of(connection: sa.Connection, drive_id: str) -> list[Words]:
    """What was said of a drive, the oldest first."""
    return [Words(row.words, row.appealed_ms) for row in _of(connection, drive_id)]


def _of(connection: sa.Connection, drive_id: str) -> Sequence[Any]:
    query = sa.select(appeals).where(appeals.c.drive_id == drive_id)
    return connection.execute(query.order_by(appeals.c.id)).all()


def _slashes(connection: sa.Connection, drive_id: str) -> int:
    found = sa.select(sa.func.count()).where(events.c.kind == SLASH, events.c.reference == drive_id)
    return connection.execute(found).scalar_one()


def _check_appealable(drive_id: str, decision: Any, good: int, made: int, most: int) -> None:
    if decision is None:
        raise Conflict(f"drive {drive_id} is not judged yet: there is nothing to appeal")
    if decision.reason == DELETED or decision.verdict == Verdict.ACCEPTED:
        state = "deleted" if decision.reason == DELETED else "accepted"
        raise Conflict(f"drive {drive_id} is {state}: there is nothing to appeal")
    if not good:
        raise Conflict(
            f"every frame of drive {drive_id} was rejected by itself: see their reasons in "
            "`roadcomb status`; no person could accept any"
        )
    if made >= most:
        raise Conflict(f"drive {drive_id} was appealed {made} times: the words are with a person")


def _good_frames(node: Node, digest: str) -> int:
    verdicts: list[str] = load(node.blobs, digest, ["verdict"])["verdict"].to_pylist()
    return verdicts.count(Verdict.ACCEPTED.value)


def _row(asked: Appeal, now_ms: int) -> dict[str, object]:
    return {
        "drive_id": asked.drive_id,
        "contributor": asked.contributor,
        "words": asked.words,
        "message": asked.message,
        "signature": asked.signature,
        "appealed_ms": now_ms,
    }


def _reopened(before: Any, frames: int, good: int) -> dict[str, object]:
    counts = counts_of(Verdict.HELD, frames, good)
    return {
        "drive_id": before.drive_id,
        "verdict": Verdict.HELD.value,
        "reason": before.reason,
        "judgement": before.judgement,
        "thumbnails": before.thumbnails,
        "accepted": counts.accepted,
        "held": counts.held,
        "rejected": counts.rejected,
        "evidence": before.evidence,
        "decided_by": APPEALED_BY,
    }
