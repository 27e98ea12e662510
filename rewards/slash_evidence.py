"""What is published of the evidence for a slash: enough to be held to, nothing of where.

The law: the document says what spoke against the drive by kinds and counts, what a person made of
it, and commits to the rest: `sealed` is the SHA-256 of a tag, the drive's salt and the evidence as
the decision holds it. The contributor has both (`roadcomb export-my-data`) and an auditor who is
given them can open it; no cell, time or other drive's name is in what anybody may read.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from roadcomb.canonical import Json

__all__ = ["evidence_document", "sealed"]

_DOMAIN = b"roadcomb evidence v1\0"
_VERSION = 1


def evidence_document(
    reason: str, frames: int, evidence: Mapping[str, Any], by_person: bool, note: str, seal: str
) -> Mapping[str, Json]:
    """reason: the decision's code; frames: of the drive; evidence: as decisions hold it (quality);
    by_person: who rejected it; note: a person's words on why it is slashed for; seal: `sealed`.
    """
    replays: Sequence[Mapping[str, Any]] = evidence.get("replays") or ()
    return {
        "v": _VERSION,
        "reason": reason,
        "frames": frames,
        "alike": int(evidence.get("frames_alike") or 0),
        "same_pictures": sum(int(replay["same_images"]) for replay in replays),
        "signals": _against(evidence),
        "rejected_by": "a person" if by_person else "proof",
        "note": note,
        "sealed": seal,
    }


def sealed(salt: bytes, evidence: str) -> str:
    """The commitment to a decision's evidence, as its text stands in the catalog."""
    return hashlib.sha256(_DOMAIN + salt + evidence.encode()).hexdigest()


def _against(evidence: Mapping[str, Any]) -> list[Json]:
    """Names of the signals that spoke against the drive and counted, the gravest first."""
    signals: Sequence[Mapping[str, Any]] = evidence.get("signals") or ()
    return [one["name"] for one in signals if one["strength"] < 0 and not one["advisory"]]
