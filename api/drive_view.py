"""A drive as its contributor sees it: state, counts that add up, a reason for each rejection."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from ingest.states import DriveState, State
from quality.appeals import appeals_of
from quality.deleting import DELETED
from quality.evidence.words import sentences
from quality.judgement import load
from quality.publishing.publications import newest
from roadcomb.canonical import parse_json
from roadcomb.node import Node
from roadcomb.records import Verdict

__all__ = ["DriveView", "Pictures", "reasons_of", "view_of"]


class Pictures(BaseModel):
    """Of the accepted frames: those whose blurred picture is shown, and those that wait, by
    reason (quality/publishing/fates.py)."""

    published: int
    waiting: dict[str, int]


class DriveView(BaseModel):
    """offered = pending + held + accepted + rejected; reasons count the rejected frames."""

    drive_id: str
    state: State
    offered: int
    received: int
    pending: int
    held: int
    accepted: int
    rejected: int
    reasons: dict[str, int]
    verdict: str | None
    reason: str | None
    evidence: Any
    doubts: list[str]
    """What speaks against a held drive, in words, the gravest first."""
    appeals: int
    receipt: Any
    pictures: Pictures | None = None
    """None before the drive was accepted and looked at by the publisher."""
    level: str | None
    """Of the device: none, software-key or hardware-key; told once the drive is sealed."""


def view_of(node: Node, state: DriveState) -> DriveView:
    """What the API tells of a drive."""
    reasons = {}
    if state.reason == DELETED:
        reasons = {DELETED: state.rejected}
    elif state.judgement is not None and state.rejected:
        reasons = reasons_of(load(node.blobs, state.judgement), state.verdict, state.reason)
    return DriveView(
        drive_id=state.drive_id,
        state=state.state,
        offered=state.offered,
        received=state.received,
        pending=state.pending,
        held=state.held,
        accepted=state.accepted,
        rejected=state.rejected,
        reasons=reasons,
        verdict=state.verdict,
        reason=state.reason,
        evidence=_parsed(state.evidence),
        doubts=_doubts(state),
        appeals=_appeals(node, state.drive_id),
        receipt=_parsed(state.receipt),
        pictures=_pictures(node, state),
        level=state.level,
    )


def reasons_of(judgement: pa.Table, verdict: str | None, reason: str | None) -> dict[str, int]:
    """Rejected frames by reason: a frame's own, else the drive's when that is rejected."""
    rejected = judgement.filter(pc.equal(judgement["verdict"], Verdict.REJECTED.value))
    counts = Counter(rejected["reason"].to_pylist())
    if verdict == Verdict.REJECTED:
        counts[reason] += judgement.num_rows - rejected.num_rows
    return {name or "unknown": count for name, count in sorted(counts.items(), key=str) if count}


def _pictures(node: Node, state: DriveState) -> Pictures | None:
    if state.verdict != Verdict.ACCEPTED:
        return None
    with node.catalog.reading() as connection:
        shown = newest(connection, state.drive_id)
    return None if shown is None else Pictures(published=shown.published, waiting=shown.reasons)


def _doubts(state: DriveState) -> list[str]:
    evidence = _parsed(state.evidence)
    return sentences(evidence) if state.held and isinstance(evidence, Mapping) else []


def _appeals(node: Node, drive_id: str) -> int:
    with node.catalog.reading() as connection:
        return len(appeals_of(connection, drive_id))


def _parsed(text: str | None) -> Any:
    return None if text is None else parse_json(text.encode())
