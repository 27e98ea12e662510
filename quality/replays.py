"""Are a drive's pictures another drive's? Suspicions, what speaks for them, and what proves one.

The laws are 3 to 6 of quality/duplicates.py.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ingest.screening import increasing
from quality.disguises import Look
from quality.duplicates import Candidate
from quality.geometry import Agreement, Grey, agreement, is_copy
from quality.search import FrameIndex
from quality.settings import QualitySettings
from roadcomb.canonical import Json
from roadcomb.records import Verdict

__all__ = ["Pair", "Pictures", "Replay", "compared", "evidence_of", "is_proven", "replays"]

_SHOWN_PAIRS = 100
"""Pairs listed for each other drive in the evidence; their number is always told."""

_COMPARED_PAIRS, _PAIRS_OF_MANY, _MANY = 4, 2, 8
"""Pairs compared point by point for each other drive, 9 ms each; fewer where many look alike."""

_PROVEN_PERCENT = 90


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Frame n looks like frame other_n of another drive, by `distance` bits."""

    n: int
    other_n: int
    distance: int
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class Replay:
    """Pairs with one other drive; identical: those that are the same picture bit by bit.

    agreements: of the pairs that were compared point by point.
    """

    drive_id: str
    pairs: tuple[Pair, ...]
    identical: tuple[Pair, ...] = ()
    agreements: tuple[Agreement, ...] = ()


class Pictures(Protocol):
    """Where the small pictures of judged drives are kept."""

    def own(self, n: int) -> Grey | None:
        """Of frame n of the drive that is judged; None: not to be had."""

    def of(self, drive_id: str, n: int) -> Grey | None:
        """Of frame n of a drive that was judged before; None: not to be had any more."""


def replays(
    frames: Sequence[Candidate],
    index: FrameIndex,
    drive_id: str,
    contributor: str,
    settings: QualitySettings,
) -> list[Replay]:
    """Suspicions of laws 3 and 4 by looks, the strongest first."""
    identical = _identical(frames, index, drive_id)
    pairs = _closest(frames, index, drive_id, settings.replay_distance)
    for other, same in identical.items():
        pairs[other] = pairs.get(other, {}) | {pair.n: pair for pair in same}
    found = [
        Replay(
            other,
            tuple(sorted(of_frame.values())),
            tuple(identical[other]) if _is_foreign(index, other, contributor) else (),
        )
        for other, of_frame in pairs.items()
    ]
    return _suspicious(found, index, contributor, settings)


def compared(
    suspected: Sequence[Replay],
    pictures: Pictures,
    index: FrameIndex,
    contributor: str,
    settings: QualitySettings,
) -> tuple[list[Replay], list[Replay]]:
    """Law 5: (still suspected, dropped)."""
    count = _COMPARED_PAIRS if len(suspected) <= _MANY else _PAIRS_OF_MANY
    looked = [
        replay
        if replay.identical
        else replace(replay, agreements=_agreements(replay, pictures, count))
        for replay in suspected
    ]
    alike = [replay for replay in looked if _may_be_copies(replay)]
    kept = _suspicious(alike, index, contributor, settings)
    return kept, [replay for replay in looked if replay not in kept]


def is_proven(
    replay: Replay, good: int, index: FrameIndex, contributor: str, settings: QualitySettings
) -> bool:
    """Law 6 for one suspicion against a drive with `good` frames that are good by themselves."""
    other = index.drives[replay.drive_id]
    if other.contributor == contributor or other.verdict is not Verdict.ACCEPTED:
        return False
    length = in_order(replay.identical)
    return length >= settings.replay_frames and 100 * length >= _PROVEN_PERCENT * good


def frames_alike(drives: Iterable[Iterable[Pair]]) -> int:
    """How many frames of the judged drive look like one of any of these drives."""
    return len({pair.n for pairs in drives for pair in pairs})


