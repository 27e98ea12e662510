"""Which policies were announced, and which of them the inputs of an epoch show.

The law: an announcement is only ever added; it shows in the inputs of each epoch from the day it
was made until it is in force.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from rewards.notice import NOTICE_EPOCHS, Announced
from roadcomb.catalog.tables import policies
from roadcomb.epochs import end_ms

__all__ = ["Announcement", "announcements", "shown_in"]


@dataclass(frozen=True, slots=True)
class Announcement:
    """As it stands in the catalog."""

    policy: str
    text: str
    effective: int
    announced_ms: int


def announcements(connection: sa.Connection) -> list[Announcement]:
    """All announcements, oldest first."""
    found = connection.execute(sa.select(policies).order_by(policies.c.id))
    return [Announcement(row.policy, row.text, row.effective, row.announced_ms) for row in found]


def shown_in(
    connection: sa.Connection, epoch: int, before: Sequence[Announced]
) -> tuple[Announced, ...]:
    """What the inputs of an epoch show: announced before its end and not in force before it."""
    since = {(each.policy, each.effective): each.since for each in before}
    return tuple(
        Announced(
            each.policy, each.text, since.get((each.policy, each.effective), epoch), each.effective
        )
        for each in announcements(connection)
        if each.announced_ms < end_ms(epoch)
        and each.effective > epoch
        and each.effective >= since.get((each.policy, each.effective), epoch) + NOTICE_EPOCHS
    )
