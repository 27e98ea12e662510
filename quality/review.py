"""A person decides: what is held is released or rejected, and a rejection can be appealed.

The laws: a decision is never changed, a new one is added with the same judgement, who made it and
why. A drive that was accepted once stays so, because its epoch may be paid (a wrong payment is
corrected by an adjustment in a later epoch). Accepting pays the frames that are good by themselves,
and is refused when one of them was accepted in another drive of its contributor meanwhile. One that
is bit by bit another contributor's accepted picture was copied by one of the two, and nobody took
it twice: accepting it pays it twice, so it is refused unless the reviewer says so (`copies`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from quality.appeals import Words, appeals_of
from quality.decisions import decision_of, enter, newest_decision
from quality.indexfile import open_index
from quality.judgement import load
from quality.search import FrameIndex
from quality.verdicts import counts_of
from roadcomb.canonical import Json
from roadcomb.catalog.tables import decisions, drives
from roadcomb.errors import Conflict, NotFound, UsageError
from roadcomb.node import Node
from roadcomb.records import Verdict

__all__ = ["Case", "decide", "find_case", "held_cases"]

_SHORTEST_PREFIX = 6
_LONGEST_NOTE = 2_000


@dataclass(frozen=True, slots=True)
class Case:
    """A drive and the newest decision on it; evidence as in quality/duplicates.py, looks_like:
    public id of another drive -> frames that look like its own.
    """

    drive_id: str
    public_id: str
    contributor: str
    frames: int
    verdict: Verdict
    reason: str | None
    evidence: Json
    accepted: int
    held: int
    rejected: int
    decided_ms: int
    decided_by: str
    note: str | None
    judgement: str
    looks_like: Mapping[str, int]
    appeals: tuple[Words, ...] = ()


def held_cases(node: Node) -> list[Case]:
    """What waits for a person, the oldest first."""
    query = _cases().where(decisions.c.verdict == Verdict.HELD.value).order_by(decisions.c.id)
    with node.catalog.reading() as connection:
        rows = connection.execute(query).all()
        return [_case(connection, row) for row in rows]


def find_case(node: Node, drive: str) -> Case:
    """The case of a drive by its id or public id, or the first 6 or more characters of one.

    Raises NotFound, or UsageError when the beginning fits several.
    """
    with node.catalog.reading() as connection:
        if len(drive) < _SHORTEST_PREFIX:
            raise UsageError(f"{drive!r} is too short: give 6 characters of the drive's id or more")
        fits = drives.c.drive_id.startswith(drive, autoescape=True)
        fits |= drives.c.public_id.startswith(drive, autoescape=True)
        found = connection.execute(_cases().where(fits).limit(2)).all()
        cases = [_case(connection, row) for row in found]
    if not cases:
        raise NotFound(f"no judged drive {drive} is known: `roadcomb review list` shows what waits")
    if len(cases) > 1:
        raise UsageError(f"{drive} fits several drives: give more characters of its id")
    return cases[0]


def decide(
    node: Node, drive: str, verdict: Verdict, by: str, note: str, copies: bool = False
) -> Case:
    """Accept or reject a drive; answers the new case. Raises as find_case, UsageError, Conflict.

    copies: pay pictures, too, that others were paid for bit by bit.
    """
    case = find_case(node, drive)
    _check_words(verdict, by, note)
    good = _good_images(node, case)
    settled = False
    while not settled:
        index = open_index(node)
        if verdict is Verdict.ACCEPTED:
            _check_unpaid(case, good, index)
            if not copies:
                _check_no_copies(case, good, index)
        with node.catalog.writing() as connection:
            settled = newest_decision(connection) == index.last_decision
            if settled:
                _enter(node, connection, case, verdict, len(good), by, note)
    return find_case(node, case.drive_id)


def _enter(
    node: Node,
    connection: sa.Connection,
    case: Case,
    verdict: Verdict,
    good: int,
    by: str,
    note: str,
) -> None:
    before = decision_of(connection, case.drive_id)
    if before is None:
        raise NotFound(f"drive {case.drive_id} is not judged")
    _check_change(case, Verdict(before.verdict), verdict, good)
    counts = counts_of(verdict, case.frames, good)
    values: dict[str, object] = {
        "drive_id": case.drive_id,
        "verdict": verdict.value,
        "reason": None if verdict is Verdict.ACCEPTED else before.reason,
        "judgement": before.judgement,
        "thumbnails": before.thumbnails,
        "accepted": counts.accepted,
        "held": counts.held,
        "rejected": counts.rejected,
        "evidence": before.evidence,
        "decided_by": by,
        "note": note,
    }
    enter(connection, node.clock, values)


def _check_words(verdict: Verdict, by: str, note: str) -> None:
    if verdict is Verdict.HELD:
        raise UsageError("a review accepts or rejects; only judging holds")
    if not by.strip() or not note.strip():
        raise UsageError("a review needs a name (--by) and a reason in words (--note)")
    if len(by) > 100 or len(note) > _LONGEST_NOTE:
        raise UsageError(f"--by has at most 100 characters, --note at most {_LONGEST_NOTE}")


def _check_change(case: Case, before: Verdict, verdict: Verdict, good: int) -> None:
    if before is Verdict.ACCEPTED:
        raise Conflict(f"drive {case.drive_id} is accepted already: that may be paid and stays")
    if before is verdict:
        raise Conflict(f"drive {case.drive_id} is {verdict} already")
    if verdict is Verdict.ACCEPTED and not good:
        raise Conflict(f"drive {case.drive_id} has no usable frame that could be accepted")


def _check_unpaid(case: Case, good: Sequence[bytes], index: FrameIndex) -> None:
    for image in good:
        for seen in index.same_image(image):
            other = index.drives[seen.drive_id]
            twice = other.contributor == case.contributor and other.verdict is Verdict.ACCEPTED
            if twice and seen.accepted and seen.drive_id != case.drive_id:
                raise Conflict(
                    f"picture {image.hex()} of drive {case.drive_id} is accepted already in drive "
                    f"{seen.drive_id}: nothing is paid twice"
                )


def _check_no_copies(case: Case, good: Sequence[bytes], index: FrameIndex) -> None:
    owners: dict[str, int] = {}
    for image in good:
        for drive_id in {seen.drive_id for seen in index.same_image(image) if seen.accepted}:
            other = index.drives[drive_id]
            if other.contributor != case.contributor and other.verdict is Verdict.ACCEPTED:
                owners[other.public_id] = owners.get(other.public_id, 0) + 1
    if owners:
        named = ", ".join(f"{count} of drive {name}" for name, count in sorted(owners.items()))
        raise Conflict(
            f"drive {case.drive_id} holds accepted pictures of other contributors, bit by bit "
            f"({named}): reject it, or pay them twice with --copies"
        )


def _good_images(node: Node, case: Case) -> list[bytes]:
    judgement = load(node.blobs, case.judgement)
    columns = zip(judgement["image_id"].to_pylist(), judgement["verdict"].to_pylist(), strict=True)
    return [image for image, verdict in columns if verdict == Verdict.ACCEPTED]


def _cases() -> sa.Select[Any]:
    columns = (drives.c.public_id, drives.c.contributor, drives.c.frames, decisions)
    return sa.select(*columns).join(drives, drives.c.decision == decisions.c.id)


def _case(connection: sa.Connection, row: sa.Row[Any]) -> Case:
    evidence: Any = json.loads(row.evidence)
    return Case(
        row.drive_id,
        row.public_id,
        row.contributor,
        row.frames,
        Verdict(row.verdict),
        row.reason,
        evidence,
        row.accepted,
        row.held,
        row.rejected,
        row.decided_ms,
        row.decided_by,
        row.note,
        row.judgement,
        {replay["drive"]: replay["count"] for replay in evidence.get("replays", ())},
        tuple(appeals_of(connection, row.drive_id)),
    )