def in_order(pairs: Sequence[Pair]) -> int:
    """Length of the longest run of pairs (sorted by n) in the other's order or its reverse."""
    others = [pair.other_n for pair in pairs]
    return max(sum(increasing(others)), sum(increasing([-n for n in others])))


def evidence_of(
    suspected: Sequence[Replay], index: FrameIndex, contributor: str
) -> dict[str, Json]:
    """What a person should look at; other drives by their public id only."""
    return {
        "frames_alike": frames_alike(replay.pairs for replay in suspected),
        "replays": [_shown(replay, index, contributor) for replay in suspected],
    }


def _shown(replay: Replay, index: FrameIndex, contributor: str) -> Json:
    other = index.drives[replay.drive_id]
    return {
        "drive": other.public_id,
        "own": other.contributor == contributor,
        "count": len(replay.pairs),
        "in_order": in_order(replay.pairs),
        "same_images": len(replay.identical),
        "mirrored": sum(pair.mirrored for pair in replay.pairs),
        "compared": len(replay.agreements),
        "copies": sum(map(is_copy, replay.agreements)),
        "inliers": [seen.inliers for seen in replay.agreements],
        "pairs": [
            {"n": pair.n, "other_n": pair.other_n, "distance": pair.distance}
            for pair in replay.pairs[:_SHOWN_PAIRS]
        ],
    }


def _suspicious(
    found: Sequence[Replay], index: FrameIndex, contributor: str, settings: QualitySettings
) -> list[Replay]:
    """Those that laws 3 and 4 speak of, the strongest first."""
    foreign = [replay for replay in found if _is_foreign(index, replay.drive_id, contributor)]
    mosaic = frames_alike(replay.pairs for replay in foreign) >= settings.replay_frames
    suspected = [
        replay
        for replay in found
        if replay.identical
        or in_order(replay.pairs) >= settings.replay_frames
        or (mosaic and replay in foreign)
    ]
    return sorted(suspected, key=lambda replay: (-len(replay.pairs), replay.drive_id))


def _closest(
    frames: Sequence[Candidate], index: FrameIndex, drive_id: str, radius: int
) -> dict[str, dict[int, Pair]]:
    """Per other drive and frame the pair that is most alike."""
    shown = [
        (frame.n, Look(frame.fingerprint, frame.crops, frame.cell))
        for frame in frames
        if frame.fingerprint is not None
    ]
    alike = index.alike([look for _, look in shown], radius) if shown else []
    closest: dict[str, dict[int, Pair]] = defaultdict(dict)
    for one in sorted(alike, key=lambda one: (one.distance, one.n)):
        if one.drive_id != drive_id:
            n = shown[one.look][0]
            pair = Pair(n, one.n, one.distance, one.mirrored)
            closest[one.drive_id].setdefault(n, pair)
    return dict(closest)


def _identical(
    frames: Sequence[Candidate], index: FrameIndex, drive_id: str
) -> dict[str, list[Pair]]:
    found: dict[str, list[Pair]] = defaultdict(list)
    for frame in frames:
        first: dict[str, int] = {}
        for seen in index.same_image(frame.image_id):
            first[seen.drive_id] = min(first.get(seen.drive_id, seen.n), seen.n)
        for other in first.keys() - {drive_id}:
            found[other].append(Pair(frame.n, first[other], 0))
    return found


def _agreements(replay: Replay, pictures: Pictures, count: int) -> tuple[Agreement, ...]:
    step = max(1, len(replay.pairs) // count)
    found = []
    for pair in replay.pairs[::step][:count]:
        own, other = pictures.own(pair.n), pictures.of(replay.drive_id, pair.other_n)
        if own is not None and other is not None:
            found.append(agreement(own, other, pair.mirrored))
    return tuple(found)


def _may_be_copies(replay: Replay) -> bool:
    return 2 * sum(map(is_copy, replay.agreements)) >= len(replay.agreements)


def _is_foreign(index: FrameIndex, drive_id: str, contributor: str) -> bool:
    return index.drives[drive_id].contributor != contributor
