"""Forgetting which published rows a deleted drive made; the published books stay byte for byte.

Law: after it nothing on the node ties a published row to the drive: its salt is destroyed with the
drive (quality/deleting.py), its openings here. Repeating is harmless.
"""

import pyarrow.compute as pc
import sqlalchemy as sa

from rewards.chain import committed_epoch
from rewards.openings import OPENINGS, all_openings, store_openings
from roadcomb.catalog.tables import epoch_drives
from roadcomb.node import Node

__all__ = ["forget_openings"]


def forget_openings(node: Node, drive_id: str) -> int:
    """Take the drive out of the openings of its epoch; how many rows were its own."""
    counted = sa.select(epoch_drives.c.epoch).where(epoch_drives.c.drive_id == drive_id)
    with node.catalog.reading() as connection:
        epoch = connection.execute(counted).scalar()
    if epoch is None:
        return 0
    inputs = committed_epoch(node, epoch).manifest["inputs"]
    openings = all_openings(node.blobs, inputs)
    left = openings.filter(pc.not_equal(openings["drive_id"], drive_id))
    if len(left) < len(openings):
        named = left.set_column(0, OPENINGS.field(0), left["drive_id"].dictionary_encode())
        store_openings(node.blobs, inputs, [named.cast(OPENINGS)])
    return len(openings) - len(left)
