"""The moment a publication counts, and what goes because of it.

Law: the row is entered when every blob that it names is durable; only then do the originals go, and
what an older publication showed and this one does not.
"""

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from ingest.stored import load_manifest
from quality.publishing import originals, publications
from quality.publishing.discarding import discard_later, purge
from quality.publishing.fates import Fate
from quality.publishing.listing import store_album
from quality.publishing.publications import Draft, Publication
from quality.publishing.record import FrameRecord, folder_of
from quality.publishing.settings import PublishSettings
from roadcomb.catalog.tables import drives
from roadcomb.node import Node

__all__ = ["enter", "give_up", "retire"]


def enter(
    node: Node,
    settings: PublishSettings,
    draft: Draft,
    before: Publication | None,
    wait: bool = False,
) -> bool:
    """Show a draft in place of `before`; False when something else happened to the drive
    meanwhile. wait: until a backup that is running lets what was shown before be destroyed."""
    album = store_album(node, draft.drive_id, draft.frames)
    draft = replace(draft, album=album)
    with node.catalog.writing() as connection:
        entered = publications.enter(connection, draft, before, node.clock.now_ms())
    if entered:
        retire(node, settings, draft.drive_id, draft.frames)
    purge(node, wait)
    return entered


def retire(
    node: Node, settings: PublishSettings, drive_id: str, frames: Sequence[FrameRecord]
) -> None:
    """Let the originals of a published drive go, but for its waiting frames'."""
    manifest = load_manifest(node, drive_id)
    waiting = {manifest.frames[one.n].image_id for one in frames if one.fate is Fate.WAITING}
    originals.retire(node, drive_id, waiting, retain=settings.retention_days > 0)


def give_up(node: Node, drive_id: str) -> None:
    """Give up what was stored to be shown of a drive that is deleted by now."""
    left = list(node.blobs.keys(folder_of(drive_id)))
    if not left:
        return
    there = sa.select(drives.c.drive_id).where(drives.c.deleted_ms.is_(None))
    with node.catalog.writing() as connection:
        if connection.scalar(there.where(drives.c.drive_id == drive_id)) is None:
            discard_later(connection, left)
    purge(node)
