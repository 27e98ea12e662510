"""Agreements of fleets on a node: recorded as events, ended, and shown to the two they concern.

The law: an agreement is an event once, and so is its end; the same again changes nothing, and an
old one that is sent again does not come back. Only accounts are published, never keys. Keys are
free and events are read by everybody, so only who has sent a drive agrees, and some times at most.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from ingest.signers import check_signer
from rewards.agreement import Agreement, End
from rewards.fleets import FLEET, FLEET_END, Fleet, Fleets, agreed
from rewards.recorded import body_of, events_of_kinds, record
from roadcomb.canonical import Json
from roadcomb.catalog.tables import drives, events
from roadcomb.epochs import epoch_of
from roadcomb.errors import NotFound, QuotaExceeded
from roadcomb.keys import account_of
from roadcomb.node import Node

__all__ = ["MOST", "Standing", "agree", "end", "fleet_of"]

MOST = 50
"""Agreements of one driver, ever."""


@dataclass(frozen=True, slots=True)
class Standing:
    """own: the agreement that an account drives by; drivers: those that it manages, in order."""

    account: str
    own: Fleet | None
    drivers: Fleets


def agree(node: Node, agreement: Agreement) -> int:
    """Record an agreement; the first epoch whose amounts it splits.

    Raises Unauthorised for a key that does not sign for its contributor, NotFound for a driver of
    no drive, QuotaExceeded for one of too many agreements.
    """
    with node.catalog.reading() as connection:
        for contributor, signer in zip(
            (agreement.manager, agreement.driver), agreement.signers, strict=True
        ):
            check_signer(connection, contributor, signer)
        _check_driver(connection, agreement)
    body: dict[str, Json] = {
        "agreement": agreement.digest,
        "manager": account_of(agreement.manager),
        "driver": account_of(agreement.driver),
        "share": agreement.share,
    }
    record(node, FLEET, agreement.digest, body, "both")
    return _following(node)


def end(node: Node, end: End) -> int:
    """Record the end of an agreement; the first epoch that it splits nothing of.

    Raises NotFound for an agreement that is not the contributor's, Unauthorised for a key that does
    not sign for them.
    """
    account = account_of(end.contributor)
    chosen = sa.select(events.c.body).where(
        events.c.kind == FLEET, events.c.reference == end.agreement
    )
    with node.catalog.reading() as connection:
        check_signer(connection, end.contributor, end.signer)
        body = connection.scalar(chosen)
    known = {} if body is None else body_of(body)
    if account not in (known.get("manager"), known.get("driver")):
        raise NotFound(f"no agreement {end.agreement[:16]}.. of yours is known")
    record(node, FLEET_END, end.agreement, {"agreement": end.agreement}, account)
    return _following(node)


def fleet_of(node: Node, contributor: str) -> Standing:
    """What a contributor has agreed on, with what the next epochs will take in."""
    account = account_of(contributor)
    with node.catalog.reading() as connection:
        fleets = agreed({}, events_of_kinds(connection, FLEET, FLEET_END))
    drivers = {who: each for who, each in fleets.items() if each.manager == account}
    return Standing(account, fleets.get(account), drivers)


def _check_driver(connection: sa.Connection, agreement: Agreement) -> None:
    driven = sa.select(drives.c.drive_id).where(
        drives.c.contributor == agreement.driver, drives.c.sealed_ms.is_not(None)
    )
    if connection.execute(driven.limit(1)).first() is None:
        raise NotFound("the driver has sent no drive yet: send one, then accept the invitation")
    made = (
        sa.select(sa.func.count())
        .select_from(events)
        .where(events.c.kind == FLEET, events.c.reference != agreement.digest)
        .where(events.c.body.contains(f'"driver":"{account_of(agreement.driver)}"'))
    )
    if int(connection.scalar(made) or 0) >= MOST:
        raise QuotaExceeded(f"a driver agrees {MOST} times at most, and this one has")


def _following(node: Node) -> int:
    """An event counts from the epoch after the one that takes it in."""
    return epoch_of(node.clock.now_ms()) + 1
