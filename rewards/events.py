"""Events: what happened outside and the books depend on, as an epoch publishes it; pure.

The law: an event has a number, given once; events.json holds those that an epoch takes in, numbers
rising, and none twice over all epochs. What a kind's body means, the mechanism that owns it says.
Money in a body is decimal text, accounts are pseudonyms: the file is public.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from roadcomb.canonical import Json, canonical_json, digest_of_bytes, parse_json
from roadcomb.errors import IntegrityError

__all__ = ["NO_EVENTS", "Event", "events_digest", "events_document", "parse_events"]

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Event:
    """number: in the order they were recorded; kind: names the mechanism that reads the body."""

    number: int
    kind: str
    body: Mapping[str, Json]


def events_document(events: Sequence[Event]) -> bytes:
    """events.json."""
    listed: list[Json] = [
        {"number": event.number, "kind": event.kind, "body": dict(event.body)} for event in events
    ]
    return canonical_json({"v": _VERSION, "events": listed})


def events_digest(events: Sequence[Event]) -> str:
    """SHA-256 of the file."""
    return digest_of_bytes(events_document(events))


NO_EVENTS = events_digest(())
"""Of a day on which nothing happened."""


def parse_events(data: bytes) -> tuple[Event, ...]:
    """Events of their file. Raises IntegrityError for anything else."""
    match parse_json(data):
        case {"v": 1, "events": list() as listed, **nothing} if not nothing:
            events = tuple(_event(each) for each in listed)
            if all(before.number < after.number for before, after in pairwise(events)):
                return events
    raise IntegrityError("events.json holds no events in order that this version can read")


def _event(value: Json) -> Event:
    match value:
        case {
            "number": int(number),
            "kind": str(kind),
            "body": Mapping() as body,
            **nothing,
        } if not nothing:
            return Event(number, kind, body)
    raise IntegrityError(f"events.json: {str(value)[:80]} is no event")
