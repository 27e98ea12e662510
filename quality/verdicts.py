"""From what was seen of a drive's frames to its verdict; no I/O.

The laws: each frame gets one verdict and, when rejected, one reason: the first of "no pixels",
screening (the node screens, and hides trip ends and zones, where a foreign client did not), its
grade, `already-sent`, and `standing-still` or `duplicate-in-drive`. Only frames that are good so
far are compared, so a rejected frame makes no other one a duplicate. A drive is held when its
frames look like another drive's or its evidence of authenticity speaks against it
(quality/evidence), rejected when its frames are another drive's, accepted when at least
`min_accepted` of its frames are, and otherwise rejected for its commonest reason.
accepted + held + rejected = frames.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from ingest.screening import screen_drives
from ingest.settings import ScreenSettings
from ingest.trimming import Privacy, keep_private
from quality.duplicates import Candidate, already_sent, duplicates
from quality.evidence import combined
from quality.evidence.signals import Signal
from quality.examine import Examined
from quality.fingerprint import FINGERPRINT_BYTES
from quality.judgement import SCHEMA
from quality.replays import Pictures, Replay, compared, evidence_of, is_proven, replays
from quality.search import COMPARABLE_CONTRAST, FrameIndex
from quality.settings import QualitySettings
from roadcomb.canonical import Json
from roadcomb.cells import cells_of
from roadcomb.geo import distance_m
from roadcomb.records import Frame, Verdict, degrees

__all__ = [
    "DOUBTED",
    "Counts",
    "DriveVerdict",
    "counts_of",
    "doubted",
    "judge_drive",
    "judgement_of",
]

Frames = Sequence[tuple[Frame, Examined]]

DOUBTED = "authenticity-doubted"
"""Reason of a drive that its evidence holds."""

STANDING_M = 15.0
"""Between two frames of one view that a standing car's receiver may claim (data: a u-blox was off
by 2.5 m at most in a real minute; several times that between houses)."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Frames of a drive by their final state."""

    accepted: int
    held: int
    rejected: int


@dataclass(frozen=True, slots=True)
class DriveVerdict:
    """reasons: frame n -> why it is rejected; the other frames are good by themselves."""

    verdict: Verdict
    reason: str | None
    reasons: Mapping[int, str]
    evidence: Mapping[str, Json]


def judge_drive(
    frames: Frames,
    index: FrameIndex,
    drive_id: str,
    contributor: str,
    settings: QualitySettings,
    screening: ScreenSettings,
    privacy: Privacy | None = None,
    pictures: Pictures | None = None,
    signals: Sequence[Signal] = (),
) -> DriveVerdict:
    """The verdict on a drive, given all drives that were judged before.

    privacy: what must not be shown of it (ingest/trimming.py); None: its contributor saw to it.
    pictures: to compare point by point what looks alike; None: looks are enough for suspicion.
    signals: of the drive's authenticity; they are part of its evidence whatever the verdict is.
    """
    reasons = _frame_reasons(frames, screening, privacy)
    candidates = _candidates(frames)
    good = _without(candidates, reasons)
    reasons |= dict.fromkeys(already_sent(good, index, drive_id, contributor), "already-sent")
    good = _without(good, reasons)
    repeated = duplicates(good, settings.fingerprint_distance)
    reasons |= {n: _why_repeated(frames, n, first) for n, first in repeated.items()}
    good = _without(good, reasons)
    if len(good) < settings.min_accepted:
        return DriveVerdict(Verdict.REJECTED, _commonest(reasons), reasons, {})
    authenticity = combined.evidence_of(signals)
    suspected = replays(good, index, drive_id, contributor, settings)
    dropped: list[Replay] = []
    if pictures is not None:
        suspected, dropped = compared(suspected, pictures, index, contributor, settings)
    if suspected:
        evidence = {**evidence_of(suspected, index, contributor), **authenticity}
        if any(is_proven(one, len(good), index, contributor, settings) for one in suspected):
            return DriveVerdict(Verdict.REJECTED, "replay", reasons, evidence)
        return DriveVerdict(Verdict.HELD, "replay-suspected", reasons, evidence)
    unlike = evidence_of(dropped, index, contributor)["replays"]
    evidence = {"look_alikes": unlike} if dropped else {}
    return doubted(DriveVerdict(Verdict.ACCEPTED, None, reasons, evidence), signals)


