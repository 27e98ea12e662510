"""Is a drive's picture new? What is the same picture is not paid twice; what only looks so is held.

The laws:
1. The same picture twice within a drive: the later frame is rejected, `duplicate-in-drive`.
2. A picture (image id) that its own contributor already has accepted or held in another drive:
   rejected, `already-sent`; the rest of the drive is judged as any other.
3. A picture (image id) of somebody else's drive, or `replay_frames` or more that look like another
   drive's, wherever either claims to be, and follow in its order, forwards or backwards: suspicion,
   so the drive is held as `replay-suspected` with the pairs as evidence, and a person decides. Who
   came second is not who copied: the first may have been the thief.
4. A mosaic is a replay: `replay_frames` or more of its frames that look like other contributors',
   each like whichever drive's and in whatever order, hold the drive as law 3 does.

Drives of one street look alike only by being copies: even neighbours 8 m apart differ by 54 bits.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.screening import increasing
from quality.fingerprint import distances, to_words
from quality.search import FrameIndex, Seen
from quality.settings import QualitySettings
from roadcomb.canonical import Json
from roadcomb.records import Verdict

__all__ = ["Candidate", "Pair", "Replay", "already_sent", "duplicates", "evidence_of", "replays"]

_SHOWN_PAIRS = 100
"""Pairs listed for each other drive in the evidence; their number is always told."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A frame of the drive that is judged; fingerprint None: not comparable."""

    n: int
    image_id: bytes
    cell: int
    fingerprint: bytes | None


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Frame n looks like frame other_n of another drive, by `distance` bits."""

    n: int
    other_n: int
    distance: int


@dataclass(frozen=True, slots=True)
class Replay:
    """Pairs with one other drive; same_images: how many are the same picture bit by bit."""

    drive_id: str
    pairs: tuple[Pair, ...]
    same_images: int


def already_sent(
    frames: Sequence[Candidate], index: FrameIndex, drive_id: str, contributor: str
) -> set[int]:
    """The n of frames that law 2 rejects."""
    return {
        frame.n
        for frame in frames
        if any(
            seen.accepted and _is_paid_to(index, seen, contributor)
            for seen in index.same_image(frame.image_id)
            if seen.drive_id != drive_id
        )
    }


def duplicates(frames: Sequence[Candidate], radius: int) -> set[int]:
    """The n of frames that look like an earlier one of the drive which is not rejected itself."""
    comparable = [frame for frame in frames if frame.fingerprint is not None]
    words = to_words(b"".join(frame.fingerprint or b"" for frame in comparable))
    kept: list[int] = []
    repeated: set[int] = set()
    for at, frame in enumerate(comparable):
        if kept and bool((distances(words[at], words[kept]) <= radius).any()):
            repeated.add(frame.n)
        else:
            kept.append(at)
    return repeated


def replays(
    frames: Sequence[Candidate],
    index: FrameIndex,
    drive_id: str,
    contributor: str,
    settings: QualitySettings,
) -> list[Replay]:
    """Suspicions of laws 3 and 4, the strongest first."""
    found: dict[str, list[Pair]] = defaultdict(list)
    same: dict[str, int] = defaultdict(int)
    for frame in frames:
        for other, seen in _closest(frame, index, drive_id, settings).items():
            found[other].append(Pair(frame.n, seen.n, seen.distance))
        for other in {seen.drive_id for seen in index.same_image(frame.image_id)} - {drive_id}:
            same[other] += index.drives[other].contributor != contributor
    foreign = {other for other in found if index.drives[other].contributor != contributor}
    mosaic = frames_alike(found[other] for other in foreign) >= settings.replay_frames
    suspected = [
        Replay(other, tuple(pairs), same[other])
        for other, pairs in found.items()
        if same[other] or in_order(pairs) >= settings.replay_frames or (mosaic and other in foreign)
    ]
    return sorted(suspected, key=lambda replay: (-len(replay.pairs), replay.drive_id))


def frames_alike(drives: Iterable[Iterable[Pair]]) -> int:
    """How many frames of the judged drive look like one of any of these drives."""
    return len({pair.n for pairs in drives for pair in pairs})


def in_order(pairs: Sequence[Pair]) -> int:
    """Length of the longest run of pairs (sorted by n) in the other's order or its reverse."""
    others = [pair.other_n for pair in pairs]
    return max(sum(increasing(others)), sum(increasing([-n for n in others])))


def evidence_of(suspected: Sequence[Replay], index: FrameIndex, contributor: str) -> Json:
    """What a person should look at; other drives by their public id only."""
    return {
        "frames_alike": frames_alike(replay.pairs for replay in suspected),
        "replays": [
            {
                "drive": index.drives[replay.drive_id].public_id,
                "own": index.drives[replay.drive_id].contributor == contributor,
                "count": len(replay.pairs),
                "in_order": in_order(replay.pairs),
                "same_images": replay.same_images,
                "pairs": [
                    {"n": pair.n, "other_n": pair.other_n, "distance": pair.distance}
                    for pair in replay.pairs[:_SHOWN_PAIRS]
                ],
            }
            for replay in suspected
        ],
    }


def _closest(
    frame: Candidate, index: FrameIndex, drive_id: str, settings: QualitySettings
) -> Mapping[str, Seen]:
    """Per other drive the frame that looks most like this one."""
    seen = index.same_image(frame.image_id)
    if frame.fingerprint is not None:
        seen += index.alike(
            frame.fingerprint, frame.cell, settings.replay_rings, settings.fingerprint_distance
        )
        seen += index.alike_anywhere(frame.fingerprint, settings.fingerprint_distance)
    best: dict[str, Seen] = {}
    for other in sorted(seen, key=lambda found: (found.distance, found.n)):
        if other.drive_id != drive_id:
            best.setdefault(other.drive_id, other)
    return best


def _is_paid_to(index: FrameIndex, seen: Seen, contributor: str) -> bool:
    drive = index.drives[seen.drive_id]
    return drive.contributor == contributor and drive.verdict != Verdict.REJECTED
