"""Bindings: which address a contributor's rewards go to.

The law: only the contributor's own signature binds, and a message counts once: it must be newer
than the binding in force, so nobody can play back an old one. A new binding moves only what is
earned, or moves from `unbound`, in epochs that close after it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ingest.payout import DOMAIN, checked_address
from roadcomb.canonical import Json, canonical_json
from roadcomb.catalog.tables import bindings, contributors
from roadcomb.errors import Conflict, InvalidInput
from roadcomb.keys import PUBLIC_KEY_HEX, account_of, verify
from roadcomb.node import Node

__all__ = ["VALID_MS", "Binding", "address_of", "addresses_at", "bind", "parse_binding"]

VALID_MS = 5 * 60_000
"""How far a binding's `created_ms` may be from the node's clock, like a signed request."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A checked message: `address` in lower case, `message` the signed canonical JSON."""

    contributor: str
    address: str
    created_ms: int
    message: bytes
    signature: str


def parse_binding(value: Json, now_ms: int) -> Binding:
    """Check the body of `POST /v1/bindings`: {"binding": {...}, "signature": hex}.

    Raises InvalidInput naming what is wrong, Unauthorised for a wrong signature.
    """
    match value:
        case {
            "binding": {
                "v": 1,
                "contributor": str(contributor),
                "address": str(address),
                "created_ms": int(created_ms),
                **unknown,
            } as message,
            "signature": str(signature),
            **others,
        } if not (unknown or others) and _is_key(contributor):
            body = canonical_json(message)
            verify(contributor, DOMAIN, body, signature)
        case _:
            raise InvalidInput('{"binding": {v, contributor, address, created_ms}, "signature"}')
    if abs(now_ms - created_ms) > VALID_MS:
        raise InvalidInput("binding.created_ms is not of now: take the time of GET /v1/node")
    return Binding(contributor, checked_address(address), created_ms, body, signature)


def bind(node: Node, binding: Binding) -> None:
    """Store the binding durably; the same message again changes nothing.

    Raises Conflict for a message that is not newer than the binding in force.
    """
    now_ms = node.clock.now_ms()
    with node.catalog.writing() as connection:
        newest = _newest(connection, binding.contributor)
        if newest is not None and newest.message == binding.message.decode():
            return
        if newest is not None and binding.created_ms <= _created_ms(newest.message):
            raise Conflict("a newer binding is in force: sign one with the time of now")
        _make_known(connection, binding.contributor, now_ms)
        connection.execute(
            sa.insert(bindings).values(
                contributor=binding.contributor,
                address=binding.address,
                message=binding.message.decode(),
                signature=binding.signature,
                bound_ms=now_ms,
            )
        )


def address_of(connection: sa.Connection, contributor: str) -> str | None:
    """The address in force, if there is one."""
    newest = _newest(connection, contributor)
    return None if newest is None else str(newest.address)


def addresses_at(connection: sa.Connection, before_ms: int) -> Mapping[str, str]:
    """Address by account, of the newest binding that each contributor made before an instant."""
    found = connection.execute(
        sa.select(contributors.c.account, bindings.c.address)
        .join(contributors, contributors.c.key == bindings.c.contributor)
        .where(bindings.c.bound_ms < before_ms)
        .order_by(bindings.c.id)
    )
    return {row.account: row.address for row in found}


def _is_key(text: str) -> bool:
    return len(text) == PUBLIC_KEY_HEX and text == text.lower()


def _newest(connection: sa.Connection, contributor: str) -> sa.Row[*tuple[Any, ...]] | None:
    return connection.execute(
        sa.select(bindings.c.address, bindings.c.message)
        .where(bindings.c.contributor == contributor)
        .order_by(bindings.c.id.desc())
        .limit(1)
    ).first()


def _created_ms(message: str) -> int:
    created_ms: int = json.loads(message)["created_ms"]
    return created_ms


def _make_known(connection: sa.Connection, contributor: str, now_ms: int) -> None:
    """A contributor may bind an address before the first drive."""
    known = sa.select(contributors.c.key).where(contributors.c.key == contributor)
    if connection.execute(known).first() is None:
        account = account_of(contributor)
        connection.execute(
            sa.insert(contributors).values(key=contributor, account=account, first_seen_ms=now_ms)
        )
