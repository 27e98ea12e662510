"""What a night's openings give to the cells that were opened; pure.

The laws: a cell gets its share of what was burnt to open it (Hivemapper MIP-15: 25 %, of at most so
much a week, the overage burnt), or, where demand is paid from a pool, what its openings cost at the
night's price, as far as the pool reaches (Helium HIP-147). What the cells get is never more than
went into the pot, and the pot never more than was burnt or than the pool holds. Over the cap of a
week each cell gets the same part less. Nothing here depends on who opened or on any order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rewards.demand.market import Market, Opening, Spent, trade
from rewards.demand.rule import POOL, WHOLE, DemandRule
from rewards.events import Event
from rewards.policy import DEMAND, Policy
from rewards.pools import open_pools
from rewards.tokens import BASE_UNITS
from roadcomb.epochs import week_of

__all__ = ["NOTHING", "Allotted", "Demand", "allot"]


@dataclass(frozen=True, slots=True)
class Demand:
    """How demand stands after an epoch. cells: base units that wait for company, by cell.

    week: the last one in which cells were given anything; paid: how much in it.
    """

    market: Market = field(default_factory=Market)
    cells: Mapping[int, int] = field(default_factory=dict)
    week: int = 0
    paid: int = 0


NOTHING = Demand()
"""Before the first epoch."""


@dataclass(frozen=True, slots=True)
class Allotted:
    """pot: base units that go into the pot tonight; from_pool: out of the emission, not of burns.

    cells: what each cell gets, with what waited for it; `week`, `paid` as in Demand.
    """

    spent: Spent
    pot: int
    from_pool: bool
    cells: Mapping[int, int]
    week: int
    paid: int

    @property
    def demanded(self) -> int:
        """What is asked of the pool."""
        return self.pot if self.from_pool else 0


def allot(
    policy: Policy, epoch: int, events: Sequence[Event], before: Demand, minted: int
) -> Allotted:
    """What each cell gets; minted: base units that were emitted before the epoch."""
    spent = trade(policy.demand, epoch, events, before.market)
    week = week_of(epoch)
    paid = before.paid if before.week == week else 0
    if policy.demand is None or spent.price is None:
        return Allotted(spent, 0, False, before.cells, week, paid)
    wanted = _wanted(policy.demand, spent.price, spent.spent)
    room = max(0, policy.demand.cap_per_week - paid)
    from_pool = policy.demand.paid_from == POOL
    if from_pool:
        asked = open_pools(policy, epoch, minted, min(room, sum(wanted.values())))
        room = sum(asked.of_kind(policy, DEMAND).values())
    given = _within(wanted, room)
    pot = sum(given.values())
    cells = _summed(before.cells, given)
    return Allotted(spent, pot, from_pool, cells, week, paid + pot)


def _wanted(rule: DemandRule, price: int, spent: Mapping[Opening, int]) -> dict[int, int]:
    """Base units by cell before any bound."""
    value = rule.credit * BASE_UNITS * rule.most // (price * WHOLE)
    wanted: dict[int, int] = {}
    for opening, burnt in spent.items():
        part = value if rule.paid_from == POOL else burnt * rule.contributors // WHOLE
        wanted[opening.cell] = wanted.get(opening.cell, 0) + part
    return wanted


def _within(wanted: Mapping[int, int], room: int) -> dict[int, int]:
    total = sum(wanted.values())
    if total <= room:
        return dict(wanted)
    return {cell: amount * room // total for cell, amount in wanted.items()}


def _summed(one: Mapping[int, int], other: Mapping[int, int]) -> dict[int, int]:
    cells = sorted({*one, *other})
    sums = {cell: one.get(cell, 0) + other.get(cell, 0) for cell in cells}
    return {cell: amount for cell, amount in sums.items() if amount}
