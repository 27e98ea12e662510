"""What would a pass of today earn? By the newest books; an estimate, and said to be one.

The law: it is what the newest closed epoch would have paid for a pass of grade 1000 alone in the
cell, to a device that counts whole: its refill, where it lies, at the rate of that epoch. Who
drives there today shares with others who do. In USD it is what that is worth at the newest price
that the books show, beside the least and the most that each day of the last month would have made
of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from rewards.chain import latest, newest
from rewards.demand.document import demand_in, price_in
from rewards.demand.price import in_usd
from rewards.demand.rule import WHOLE
from rewards.demand.wanted import wanted
from rewards.emission import Rate
from rewards.policy import Policy, parse_policy, read_policy
from rewards.refill import NEVER_PAID, Refill
from rewards.shelf import file_of, refill_of
from rewards.tokens import BASE_UNITS
from rewards.weights import WEIGHT_PER_DAY
from rewards.worth import worth_of_days
from roadcomb.blobs import Blobs
from roadcomb.canonical import parse_json
from roadcomb.catalog import Catalog
from roadcomb.cells import PAID_RESOLUTION, Cells
from roadcomb.node import Node
from tiles import snapshot

__all__ = ["SPREAD_DAYS", "Market", "Prospect", "Usd", "prospect_of", "usd_answer"]


SPREAD_DAYS = 30
"""Of what a pass would have been worth in USD."""


@dataclass(frozen=True, slots=True)
class Market:
    """Of an epoch: what a weight was paid, and 10**-8 USD a token."""

    rate: Rate
    price: int


@dataclass(frozen=True, slots=True)
class Usd:
    """10**-8 USD: now, and the least and the most of the last SPREAD_DAYS."""

    now: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Prospect:
    """after: the newest closed epoch, None before the first. rate: of that one.

    markets: of the last SPREAD_DAYS epochs that had a price, the newest last; demand: per mille by
    cell, as rewards/demand/wanted.py says. products: of the policy's regions (rewards/regional.py).
    """

    after: int | None
    policy: Policy
    refill: Refill
    rate: Rate
    markets: tuple[Market, ...] = ()
    demand: Mapping[int, int] = field(default_factory=dict)
    products: tuple[int, ...] = ()

    def days(self, cells: Cells, epoch: int) -> list[int]:
        """Days of refill that each of n cells has in an epoch."""
        found: list[int] = self.refill.days(cells, epoch, self.policy.refill.days).tolist()
        return found

    def amounts(self, cells: Cells, epoch: int) -> list[int]:
        """Base units for a pass of grade 1000 alone in each of n cells."""
        return [self.rate.pay(weight) for weight in self._worth(cells, epoch)]

    def in_usd(self, cells: Cells, epoch: int) -> list[Usd | None]:
        """What these amounts are worth, for each of n cells; None where no epoch had a price.

        Now at the newest price; lowest and highest by the rate and the price of each day of the
        last SPREAD_DAYS, for the refill that the cell has today.
        """
        return [self._usd(weight) for weight in self._worth(cells, epoch)]

    def _worth(self, cells: Cells, epoch: int) -> list[int]:
        days = self.refill.days(cells, epoch, self.policy.refill.days)
        worth = worth_of_days(days, self.policy)
        if self.policy.regional is not None:
            worth = self.policy.regional.scaled(worth, cells, self.products)
        wanted_now = np.isin(cells, np.array(sorted(self.demand), np.uint64))
        rule = self.policy.demand
        boost = WHOLE if rule is None else rule.boost
        found: list[int] = np.where(wanted_now, worth * boost // WHOLE, worth).tolist()
        return found

    def _usd(self, weight: int) -> Usd | None:
        if not self.markets:
            return None
        paid = [each.rate.pay(weight) * each.price // BASE_UNITS for each in self.markets]
        now = self.rate.pay(weight) * self.markets[-1].price // BASE_UNITS
        return Usd(now, min(paid), max(paid))


def usd_answer(usd: Usd) -> dict[str, str]:
    """As routes tell it: decimal text."""
    return {"now": in_usd(usd.now), "least": in_usd(usd.least), "most": in_usd(usd.most)}


def prospect_of(node: Node) -> Prospect:
    """By the node's newest books; before the first epoch, by the default policy's ceiling.

    The books of an epoch never change, so they are read once for all who ask.
    """
    last = newest(node)
    if last is None:
        policy = read_policy()
        return Prospect(None, policy, NEVER_PAID, _ceiling(policy))
    return _after(node.blobs, node.catalog, last.file)


@lru_cache(maxsize=2)
def _after(blobs: Blobs, catalog: Catalog, file: bytes) -> Prospect:
    """After the epoch of this manifest.json."""
    envelope: Any = parse_json(file)
    manifest = envelope["manifest"]
    policy = parse_policy(file_of(blobs, manifest, "policy.toml"))
    market = demand_in(file_of(blobs, manifest, "demand.json")).market
    rule = policy.demand
    markets = (_market(blobs, each.manifest) for each in latest(catalog, SPREAD_DAYS))
    return Prospect(
        manifest["epoch"],
        policy,
        refill_of(blobs, manifest),
        _rate(blobs, manifest),
        tuple(each for each in markets if each is not None),
        wanted(market.counted, market.bursts, None if rule is None else rule.bursts),
        _products(blobs, manifest, policy),
    )


def _market(blobs: Blobs, manifest: Mapping[str, Any]) -> Market | None:
    price = price_in(file_of(blobs, manifest, "demand.json"))
    return None if price is None else Market(_rate(blobs, manifest), price)


def _rate(blobs: Blobs, manifest: Mapping[str, Any]) -> Rate:
    allocation: Any = parse_json(file_of(blobs, manifest, "allocation.json"))
    rate = allocation["rate"]
    return Rate(int(rate["numerator"]), int(rate["denominator"]), rate["capped"])


def _products(blobs: Blobs, manifest: Mapping[str, Any], policy: Policy) -> tuple[int, ...]:
    """What the regions count in the epoch after."""
    if policy.regional is None:
        return ()
    coverage = snapshot.open_snapshot(blobs, manifest["coverage"]).table(PAID_RESOLUTION)
    return tuple(policy.regional.products(coverage, manifest["epoch"] + 1))


def _ceiling(policy: Policy) -> Rate:
    return Rate(policy.coverage.ceiling, WEIGHT_PER_DAY * policy.refill.days, capped=True)
