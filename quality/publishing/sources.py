"""Which frames of a drive are there to be published, and what is each made of?

Law: a frame is made of its original while that is kept, else of its published picture, in which
what was masked stays masked; a spared frame is made of nothing. A picture that would only be
encoded once more is left as it is.
"""

from collections.abc import Iterable, Iterator, Sequence

from quality import judgement
from quality.decisions import decision_of
from quality.masking.regions import covered
from quality.publishing import originals, record
from quality.publishing.composing import Anew, picture_at
from quality.publishing.fates import Fate, Waits
from quality.publishing.passing import Raw
from quality.publishing.publications import Publication
from quality.publishing.record import FrameRecord
from roadcomb.node import Node
from roadcomb.records import Verdict

__all__ = ["known_frames", "sources", "with_news"]


def known_frames(
    node: Node, drive_id: str, before: Publication | None, every: int
) -> list[FrameRecord]:
    """The accepted frames of a drive: as its last publication left them or, before the first, each
    `every`-th waiting and the others spared. Raises NotFound or IntegrityError."""
    if before is not None:
        return list(record.load(node.blobs, drive_id, before.masks))
    with node.catalog.reading() as connection:
        decided = decision_of(connection, drive_id)
    if decided is None:
        return []
    judged = judgement.load(node.blobs, decided.judgement, ["n", "verdict"]).to_pylist()
    accepted = [row["n"] for row in judged if row["verdict"] == Verdict.ACCEPTED]
    return [_untouched(n, spared=bool(at % every)) for at, n in enumerate(accepted)]


def sources(node: Node, drive_id: str, frames: Sequence[FrameRecord]) -> Iterator[Raw]:
    """What these frames are made of, in their order; one of which nothing is left is not told."""
    kept = originals.read(node, drive_id, {frame.n for frame in frames})
    following = next(kept, None)
    for frame in frames:
        if following is not None and following[0] == frame.n:
            yield Raw(frame.n, following[2], following[1].orientation, frame.added)
            following = next(kept, None)
        elif frame.full is not None:
            masked = (*frame.zones, *frame.added)
            yield Raw(frame.n, picture_at(node.blobs, frame.full), 1, masked)


def with_news(anew: Iterable[Anew], known: Sequence[FrameRecord]) -> Iterator[Anew]:
    """Those of the frames made anew that mask more or less than they did, or show more."""
    before = {frame.n: frame for frame in known}
    for frame, pictures in anew:
        if not _is_same(before[frame.n], frame):
            yield frame, pictures


def _untouched(n: int, spared: bool) -> FrameRecord:
    if spared:
        return FrameRecord(n, Fate.SPARED)
    return FrameRecord(n, Fate.WAITING, Waits.UNDECODABLE.value)


def _is_same(before: FrameRecord, now: FrameRecord) -> bool:
    if before.fate is not Fate.PUBLISHED or now.fate is not before.fate:
        return False
    size = (before.width, before.height)
    old = covered(*size, (*before.zones, *before.added))
    return bool((old == covered(*size, now.zones)).all())
