"""Bursts: an area that a customer pays for to be mapped in the next days; pure.

The laws: a burst takes its credits with the night that it was asked in, and is open for the days
that follow; with the last of them its contributors' share of what was burnt goes to who drove
through the area on those days, or, when nobody did, the customer has credits and tokens back. A
customer has one burst at most of a cell at a time. The area is a cell of the paid resolution and
all within some steps of it: 61 cells for Hivemapper's four (hivemapper-scout), which asks 125
credits for a location (hive-py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rewards.demand.credit import NO_CREDIT, Credit
from rewards.demand.rule import BurstRule
from rewards.events import Event
from roadcomb.canonical import Json
from roadcomb.cells import PAID_RESOLUTION, disk, parse_cell
from roadcomb.errors import RoadcombError

__all__ = ["BURST", "Asked", "Burst", "area_of", "asked", "given_back", "last_day", "taken"]

BURST = "burst"
"""Of events: {"customer", "cell"}: an area that a customer wants to be mapped."""


@dataclass(frozen=True, slots=True, order=True)
class Asked:
    """cell: the middle of the area; customer: a pseudonym."""

    cell: int
    customer: str


@dataclass(frozen=True, slots=True, order=True)
class Burst:
    """first: the epoch it opens with; credits, burnt: what it took."""

    first: int
    cell: int
    customer: str
    credits: int
    burnt: int


def last_day(burst: Burst, rule: BurstRule) -> int:
    """The epoch that it ends with."""
    return burst.first + rule.days - 1


def area_of(burst: Burst, rule: BurstRule) -> list[int]:
    """The cells of a burst, rising."""
    return disk(burst.cell, rule.rings)


def asked(
    events: Iterable[Event], waiting: Iterable[Asked], running: Iterable[Burst]
) -> tuple[Asked, ...]:
    """What is asked for and does not run yet, in order."""
    told = {_asked(event.body) for event in events if event.kind == BURST}
    runs = {Asked(burst.cell, burst.customer) for burst in running}
    return tuple(sorted(one for one in told | {*waiting} if one is not None and one not in runs))


def taken(
    rule: BurstRule | None, epoch: int, asks: Iterable[Asked], before: Mapping[str, Credit]
) -> tuple[tuple[Burst, ...], dict[str, Credit]]:
    """(bursts that open with the next epoch, what customers have left); who has too few credits
    gets none, and loses none."""
    bursts, left = list[Burst](), dict(before)
    for ask in asks if rule is not None else ():
        had = left.get(ask.customer, NO_CREDIT)
        if rule is not None and had.credits >= rule.credits:
            price, left[ask.customer] = had.split(rule.credits)
            found = Burst(epoch + 1, ask.cell, ask.customer, price.credits, price.burnt)
            bursts.append(found)
    return tuple(bursts), left


def given_back(credits_: Mapping[str, Credit], bursts: Iterable[Burst]) -> dict[str, Credit]:
    """What customers have after bursts that nobody mapped."""
    after = dict(credits_)
    for burst in bursts:
        had = after.get(burst.customer, NO_CREDIT)
        after[burst.customer] = had.and_of(Credit(burst.credits, burst.burnt))
    return dict(sorted(after.items()))


def _asked(body: Mapping[str, Json]) -> Asked | None:
    match body:
        case {"customer": str(customer), "cell": str(cell)}:
            try:
                return Asked(parse_cell(cell, PAID_RESOLUTION), customer)
            except RoadcombError:
                return None
    return None
