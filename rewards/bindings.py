"""Bindings: which address a contributor's rewards go to.

The law: only the contributor's own signature binds, and a message counts once: it must be newer
than the newest one, so nobody can play back an old one. The first address counts at once; a
changed one after three days in which nothing else is bound, so that its owner sees a thief's change
in `roadcomb status` and can take it back. A new address moves only what is earned, or moves from
`unbound`, in epochs that close after it counts.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ingest.payout import DOMAIN, checked_address
from ingest.signers import check_signer
from roadcomb.canonical import Json, canonical_json
from roadcomb.catalog.tables import bindings, contributors
from roadcomb.errors import Conflict, InvalidInput
from roadcomb.keys import PUBLIC_KEY_HEX, account_of, verify
from roadcomb.node import Node

__all__ = [
    "VALID_MS",
    "WAIT_MS",
    "Binding",
    "Payout",
    "address_of",
    "addresses_at",
    "bind",
    "parse_binding",
    "payout_at",
    "payout_of",
]

VALID_MS = 5 * 60_000
"""How far a binding's `created_ms` may be from the node's clock, like a signed request."""


WAIT_MS = 3 * 86_400_000
"""How long a changed address waits."""


@dataclass(frozen=True, slots=True)
class Payout:
    """The address in force, and the one that takes its place at `from_ms` if nothing is bound."""

    address: str | None = None
    following: str | None = None
    from_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """A checked message: `address` in lower case, `message` the signed canonical JSON."""

    contributor: str
    address: str
    created_ms: int
    message: bytes
    signature: str
    signer: str


def parse_binding(value: Json, now_ms: int) -> Binding:
    """Check the body of `POST /v1/bindings`: {"binding": {...}, "signature": hex}, and "signer"
    where the contributor's key was rotated.

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
        } if not unknown and others.keys() <= {"signer"} and _is_key(contributor):
            body = canonical_json(message)
            signer = str(others.get("signer", contributor))
            verify(signer, DOMAIN, body, signature)
        case _:
            raise InvalidInput('{"binding": {v, contributor, address, created_ms}, "signature"}')
    if abs(now_ms - created_ms) > VALID_MS:
        raise InvalidInput("binding.created_ms is not of now: take the time of GET /v1/node")
    return Binding(contributor, checked_address(address), created_ms, body, signature, signer)


def bind(node: Node, binding: Binding) -> None:
    """Store the binding durably; the same message again changes nothing.

    Raises Conflict for a message that is not newer than the newest one, Unauthorised for one of a
    key that does not sign for the contributor.
    """
    now_ms = node.clock.now_ms()
    with node.catalog.writing() as connection:
        newest = _newest(connection, binding.contributor)
        if newest is not None and newest.message == binding.message.decode():
            return
        check_signer(connection, binding.contributor, binding.signer)
        if newest is not None and binding.created_ms <= _created_ms(newest.message):
            raise Conflict("a newer binding is known: sign one with the time of now")
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


def address_of(connection: sa.Connection, contributor: str, now_ms: int) -> str | None:
    """The address in force, if there is one."""
    return payout_of(connection, contributor, now_ms).address


def payout_of(connection: sa.Connection, contributor: str, now_ms: int) -> Payout:
    """Where a contributor's rewards go, and will go."""
    found = connection.execute(
        sa.select(bindings.c.address, bindings.c.bound_ms)
        .where(bindings.c.contributor == contributor)
        .order_by(bindings.c.id)
    )
    return payout_at([(row.address, row.bound_ms) for row in found], now_ms)


def payout_at(history: Sequence[tuple[str, int]], now_ms: int) -> Payout:
    """By (address, bound at) of all bindings in their order; pure."""
    payout = Payout()
    for address, bound_ms in history:
        payout = _settled(payout, bound_ms)
        if payout.address in (None, address):
            payout = Payout(address)
        else:
            payout = Payout(payout.address, address, bound_ms + WAIT_MS)
    return _settled(payout, now_ms)


def _settled(payout: Payout, now_ms: int) -> Payout:
    over = payout.from_ms is not None and payout.from_ms <= now_ms
    return Payout(payout.following) if over else payout


def addresses_at(connection: sa.Connection, before_ms: int) -> Mapping[str, str]:
    """Address by account, as it was in force just before an instant."""
    found = connection.execute(
        sa.select(contributors.c.account, bindings.c.address, bindings.c.bound_ms)
        .join(contributors, contributors.c.key == bindings.c.contributor)
        .where(bindings.c.bound_ms < before_ms)
        .order_by(bindings.c.id)
    )
    history: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in found:
        history[row.account].append((row.address, row.bound_ms))
    standing = {account: payout_at(bound, before_ms - 1) for account, bound in history.items()}
    return {account: one.address for account, one in standing.items() if one.address is not None}


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
