"""Forgetting which published rows a deleted drive made; the published books stay byte for byte.

Law: after it nothing on the node ties a published row to the drive: its salt is destroyed with the
drive (quality/deleting.py), its openings here. A drive that is deleted while a night freezes and
stores it is forgotten by that night after its commit, or by the next one. Repeating is harmless.
"""

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from rewards.chain import committed_epoch
from rewards.openings import all_openings, store_openings
from roadcomb.catalog.tables import drives, epoch_drives
from roadcomb.errors import NotFound
from roadcomb.node import Node

__all__ = ["forget_deleted", "forget_openings"]


def forget_openings(node: Node, drive_id: str) -> int:
    """Take a deleted drive out of the openings of its epoch; see forget_deleted."""
    counted = sa.select(epoch_drives.c.epoch).where(epoch_drives.c.drive_id == drive_id)
    with node.catalog.reading() as connection:
        epoch = connection.execute(counted).scalar()
    return 0 if epoch is None else forget_deleted(node, epoch)


def forget_deleted(node: Node, epoch: int) -> int:
    """Take the deleted drives out of an epoch's openings; how many rows were theirs.

    It writes in the catalog's writer's turn: of two at once, none brings back what the other took.
    """
    gone = (
        sa.select(drives.c.drive_id)
        .join(epoch_drives, epoch_drives.c.drive_id == drives.c.drive_id)
        .where(epoch_drives.c.epoch == epoch)
        .where(drives.c.deleted_ms.is_not(None))
    )
    with node.catalog.reading() as connection:
        if connection.execute(gone.limit(1)).first() is None:
            return 0
    inputs = committed_epoch(node, epoch).manifest["inputs"]
    with node.catalog.writing() as connection:
        deleted = pa.array(connection.scalars(gone).all(), pa.string())
        try:
            openings = all_openings(node.blobs, inputs)
        except NotFound:  # nothing is kept that could tell
            return 0
        theirs = pc.is_in(openings["drive_id"], deleted)
        if not pc.any(theirs).as_py():
            return 0
        store_openings(node.blobs, inputs, openings.filter(pc.invert(theirs)))
    return len(pc.list_flatten(openings.filter(theirs)["rows"]))
