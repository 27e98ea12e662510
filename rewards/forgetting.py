"""Forgetting which published rows a deleted drive made; the published books stay byte for byte.

Law: after it nothing on the node ties a published row to the drive: its salt is destroyed with the
drive (quality/deleting.py), its openings here. Repeating is harmless.
"""

import pyarrow.compute as pc
import sqlalchemy as sa

from rewards.chain import committed_epoch
from rewards.openings import all_openings, store_openings
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
    own = pc.equal(openings["drive_id"], drive_id)
    if not pc.any(own).as_py():
        return 0
    store_openings(node.blobs, inputs, openings.filter(pc.invert(own)))
    return len(pc.list_flatten(openings.filter(own)["rows"]))
