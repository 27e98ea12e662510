"""`roadcomb slash`: a person slashes for a drive, and the evidence is published with the epoch.

The law: only for a drive whose newest decision is a person's rejection, or a proven replay, whose
contributor can still appeal; never on a suspicion, never twice for one drive, and with a reason in
words. It is an event like any other, so it counts from the epoch it is recorded in, and what the
policy of that epoch says is what it takes.
"""

from dataclasses import dataclass

from ingest.stored import get_drive
from quality.appeals import APPEALED_BY
from quality.decisions import decision_of
from quality.deleting import DELETED
from quality.judge import DECIDED_BY
from quality.review import Case, find_case
from rewards.in_force import rule_in_force
from rewards.recorded import record
from rewards.slash_evidence import evidence_document, sealed
from roadcomb.canonical import Json
from roadcomb.errors import Conflict, NotFound, UsageError
from roadcomb.keys import account_of
from roadcomb.node import Node
from roadcomb.records import SLASH, Verdict

__all__ = ["PROVEN", "Accusation", "slash"]

PROVEN = "replay"
"""The reason of a replay that is proved picture by picture (quality/duplicates.py, law 6)."""

_LONGEST_NOTE = 2_000
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Accusation:
    """A recorded slash. case: its number; penalty: base units it takes at most."""

    case: int
    drive_id: str
    account: str
    penalty: int
    appeal_days: int


def slash(node: Node, drive: str, by: str, note: str) -> Accusation:
    """Record a slash for a drive, found as `roadcomb review show` finds it.

    Raises UsageError without words, Conflict for a drive that is not to be slashed for.
    """
    _check_words(by, note)
    case = find_case(node, drive)
    _check_rejected(case)
    rule = rule_in_force(node)
    if not rule.penalty:
        raise Conflict("the policy in force slashes nothing: its section [stake] is not there")
    account = account_of(case.contributor)
    with node.catalog.reading() as connection:
        stored = get_drive(connection, case.drive_id)
        decided = decision_of(connection, case.drive_id)
    if decided is None:
        raise NotFound(f"drive {case.drive_id} is not judged")
    if stored.salt is None or stored.log_index is None or not isinstance(case.evidence, dict):
        raise Conflict(f"drive {case.drive_id} has no evidence that could be shown")
    document = evidence_document(
        case.reason or "",
        case.frames,
        case.evidence,
        case.decided_by != DECIDED_BY,
        note,
        sealed(stored.salt, decided.evidence),
    )
    receipt = int(stored.log_index)
    body: dict[str, Json] = {"account": account, "receipt": receipt, "evidence": document}
    number = record(node, SLASH, case.drive_id, body, by)
    return Accusation(number, case.drive_id, account, rule.penalty, rule.appeal_days)


def _check_words(by: str, note: str) -> None:
    if not by.strip() or not note.strip():
        raise UsageError("a slash needs a name (--by) and a reason in words (--note)")
    if len(by) > _LONGEST_NAME or len(note) > _LONGEST_NOTE:
        raise UsageError(f"--by has at most {_LONGEST_NAME} characters, --note {_LONGEST_NOTE}")


def _check_rejected(case: Case) -> None:
    if case.verdict is not Verdict.REJECTED:
        raise Conflict(f"drive {case.drive_id} is {case.verdict}: only a rejected one is slashed")
    if case.reason == DELETED or case.decided_by == APPEALED_BY:
        raise Conflict(f"drive {case.drive_id} is deleted: nothing is left that an appeal could be")
    if case.decided_by == DECIDED_BY and case.reason != PROVEN:
        raise Conflict(
            f"drive {case.drive_id} was rejected by a machine for {case.reason}: a person rejects "
            "it first (`roadcomb review`), or it is not slashed for"
        )
