"""Is what a drive shows whole, and is every frame kept that must be?

What a lawful deletion is: once a drive is published, the originals of its frames may be gone, but
not those of accepted frames that wait. Older publications' blobs are gone by design.
"""

from collections.abc import Iterator
from functools import partial

import sqlalchemy as sa

from api.upkeep.checks import Check, addressed
from ingest.stored import load_manifest, received
from quality.publishing import originals as kept
from quality.publishing import record
from quality.publishing.fates import Fate
from quality.publishing.publications import Publication, newest
from roadcomb.catalog.tables import drives, originals
from roadcomb.errors import IntegrityError
from roadcomb.node import Node

__all__ = ["publication_checks"]


def publication_checks(node: Node, drive_id: str) -> Iterator[Check]:
    """Checks of what a drive shows, of kept originals, and that no frame is missing."""
    with node.catalog.reading() as connection:
        shown = newest(connection, drive_id)
        query = sa.select(originals.c.key).where(originals.c.drive_id == drive_id)
        held = connection.scalars(query.order_by(originals.c.id)).all()
    for key in sorted(shown.keys) if shown is not None else ():
        folder, _, digest = key.rpartition("/")
        yield addressed(node.blobs, folder, digest)
    for key in held:
        yield Check(key, partial(kept.check, node, drive_id, key), key)
    yield Check(f"catalog/frames/{drive_id}", partial(_check_frames, node, drive_id, shown))


def _check_frames(node: Node, drive_id: str, shown: Publication | None) -> None:
    with node.catalog.reading() as connection:
        query = sa.select(drives.c.sealed_ms, drives.c.deleted_ms)
        drive = connection.execute(query.where(drives.c.drive_id == drive_id)).one()
        there = received(connection, drive_id)
    if drive.sealed_ms is None or drive.deleted_ms is not None:
        return
    listed = load_manifest(node, drive_id).frames
    needed = set(range(len(listed)))
    if shown is not None:
        frames = record.load(node.blobs, drive_id, shown.masks)
        needed = {frame.n for frame in frames if frame.fate is Fate.WAITING}
    lacking = [n for n in sorted(needed) if listed[n].image_id not in there]
    if lacking:
        raise IntegrityError(f"{len(lacking)} frames are in no pack, the first is {lacking[0]}")
