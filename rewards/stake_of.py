"""A contributor's own stake: what is staked, what cools down, and every slash with its deadline.

The law: it shows the newest books with all that was recorded and decided since, as the next books
would take it in; so nobody learns of a slash only at night, and no deadline is told too late.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from quality.deleting import DELETED
from rewards.chain import Committed, newest
from rewards.dated import Dated, total
from rewards.documents import locked_of
from rewards.in_force import rule_in_force, stakes_after
from rewards.recorded import body_of, pending_events
from rewards.shelf import file_of
from rewards.slashing import Case, Ended
from rewards.stake_words import sentences
from rewards.staking import Night, Settled, settle
from roadcomb.catalog.tables import decisions, drives, events
from roadcomb.epochs import date_of, epoch_of
from roadcomb.keys import account_of
from roadcomb.node import Node

__all__ = ["stake_of"]

Shown = dict[str, Any]


def stake_of(node: Node, contributor: str) -> Shown:
    """Base units are decimal text; `words` tells it all in sentences."""
    account, rule, last = account_of(contributor), rule_in_force(node), newest(node)
    epoch = epoch_of(node.clock.now_ms()) if last is None else last.epoch + 1
    with node.catalog.reading() as connection:
        own = _drives_by_receipt(connection, contributor)
        settled = _settled(node, connection, last, epoch, _states(connection, contributor))
        shown = [
            _case(connection, case, own) for case in settled.stakes.cases if case.account == account
        ]
    stakes = settled.stakes
    told: Shown = {
        "account": account,
        "minimum": str(rule.minimum),
        "gate": rule.fill,
        "by_device": rule.devices is not None,
        "staked": str(total(stakes.staked, account)),
        "cooling": _cooling(stakes.cooling, account),
        "cases": shown,
        "ended": [_ended(one, own) for one in stakes.ended if one.account == account],
    }
    return {**told, "words": sentences(told)}


def _settled(
    node: Node,
    connection: sa.Connection,
    last: Committed | None,
    epoch: int,
    states: Mapping[int, str],
) -> Settled:
    """What the next books would hold if nothing else happened."""
    taken_in = 0 if last is None else int(last.manifest["events"]["newest"])
    coming = pending_events(connection, taken_in)
    locked = {} if last is None else locked_of(file_of(node.blobs, last.manifest, "vesting.json"))
    night = Night(epoch, rule_in_force(node), coming, states, {})
    return settle(night, stakes_after(node, last), locked)


def _cooling(cooling: Dated, account: str) -> list[Shown]:
    return [
        {"amount": str(amounts[account]), "from": date_of(due).isoformat()}
        for due, amounts in cooling.items()
        if account in amounts
    ]


def _case(connection: sa.Connection, case: Case, own: Mapping[int, str]) -> Shown:
    told = connection.execute(sa.select(events.c.body).where(events.c.id == case.number))
    return {
        "case": case.number,
        "drive_id": own.get(case.receipt),
        "amount": str(case.amount),
        "appeal_until": date_of(case.until).isoformat(),
        "lapses": date_of(case.lapses).isoformat(),
        "state": case.state,
        "evidence": body_of(told.scalar_one())["evidence"],
    }


def _ended(ended: Ended, own: Mapping[int, str]) -> Shown:
    return {
        "case": ended.number,
        "drive_id": own.get(ended.receipt),
        "amount": str(ended.amount),
        "outcome": ended.outcome,
        "day": date_of(ended.epoch).isoformat(),
    }


def _drives_by_receipt(connection: sa.Connection, contributor: str) -> dict[int, str]:
    found = connection.execute(
        sa.select(drives.c.log_index, drives.c.drive_id)
        .where(drives.c.contributor == contributor)
        .where(drives.c.log_index.is_not(None))
    )
    return {row.log_index: row.drive_id for row in found}


def _states(connection: sa.Connection, contributor: str) -> dict[int, str]:
    """What the log would say of a contributor's receipts now."""
    found = connection.execute(
        sa.select(drives.c.log_index, decisions.c.verdict, decisions.c.reason)
        .join(decisions, decisions.c.id == drives.c.decision)
        .where(drives.c.contributor == contributor)
        .where(drives.c.log_index.is_not(None))
    )
    return {row.log_index: DELETED if row.reason == DELETED else row.verdict for row in found}
