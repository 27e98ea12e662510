"""Announcing a policy, and which one an epoch pays by.

The law: the operator announces, the nights carry it: an announcement is only ever added, shows in
the inputs of each epoch from the day it was made until it is in force, and takes effect by itself.
"""

import sqlalchemy as sa

from rewards.announcements import Announcement, announcements
from rewards.books import Standing
from rewards.chain import newest
from rewards.notice import NOTICE_EPOCHS, due_policy
from rewards.policy import Policy, parse_policy
from rewards.sections import sections_of
from rewards.shelf import standing_of
from roadcomb.catalog.tables import policies
from roadcomb.epochs import epoch_of
from roadcomb.errors import Conflict, InvalidInput
from roadcomb.node import Node

__all__ = ["announce", "policy_of_epoch"]


def announce(node: Node, text: bytes, effective: int | None = None) -> Announcement:
    """Announce a policy; effective: its first epoch, the earliest possible when None.

    Raises InvalidInput for a policy that is none, for one whose cap is below what exists already,
    or for an epoch too soon; Conflict when it is announced for that epoch already, or when no epoch
    is closed: one that began later than the notice would never show it.
    """
    policy, now_ms = parse_policy(text), node.clock.now_ms()
    last = newest(node)
    if last is None:
        raise Conflict("no epoch is closed yet: the first pays by `roadcomb nightly --policy FILE`")
    earliest = epoch_of(now_ms) + NOTICE_EPOCHS
    chosen = earliest if effective is None else effective
    if chosen < earliest:
        raise InvalidInput(f"a policy takes effect {NOTICE_EPOCHS} epochs on: {earliest} or later")
    if policy.cap < (minted := standing_of(node.blobs, last.manifest).minted):
        why = f"it is below the {minted} base units that exist already"
        raise sections_of(text).section("token").refused("cap", why)
    made = Announcement(policy.digest, text.decode(), chosen, now_ms)
    with node.catalog.writing() as connection:
        if any(each.effective == chosen for each in announcements(connection)):
            raise Conflict(f"a policy is announced for epoch {chosen} already: choose another")
        connection.execute(
            sa.insert(policies).values(
                policy=made.policy, text=made.text, effective=chosen, announced_ms=now_ms
            )
        )
    return made


def policy_of_epoch(before: Standing, current: Policy | None, first: Policy, epoch: int) -> Policy:
    """The policy that an epoch pays by.

    current: of the epoch before; first: what the operator chose for the first epoch of the chain.
    """
    if current is None:
        return first
    due = due_policy(before.announced, current.digest, epoch)
    return current if due is None else parse_policy(due.text.encode())
