"""What the books of an epoch tell of the transparency log: its new receipts, and the decisions.

The law: each decision is told once, by the first epoch that is frozen after it was made and whose
number it does not exceed; the number of the newest one told is an input, so nothing is told twice.
"""

import sqlalchemy as sa

from quality.deleting import DELETED
from rewards.accounted import LogPart
from rewards.books import Standing
from roadcomb.catalog.tables import decisions, drives, log_entries

__all__ = ["log_part"]


def log_part(
    connection: sa.Connection, epoch: int, before: Standing, size: int
) -> tuple[LogPart, int]:
    """(log.json of an epoch whose log has `size` entries, number of the newest decision told)."""
    leaves = connection.execute(
        sa.select(log_entries.c.leaf)
        .where(log_entries.c.log_index >= before.log_size, log_entries.c.log_index < size)
        .order_by(log_entries.c.log_index)
    ).scalars()
    made = connection.execute(
        sa.select(decisions.c.id, decisions.c.verdict, decisions.c.reason, drives.c.log_index)
        .join(drives, drives.c.drive_id == decisions.c.drive_id)
        .where(decisions.c.id > before.decisions, decisions.c.epoch <= epoch)
        .order_by(decisions.c.id)
    ).all()
    decided = {row.log_index: DELETED if row.reason == DELETED else row.verdict for row in made}
    newest = max((row.id for row in made), default=before.decisions)
    return LogPart(epoch, before.log_size, list(leaves), decided), newest
