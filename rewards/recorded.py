"""Recording events in the catalog, and which of them an epoch takes in.

The law: an event is only ever added, and its reference counts once: recorded again with the same
body it is the same event, with another it is refused. An epoch takes in the events after the newest
one that is accounted for, in order, up to the first that was recorded after its day; so none is
taken twice and none is passed over, even by a clock that was set back.
"""

from collections.abc import Mapping

import sqlalchemy as sa

from rewards.events import Event
from roadcomb.canonical import Json, canonical_json, parse_json
from roadcomb.catalog.tables import events
from roadcomb.epochs import end_ms
from roadcomb.errors import Conflict, IntegrityError
from roadcomb.node import Node

__all__ = ["body_of", "events_of", "events_of_kinds", "pending_events", "record", "record_in"]


def record(node: Node, kind: str, reference: str, body: Mapping[str, Json], by: str) -> int:
    """The number of an event, new or the same as before; by: who says so.

    reference: what makes it one of its kind in the world outside (a transaction, a signed message).
    Raises Conflict when the reference stands for another body already.
    """
    with node.catalog.writing() as connection:
        return record_in(connection, node.clock.now_ms(), kind, reference, body, by)


def record_in(
    connection: sa.Connection,
    now_ms: int,
    kind: str,
    reference: str,
    body: Mapping[str, Json],
    by: str,
) -> int:
    """The same within a transaction that writes more than the event."""
    text = canonical_json(dict(body)).decode()
    same = sa.select(events.c.id, events.c.body).where(
        events.c.kind == kind, events.c.reference == reference
    )
    found = connection.execute(same).first()
    if found is None:
        values = {
            "kind": kind,
            "reference": reference,
            "body": text,
            "recorded_ms": now_ms,
            "recorded_by": by,
        }
        made = sa.insert(events).values(values).returning(events.c.id)
        return int(connection.execute(made).scalar_one())
    if found.body != text:
        raise Conflict(f"{kind} {reference[:80]} is recorded already, and says something else")
    return int(found.id)


def events_of(connection: sa.Connection, epoch: int, after: int) -> tuple[Event, ...]:
    """The events that an epoch takes in, when those up to number `after` are accounted for."""
    late = sa.select(sa.func.min(events.c.id)).where(
        events.c.id > after, events.c.recorded_ms >= end_ms(epoch)
    )
    first_late = connection.scalar(late)
    chosen = sa.select(events).where(events.c.id > after).order_by(events.c.id)
    if first_late is not None:
        chosen = chosen.where(events.c.id < first_late)
    return _events(connection, chosen)


def pending_events(connection: sa.Connection, after: int) -> tuple[Event, ...]:
    """All that epochs to come will take in, when those up to `after` are accounted for."""
    return _events(connection, sa.select(events).where(events.c.id > after).order_by(events.c.id))


def events_of_kinds(connection: sa.Connection, *kinds: str) -> tuple[Event, ...]:
    """All events of some kinds, in order."""
    chosen = sa.select(events).where(events.c.kind.in_(kinds))
    return _events(connection, chosen.order_by(events.c.id))


def body_of(text: str) -> Mapping[str, Json]:
    """What the catalog holds of an event. Raises IntegrityError for anything else."""
    body = parse_json(text.encode())
    if not isinstance(body, Mapping):
        raise IntegrityError("the catalog holds an event without a body: run `roadcomb fsck`")
    return body


def _events(connection: sa.Connection, chosen: sa.Select[tuple[object, ...]]) -> tuple[Event, ...]:
    return tuple(Event(row.id, row.kind, body_of(row.body)) for row in connection.execute(chosen))
