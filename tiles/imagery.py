"""Pixels that may leave: law 4 stands in `_published`, and nothing here reads bytes without it.

What is served are the pictures of a drive's newest publication: masked, encoded from pixels and
VERIFIED (quality/publishing). The stored originals and the judge's thumbnails are never read here.
"""

import pyarrow as pa

from quality import judgement as judgements
from quality.publishing import record
from quality.publishing.composing import picture_at
from quality.publishing.fates import WORDS, Fate
from quality.publishing.publications import newest
from quality.publishing.record import FrameRecord, Place
from roadcomb.errors import Conflict, NotFound
from roadcomb.node import Node
from roadcomb.records import Verdict
from roadcomb.settings import ImageryAccess
from tiles.accepted import Decided
from tiles.metering import Paid, for_nothing, open_cell
from tiles.pictures import first_shown

__all__ = ["WaitsForBlur", "full_picture", "thumbnail"]


class WaitsForBlur(Conflict):
    type = "waits-for-blur"


def full_picture(
    node: Node, drive: Decided, n: int, key: str | None = None, paid: Paid = for_nothing
) -> bytes:
    """The n-th picture. Raises WaitsForBlur, or NotFound for what is not accepted; where imagery
    is metered, PaymentRequired without a key that stands, or when it is not `paid`
    (tiles/metering.py)."""
    frame = _published(node, drive, n)
    if node.settings.imagery_access is ImageryAccess.METERED:
        judgement = judgements.load(node.blobs, drive.judgement)
        open_cell(node, key, judgement["cell"][n + first_shown(judgement)].as_py(), paid)
    return _bytes(node, drive, n, frame.full)


def thumbnail(node: Node, drive: Decided, n: int) -> bytes:
    """The n-th picture's thumbnail. Raises WaitsForBlur, or NotFound for what is not accepted."""
    return _bytes(node, drive, n, _published(node, drive, n).thumbnail)


def _published(node: Node, drive: Decided, n: int) -> FrameRecord:
    """The record of a picture that may be shown."""
    if not drive.accepted or n < 0:
        raise _no_picture(drive, n)
    with node.catalog.reading() as connection:
        publication = newest(connection, drive.drive_id)
    if publication is None:
        _check_accepted(judgements.load(node.blobs, drive.judgement), drive, n)
        raise WaitsForBlur("this picture waits for its blur and is not shown before")
    frames = record.load(node.blobs, drive.drive_id, publication.masks)
    frame = next((one for one in frames if one.n == n + frames[0].n), None)
    if frame is None:
        raise _no_picture(drive, n)
    if frame.fate is not Fate.PUBLISHED:
        why = WORDS.get(frame.reason or "", "it was not chosen to be blurred and shown")
        raise WaitsForBlur(f"this picture is not shown: {why}")
    return frame


def _check_accepted(judgement: pa.Table, drive: Decided, n: int) -> None:
    rows = judgement.slice(n + first_shown(judgement), 1).to_pylist()
    if not rows or rows[0]["verdict"] != Verdict.ACCEPTED:
        raise _no_picture(drive, n)


def _bytes(node: Node, drive: Decided, n: int, place: Place | None) -> bytes:
    if place is None:
        raise _no_picture(drive, n)
    return picture_at(node.blobs, place)


def _no_picture(drive: Decided, n: int) -> NotFound:
    return NotFound(f"there is no picture {drive.public_id}/{n} on the map")
