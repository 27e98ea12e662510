"""Which albums an epoch lists, out of the catalog's publications.

The law: an epoch takes in the publications after the newest one that is accounted for, in order, up
to the first that was entered after its day; of each drive the newest of them, when the drive is in
the books and was not deleted. So none is listed twice and none is passed over.
"""

import sqlalchemy as sa

from rewards.albums import Listed
from roadcomb.catalog.tables import drives, epoch_drives, publications
from roadcomb.epochs import end_ms

__all__ = ["albums_of"]


def albums_of(
    connection: sa.Connection, epoch: int, after: int, coming_in: set[str]
) -> tuple[tuple[Listed, ...], int]:
    """The albums of an epoch, and the number of the newest publication that is accounted for.

    coming_in: drives that come into the books with this very epoch.
    """
    late = sa.select(sa.func.min(publications.c.id)).where(
        publications.c.id > after, publications.c.published_ms >= end_ms(epoch)
    )
    first_late = connection.scalar(late)
    chosen = (
        sa.select(
            publications.c.id,
            publications.c.drive_id,
            publications.c.album,
            publications.c.published,
            epoch_drives.c.epoch,
            drives.c.deleted_ms,
        )
        .join(drives, drives.c.drive_id == publications.c.drive_id)
        .outerjoin(epoch_drives, epoch_drives.c.drive_id == publications.c.drive_id)
        .where(publications.c.id > after)
        .order_by(publications.c.id)
    )
    if first_late is not None:
        chosen = chosen.where(publications.c.id < first_late)
    newest: dict[str, Listed | None] = {}
    for row in connection.execute(chosen):
        after = row.id
        rows_in = epoch if row.drive_id in coming_in else row.epoch
        there = row.album is not None and rows_in is not None and row.deleted_ms is None
        newest[row.drive_id] = Listed(row.album, rows_in, row.published) if there else None
    return tuple(sorted(each for each in newest.values() if each is not None)), after
