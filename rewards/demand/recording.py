"""What customers and sources bring: burns, prices and openings, recorded for the books.

The laws: a burn is a transaction that the operator saw confirmed, and counts once. A customer is
named in the books by a pseudonym that only the node's key can make, so no list of companies can be
tried against it. An opening is recorded in the transaction that counts it, and only against a
credit that the newest books show and nothing has used since: credits come with the night after
their burn.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from rewards.chain import newest
from rewards.confirmed import record_confirmed
from rewards.demand.allotting import NOTHING, Demand
from rewards.demand.bursts import BURST, Burst
from rewards.demand.credit import NO_CREDIT
from rewards.demand.document import demand_in
from rewards.demand.market import BURN, OPENING
from rewards.demand.price import KIND as PRICE
from rewards.demand.price import Quote, quote_of
from rewards.demand.rule import DemandRule
from rewards.in_force import policy_in_force
from rewards.policy import parse_policy
from rewards.recorded import body_of, record, record_in
from rewards.shelf import file_of
from roadcomb.blobs import Blobs
from roadcomb.canonical import Json, parse_json
from roadcomb.catalog.tables import api_keys, events
from roadcomb.cells import format_cell
from roadcomb.epochs import epoch_of
from roadcomb.errors import Conflict, PaymentRequired, Unauthorised, UsageError
from roadcomb.node import Node

__all__ = [
    "Balance",
    "balance_of",
    "customers",
    "pay_with_credit",
    "pseudonym",
    "record_burn",
    "record_burst",
    "record_price",
]


@dataclass(frozen=True, slots=True)
class Balance:
    """credits: to open cells with now. waiting: base units burnt, whose credits come with a night.

    opened: cells since the newest books, each of which has used a credit.
    """

    customer: str
    credits: int
    waiting: int
    opened: int


def pseudonym(node: Node, account: str) -> str:
    """How the books name an account of API keys."""
    return hmac.digest(node.key.derive("customers"), account.encode(), "sha256").hex()


def record_burn(node: Node, account: str, amount: int, transaction: str, by: str) -> str:
    """Record a confirmed burn of base units for an account; answers its pseudonym.

    transaction: its hash, and `:n` for one of several transfers in it. The same again changes
    nothing. Raises UsageError, Conflict.
    """
    if account not in _accounts(node):
        raise UsageError(f"no key is of {account!r}: `roadcomb apikey create` makes one first")
    customer = pseudonym(node, account)
    body = {"customer": customer, "amount": str(amount)}
    record_confirmed(node, BURN, body, transaction, by)
    return customer


def record_price(node: Node, body: Mapping[str, Json]) -> Quote:
    """Record what a source has signed. Raises Unauthorised unless the policy in force pins it."""
    quote = quote_of(body)
    rule = policy_in_force(node).demand
    if rule is None or quote.source not in rule.sources:
        raise Unauthorised("the policy in force pins no source of prices with this key")
    record(node, PRICE, f"{quote.source} {quote.at_ms}", body, quote.source)
    return quote


def pay_with_credit(
    node: Node, connection: sa.Connection, account: str, cell: int, week: int
) -> None:
    """Use a credit of an account for a cell and a week, in the transaction that counts it.

    Raises PaymentRequired when there is none; where no credits are sold it costs nothing.
    """
    books = _newest_books(node)
    if not books.sells:
        return
    customer = pseudonym(node, account)
    found = _balance(connection, books, customer)
    if found.credits < 1:
        raise PaymentRequired(_without(found))
    named = format_cell(cell)
    body: dict[str, Json] = {"customer": customer, "cell": named, "week": week}
    reference = f"{customer} {week} {named}"
    record_in(connection, node.clock.now_ms(), OPENING, reference, body, "its key")


def record_burst(node: Node, account: str, cell: int) -> Burst:
    """Ask for an area to be mapped: it takes credits with the next night that has a price, and is
    open from the day after. Asked twice on a day it is asked once.

    Raises UsageError where none are sold, PaymentRequired, or Conflict for one that runs.
    """
    books, customer = _newest_books(node), pseudonym(node, account)
    rule = None if books.rule is None else books.rule.bursts
    if not books.sells or rule is None:
        raise UsageError("this node sells no bursts")
    if any((one.cell, one.customer) == (cell, customer) for one in books.demand.market.bursts):
        raise Conflict(f"your burst of {format_cell(cell)} runs already")
    now_ms = node.clock.now_ms()
    body: dict[str, Json] = {"customer": customer, "cell": format_cell(cell)}
    reference = f"{customer} {epoch_of(now_ms)} {format_cell(cell)}"
    with node.catalog.writing() as connection:
        known = sa.select(events.c.id).where(
            events.c.kind == BURST, events.c.reference == reference
        )
        if connection.scalar(known) is None:
            if _balance(connection, books, customer).credits < rule.credits:
                raise PaymentRequired(f"a burst takes {rule.credits} credits, and you have fewer")
            record_in(connection, now_ms, BURST, reference, body, "its key")
    return Burst(epoch_of(now_ms) + 1, cell, customer, rule.credits, 0)


def balance_of(node: Node, account: str) -> Balance:
    """What an account can open now, and what it waits for."""
    books = _newest_books(node)
    with node.catalog.reading() as connection:
        return _balance(connection, books, pseudonym(node, account))


def customers(node: Node) -> dict[str, Balance]:
    """The balance of every account that has keys, by its name."""
    return {account: balance_of(node, account) for account in _accounts(node)}


@dataclass(frozen=True, slots=True)
class _Books:
    """Of the newest epoch. events: number of the newest one it took in."""

    demand: Demand = NOTHING
    events: int = 0
    rule: DemandRule | None = None

    @property
    def sells(self) -> bool:
        return self.rule is not None and self.rule.open


def _newest_books(node: Node) -> _Books:
    last = newest(node)
    return _Books() if last is None else _books_of(node.blobs, last.file)


@lru_cache(maxsize=2)
def _books_of(blobs: Blobs, file: bytes) -> _Books:
    """Of the epoch of this manifest.json, which never changes."""
    envelope: Any = parse_json(file)
    manifest = envelope["manifest"]
    rule = parse_policy(file_of(blobs, manifest, "policy.toml")).demand
    demand = demand_in(file_of(blobs, manifest, "demand.json"))
    return _Books(demand, manifest["events"]["newest"], rule)


def _balance(connection: sa.Connection, books: _Books, customer: str) -> Balance:
    """What the books show, less what was opened since; burns since are still to come."""
    market = books.demand.market
    opened = _since(connection, books.events, OPENING, customer)
    opened += sum(one.customer == customer for one in market.waiting)
    asked = _since(connection, books.events, BURST, customer)
    asked += sum(one.customer == customer for one in market.asked)
    burst = books.rule.bursts if books.rule is not None else None
    used = opened + asked * (0 if burst is None else burst.credits)
    had = market.credits.get(customer, NO_CREDIT).credits
    waiting = market.burns.get(customer, 0) + _burnt_since(connection, books.events, customer)
    return Balance(customer, max(0, had - used), waiting, opened)


def _since(connection: sa.Connection, number: int, kind: str, customer: str) -> int:
    own = events.c.reference.startswith(f"{customer} ")
    counted = sa.select(sa.func.count()).select_from(events).where(_after(number, kind), own)
    return int(connection.execute(counted).scalar_one())


def _burnt_since(connection: sa.Connection, number: int, customer: str) -> int:
    bodies = connection.execute(sa.select(events.c.body).where(_after(number, BURN))).scalars()
    burns = map(body_of, bodies)
    return sum(int(str(burn["amount"])) for burn in burns if burn["customer"] == customer)


def _after(number: int, kind: str) -> sa.ColumnElement[bool]:
    """By number first: an index on kinds would lead through all events of all time."""
    return sa.and_(events.c.id > number, events.c.kind.concat("") == kind)


def _without(found: Balance) -> str:
    if found.waiting:
        return "this key has no credit yet: what was burnt becomes credits with the next night"
    return "this key has no credit left: one opens a cell for a week, and is made by burning tokens"


def _accounts(node: Node) -> list[str]:
    with node.catalog.reading() as connection:
        query = sa.select(api_keys.c.account).distinct().order_by(api_keys.c.account)
        return list(connection.execute(query).scalars())
