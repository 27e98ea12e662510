"""A drive's next publication out of what it showed so far and what was made anew.

Law: a frame made anew takes the place of what it showed; one whose making failed keeps what was
VERIFIED before, if anything was; every pack is written anew, so that no pack of the draft holds a
picture that was replaced. What did not change gives the same packs under the same names.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from quality.publishing import record
from quality.publishing.fates import Concealed, Fate, Named
from quality.publishing.publications import Draft
from quality.publishing.record import FrameRecord, Place
from quality.publishing.storing import PackWriter
from roadcomb.blobs import Blobs
from roadcomb.packs import checked

__all__ = ["Anew", "compose", "picture_at"]

Anew = tuple[FrameRecord, Concealed | None]
"""A frame that was looked at again, and its pictures if it may be published."""

_Pictures = tuple[bytes, bytes]


def compose(
    blobs: Blobs,
    drive_id: str,
    cause: str,
    detector: Named,
    known: Sequence[FrameRecord],
    anew: Iterable[Anew],
) -> Draft:
    """Store packs and record of a publication. known: all accepted frames, in order; anew: some of
    them, in the same order."""
    full, small = PackWriter(blobs, drive_id), PackWriter(blobs, drive_id)
    frames = []
    for frame, pictures in _merged(blobs, known, anew):
        frames.append(frame)
        if pictures is not None:
            full.add(pictures[0])
            small.add(pictures[1])
    placed = list(_placed(frames, full.close(), small.close()))
    masks = record.store(blobs, drive_id, placed)
    return Draft(drive_id, cause, detector, placed, full.keys, small.keys, masks)


def picture_at(blobs: Blobs, place: Place) -> bytes:
    """Published bytes, checked. Raises NotFound or DigestMismatch."""
    entry = place.entry
    return checked(blobs.get_range(place.key, entry.offset, entry.length), entry)


def _merged(
    blobs: Blobs, known: Sequence[FrameRecord], anew: Iterable[Anew]
) -> Iterator[tuple[FrameRecord, _Pictures | None]]:
    made = iter(anew)
    following = next(made, None)
    for frame in known:
        if following is None or following[0].n != frame.n:
            yield frame, _shown(blobs, frame)
            continue
        new, pictures = following
        following = next(made, None)
        if pictures is None and frame.fate is Fate.PUBLISHED:
            yield frame, _shown(blobs, frame)
        else:
            shown = None if pictures is None else (pictures.full, pictures.thumbnail)
            yield replace(new, added=new.added or frame.added), shown


def _shown(blobs: Blobs, frame: FrameRecord) -> _Pictures | None:
    if frame.full is None or frame.thumbnail is None:
        return None
    return picture_at(blobs, frame.full), picture_at(blobs, frame.thumbnail)


def _placed(
    frames: Sequence[FrameRecord], full: Sequence[Place], small: Sequence[Place]
) -> Iterator[FrameRecord]:
    places = zip(full, small, strict=True)
    for frame in frames:
        shown, thumbnail = next(places) if frame.fate is Fate.PUBLISHED else (None, None)
        yield replace(frame, full=shown, thumbnail=thumbnail)