def doubted(verdict: DriveVerdict, signals: Sequence[Signal]) -> DriveVerdict:
    """An accepted drive with all its signals in its evidence, and held if they speak against it."""
    told = replace(verdict, evidence={**verdict.evidence, **combined.evidence_of(signals)})
    if combined.suspicious(signals):
        return replace(told, verdict=Verdict.HELD, reason=DOUBTED)
    return told


def counts_of(verdict: Verdict, frames: int, good: int) -> Counts:
    """Final states of a drive's frames, `good` of which are not rejected by themselves."""
    accepted = good if verdict is Verdict.ACCEPTED else 0
    held = good if verdict is Verdict.HELD else 0
    return Counts(accepted, held, frames - accepted - held)


def judgement_of(frames: Frames, reasons: Mapping[int, str]) -> pa.Table:
    """The columnar file of a drive (quality/judgement.py)."""
    cells = _cells(frames)
    rows = [
        _row(n, cells[n], frame, seen, reasons.get(n)) for n, (frame, seen) in enumerate(frames)
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _row(n: int, cell: int, frame: Frame, seen: Examined, reason: str | None) -> dict[str, object]:
    verdict = Verdict.ACCEPTED if reason is None else Verdict.REJECTED
    return {
        "n": n,
        "image_id": bytes.fromhex(frame.image_id),
        "t_ms": frame.t_ms,
        "lat_e7": frame.lat_e7,
        "lon_e7": frame.lon_e7,
        "heading_cdeg": frame.heading_cdeg,
        "cell": cell,
        "verdict": verdict.value,
        "reason": reason,
        "grade": seen.grade.value,
        "grade_reasons": list(seen.grade.reasons),
        "sharpness": seen.grade.sharpness,
        "exposure": seen.grade.exposure,
        "contrast": seen.grade.contrast,
        "fingerprint": seen.fingerprint,
        "width": seen.width,
        "height": seen.height,
        "crop_fingerprint": seen.crops[:FINGERPRINT_BYTES] or None,
    }


def _frame_reasons(
    frames: Frames, screening: ScreenSettings, privacy: Privacy | None
) -> dict[int, str]:
    """Why frames are rejected for what they are by themselves and in their drive's order.

    Screening looks at the frames that have pixels: one without must not push out its neighbour.
    """
    unseen = {n: _without_pixels(seen) for n, (_, seen) in enumerate(frames) if _blank(seen)}
    place = {frame.image_id: n for n, (frame, _) in enumerate(frames)}
    shown = [frame for n, (frame, _) in enumerate(frames) if n not in unseen]
    drives, screened = screen_drives(shown, screening)
    if privacy is not None:
        screened += keep_private(drives, privacy, screening)[1]
    reasons = unseen | {place[rejected.item.image_id]: rejected.reason for rejected in screened}
    for n, (_, seen) in enumerate(frames):
        if seen.grade.rejected_for is not None:
            reasons.setdefault(n, seen.grade.rejected_for)
    return reasons


def _why_repeated(frames: Frames, n: int, first: int) -> str:
    here, there = frames[n][0], frames[first][0]
    moved_m = distance_m(
        degrees(here.lat_e7), degrees(here.lon_e7), degrees(there.lat_e7), degrees(there.lon_e7)
    )
    return "standing-still" if moved_m <= STANDING_M else "duplicate-in-drive"


def _blank(seen: Examined) -> bool:
    return seen.fingerprint is None


def _without_pixels(seen: Examined) -> str:
    return seen.grade.rejected_for or "undecodable"


def _candidates(frames: Frames) -> list[Candidate]:
    cells = _cells(frames)
    return [
        Candidate(n, bytes.fromhex(frame.image_id), cells[n], _comparable(seen), seen.crops)
        for n, (frame, seen) in enumerate(frames)
    ]


def _comparable(seen: Examined) -> bytes | None:
    return seen.fingerprint if seen.grade.contrast >= COMPARABLE_CONTRAST else None


def _cells(frames: Frames) -> list[int]:
    lat = [degrees(frame.lat_e7) for frame, _ in frames]
    lon = [degrees(frame.lon_e7) for frame, _ in frames]
    cells: list[int] = cells_of(lat, lon).tolist()
    return cells


def _without(candidates: Sequence[Candidate], reasons: Mapping[int, str]) -> list[Candidate]:
    return [candidate for candidate in candidates if candidate.n not in reasons]


def _commonest(reasons: Mapping[int, str]) -> str:
    """The reason of most frames; of equals, the first by name."""
    counts = Counter(reasons.values())
    return min(counts, key=lambda reason: (-counts[reason], reason))
