"""What customers have: credits out of what they burnt, and the cells they opened; pure.

The laws: credits come only from tokens that were burnt, at the night's price, whole ones only; one
credit opens one cell for one week, once for a customer, however often it is told; what is opened
without a credit is refused. Without a price nothing of this moves: burns and openings wait, and
nothing is lost. Spending k of n credits spends k of n parts of what was burnt for them, so the last
credit spends the last base unit. The order of a night's events does not matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rewards.demand.bursts import Asked, Burst, asked, taken
from rewards.demand.credit import NO_CREDIT, Credit
from rewards.demand.price import KIND as PRICE
from rewards.demand.price import Quote, newest, price_of
from rewards.demand.rule import DemandRule
from rewards.events import Event
from rewards.tokens import BASE_UNITS
from roadcomb.canonical import Json
from roadcomb.cells import PAID_RESOLUTION, parse_cell
from roadcomb.epochs import week_of
from roadcomb.errors import RoadcombError

__all__ = ["BURN", "OPENING", "Market", "Opening", "Spent", "trade"]

BURN = "burn"
"""Of events: {"customer", "amount": base units as text, "transaction"}: tokens burnt outside."""

OPENING = "opening"
"""Of events: {"customer", "cell", "week"}: a cell that a customer opened for a week."""

_MOST = 10**30


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """customer: a pseudonym; cell: of the paid resolution; week: as roadcomb/epochs.py counts."""

    week: int
    cell: int
    customer: str


@dataclass(frozen=True, slots=True)
class Market:
    """burns: base units that wait for a price, by customer; waiting: openings that do; counted: the
    openings of this week and the last, so that none counts twice. bursts: that run; asked: that
    wait for a price."""

    quotes: Mapping[str, Quote] = field(default_factory=dict)
    credits: Mapping[str, Credit] = field(default_factory=dict)
    burns: Mapping[str, int] = field(default_factory=dict)
    waiting: tuple[Opening, ...] = ()
    counted: tuple[Opening, ...] = ()
    bursts: tuple[Burst, ...] = ()
    asked: tuple[Asked, ...] = ()


@dataclass(frozen=True, slots=True)
class Spent:
    """What a night's trade came to. price: 10**-8 USD a token, None: it waits. burnt: came in.

    spent: base units burnt for the openings that were paid, each with its customer's part, rising.
    refused: what was opened without a credit.
    """

    price: int | None
    burnt: int
    spent: Mapping[Opening, int]
    refused: tuple[Opening, ...]
    market: Market


def trade(rule: DemandRule | None, epoch: int, events: Sequence[Event], before: Market) -> Spent:
    """An epoch's prices, burns and openings."""
    quotes, price = _priced(rule, epoch, events, before)
    burns, burnt = _burns(before.burns, events)
    new = _new(epoch, events, before.counted)
    market = Market(
        quotes,
        before.credits,
        burns,
        tuple(sorted({*before.waiting, *new})),
        tuple(sorted(_remembered(epoch, (*before.counted, *new)))),
        before.bursts,
        asked(events, before.asked, before.bursts),
    )
    if rule is None or price is None:
        return Spent(None, burnt, {}, (), market)
    paid, refused, left = _opened(market.waiting, _credited(before.credits, burns, price, rule))
    bursts, left = taken(rule.bursts, epoch, market.asked, left)
    after = Market(
        quotes=quotes,
        credits={customer: has for customer, has in left.items() if has != NO_CREDIT},
        counted=market.counted,
        bursts=tuple(sorted((*market.bursts, *bursts))),
    )
    return Spent(price, burnt, paid, refused, after)


def _priced(
    rule: DemandRule | None, epoch: int, events: Iterable[Event], before: Market
) -> tuple[Mapping[str, Quote], int | None]:
    if rule is None:
        return {}, None
    bodies = [event.body for event in events if event.kind == PRICE]
    quotes = newest(before.quotes, bodies, rule, epoch)
    return quotes, price_of(quotes, rule, epoch)


def _burns(waiting: Mapping[str, int], events: Iterable[Event]) -> tuple[dict[str, int], int]:
    """(what waits for a price, by customer; what of it came in now)."""
    sums, came_in = dict(waiting), 0
    for event in events:
        burn = _burn(event.body) if event.kind == BURN else None
        if burn is not None:
            customer, amount = burn
            sums[customer] = sums.get(customer, 0) + amount
            came_in += amount
    return dict(sorted(sums.items())), came_in


def _burn(body: Mapping[str, Json]) -> tuple[str, int] | None:
    match body:
        case {"customer": str(customer), "amount": str(amount), "transaction": str()} if (
            amount.isascii() and amount.isdecimal() and 0 < int(amount) <= _MOST
        ):
            return customer, int(amount)
    return None


def _new(epoch: int, events: Iterable[Event], counted: Iterable[Opening]) -> set[Opening]:
    """Openings of this week or the last that were never counted."""
    told = {_opening(event.body) for event in events if event.kind == OPENING}
    return _remembered(epoch, told - {None}) - set(counted)


def _remembered(epoch: int, openings: Iterable[Opening | None]) -> set[Opening]:
    week = week_of(epoch)
    return {one for one in openings if one is not None and week - 1 <= one.week <= week}


def _opening(body: Mapping[str, Json]) -> Opening | None:
    match body:
        case {"customer": str(customer), "cell": str(cell), "week": int(week)}:
            try:
                return Opening(week, parse_cell(cell, PAID_RESOLUTION), customer)
            except RoadcombError:
                return None
    return None


def _credited(
    before: Mapping[str, Credit], burns: Mapping[str, int], price: int, rule: DemandRule
) -> dict[str, Credit]:
    after = dict(before)
    for customer, amount in burns.items():
        more = Credit(amount * price // (BASE_UNITS * rule.credit), amount)
        after[customer] = after.get(customer, NO_CREDIT).and_of(more)
    return dict(sorted(after.items()))


def _opened(
    openings: Sequence[Opening], before: Mapping[str, Credit]
) -> tuple[dict[Opening, int], tuple[Opening, ...], dict[str, Credit]]:
    """(base units of each opening that a credit pays, those refused, what is left); the first in
    their order are paid."""
    by_customer: dict[str, list[Opening]] = {}
    for opening in openings:
        by_customer.setdefault(opening.customer, []).append(opening)
    paid, refused, left = dict[Opening, int](), list[Opening](), dict(before)
    for customer, wanted in by_customer.items():
        had = before.get(customer, NO_CREDIT)
        served = wanted[: had.credits]
        refused += wanted[had.credits :]
        price, left[customer] = had.split(len(served))
        paid.update(_parts(served, price.burnt))
    return dict(sorted(paid.items())), tuple(sorted(refused)), left


def _parts(openings: Sequence[Opening], amount: int) -> dict[Opening, int]:
    """Equal parts; what does not divide goes one by one to the first."""
    if not openings:
        return {}
    each, more = divmod(amount, len(openings))
    return {opening: each + (at < more) for at, opening in enumerate(openings)}
