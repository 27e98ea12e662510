"""More masks on what is published: by a newer detector, or by a person who saw something.

Law: what a person masked stays masked. A picture is made anew of its original while that is kept,
and then shows what the newer detector no longer takes for a face or plate; else of its published
pixels, in which everything stays masked. Either way the bytes that were shown before are destroyed.
"""

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from quality.masking.regions import Kind, Region
from quality.publishing import publications, record
from quality.publishing.composing import compose
from quality.publishing.entering import enter
from quality.publishing.fates import Concealed, Fate, Named
from quality.publishing.record import FrameRecord
from quality.publishing.settings import PublishSettings
from quality.publishing.sources import sources
from quality.publishing.work import ConcealTask, conceal
from roadcomb.catalog.tables import drives
from roadcomb.catalog.tables import publications as tables
from roadcomb.errors import Conflict, NotFound, UsageError
from roadcomb.node import Node

__all__ = ["Box", "add_mask", "published_drives"]

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the published picture."""


def published_drives(node: Node, drive: str | None = None) -> list[str]:
    """Ids of all drives with a publication; or of the one with that id or public id, or of which
    those are the first 6 or more characters. Raises NotFound or UsageError."""
    query = sa.select(drives.c.drive_id).where(
        sa.exists().where(tables.c.drive_id == drives.c.drive_id),
        drives.c.deleted_ms.is_(None),
    )
    if drive is not None:
        if len(drive) < 6:
            raise UsageError(f"{drive!r} is too short: give 6 characters of the drive's id or more")
        fits = drives.c.drive_id.startswith(drive, autoescape=True)
        query = query.where(fits | drives.c.public_id.startswith(drive, autoescape=True))
    with node.catalog.reading() as connection:
        found = list(connection.scalars(query.order_by(drives.c.drive_id)))
    if drive is not None and not found:
        raise NotFound(f"no published drive {drive} is known")
    if drive is not None and len(found) > 1:
        raise UsageError(f"{drive} fits several drives: give more characters of its id")
    return found


def add_mask(node: Node, settings: PublishSettings, drive_id: str, n: int, box: Box) -> None:
    """Mask a box of the drive's n-th picture, counted as the map counts.

    A person may mask as much as they like. Raises NotFound, UsageError for a box outside, Conflict
    when the picture could not be masked or was changed meanwhile.
    """
    with node.catalog.reading() as connection:
        before = publications.newest(connection, drive_id)
    if before is None:
        raise NotFound(f"drive {drive_id} is not published")
    known = record.load(node.blobs, drive_id, before.masks)
    frame = _frame(known, n)
    marked = replace(frame, added=(*frame.added, _region(box, frame)))
    anew = _masked(node, settings, drive_id, marked)
    by = Named(before.detector, before.version)
    draft = compose(node.blobs, drive_id, "mask added", by, known, [anew])
    if not enter(node, settings, draft, before, wait=True):
        raise Conflict("the drive was published anew meanwhile: look again, then add the mask")


def _frame(known: Sequence[FrameRecord], n: int) -> FrameRecord:
    for frame in known:
        if frame.n == n + known[0].n and frame.fate is Fate.PUBLISHED:
            return frame
    raise NotFound(f"picture {n} of this drive is not published")


def _region(box: Box, frame: FrameRecord) -> Region:
    x0, y0, x1, y1 = box
    if not (0 <= x0 < x1 <= frame.width and 0 <= y0 < y1 <= frame.height):
        size = f"{frame.width} x {frame.height}"
        raise UsageError(f"the box {box} does not lie in the picture of {size} pixels")
    return Region(x0, y0, x1, y1, Kind.PLATE, 1.0)


def _masked(
    node: Node, settings: PublishSettings, drive_id: str, marked: FrameRecord
) -> tuple[FrameRecord, Concealed]:
    [raw] = sources(node, drive_id, [marked])
    zones = (*marked.zones, *marked.added)
    unlimited = settings.model_copy(update={"most_masked": 1.0})
    made = conceal(ConcealTask(raw.data, raw.orientation, zones, unlimited))
    if not isinstance(made, Concealed):
        raise Conflict(f"the picture could not be masked ({made}): it is shown as it was")
    return replace(marked, masked=made.masked), made
