"""Recording what a transaction did on the chain: somebody saw it confirmed, and it counts once."""

from collections.abc import Mapping

import sqlalchemy as sa

from rewards.recorded import record_in
from rewards.transfers import TRANSFERS, clash, is_transfer
from roadcomb.canonical import Json
from roadcomb.catalog.tables import events
from roadcomb.errors import Conflict, UsageError
from roadcomb.node import Node

__all__ = ["record_confirmed"]

_LONGEST_NAME = 100


def record_confirmed(
    node: Node, kind: str, body: Mapping[str, Json], transaction: str, by: str
) -> None:
    """Record it as an event; the same again changes nothing. Raises UsageError, and Conflict for a
    transfer that was counted for something else (rewards/transfers.py).

    transaction: its hash, and `:n` for one of several transfers in it; by: who saw it confirmed.
    """
    named = transaction.lower()
    if not is_transfer(named):
        raise UsageError(f"{transaction[:80]!r} is no transaction: 0x and 64 hex digits, or :n too")
    if not by.strip() or len(by) > _LONGEST_NAME:
        raise UsageError("a transaction needs the name of who saw it confirmed (--by)")
    with node.catalog.writing() as connection:
        if other := clash(named, _others(connection, kind, named)):
            raise Conflict(f"{named[:80]} was counted already, as {other[:80]}")
        values = {**body, "transaction": named}
        record_in(connection, node.clock.now_ms(), kind, named, values, by)


def _others(connection: sa.Connection, kind: str, named: str) -> list[str]:
    """What was counted of the same transaction but this very event."""
    of_it = events.c.reference.startswith(named.partition(":")[0])
    itself = sa.and_(events.c.kind == kind, events.c.reference == named)
    query = sa.select(events.c.reference).where(events.c.kind.in_(TRANSFERS), of_it, ~itself)
    return list(connection.execute(query).scalars())
