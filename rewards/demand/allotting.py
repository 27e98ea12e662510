"""What a night's openings give to the cells that were opened; pure.

The laws: a cell gets its share of what was burnt to open it (Hivemapper MIP-15: 25 %, of at most so
much a week, the overage burnt), or, where demand is paid from a pool, what its openings cost at the
night's price, as far as the pool reaches (Helium HIP-147), or up to so many times as much, with
what was burnt coming back to lift it to a floor (HIP-149). What the cells get is never more than
went into the pot, and the pot never more than was burnt or than the pool holds. Over the cap of a
week each cell gets the same part less. Nothing here depends on who opened or on any order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rewards.demand.bursts import Burst, area_of, last_day
from rewards.demand.lots import Lot
from rewards.demand.market import Market, Opening, Spent, trade
from rewards.demand.rule import POOL, WHOLE, DemandRule
from rewards.events import Event
from rewards.mechanisms.net_emission import reissue, smoothed
from rewards.policy import DEMAND, Policy
from rewards.pools import open_pools
from rewards.tokens import BASE_UNITS
from roadcomb.epochs import week_of

__all__ = ["NOTHING", "Allotted", "Demand", "allot"]


@dataclass(frozen=True, slots=True)
class Demand:
    """How demand stands after an epoch. cells: base units that wait for company, by cell.

    week: the last one in which cells were given anything; paid: how much in it. smoothed: base
    units that were burnt a day of late, where what was burnt comes back into a pool.
    """

    market: Market = field(default_factory=Market)
    cells: Mapping[int, int] = field(default_factory=dict)
    week: int = 0
    paid: int = 0
    smoothed: int = 0


NOTHING = Demand()
"""Before the first epoch."""


@dataclass(frozen=True, slots=True)
class Due:
    """A burst that has ended, and what its area gives to who mapped it."""

    burst: Burst
    lot: Lot


@dataclass(frozen=True, slots=True)
class Allotted:
    """pot: base units that go into the pot tonight; demanded: of it, out of the emission; the rest
    is minted again of what was burnt. dust: of the pot, what no cell gets.

    cells: what each cell gets, with what waited for it; `week`, `paid`, `smoothed` as in Demand.
    """

    spent: Spent
    pot: int
    demanded: int
    dust: int
    cells: Mapping[int, int]
    week: int
    paid: int
    smoothed: int
    due: tuple[Due, ...] = ()


def allot(
    policy: Policy, epoch: int, events: Sequence[Event], before: Demand, minted: int
) -> Allotted:
    """What each cell gets; minted: base units that were emitted before the epoch."""
    spent = trade(policy.demand, epoch, events, before.market)
    rule, week = policy.demand, week_of(epoch)
    paid = before.paid if before.week == week else 0
    if rule is None or spent.price is None:
        return Allotted(spent, 0, 0, 0, before.cells, week, paid, before.smoothed)
    wanted = _wanted(rule, spent.price, spent.spent)
    room = min(sum(wanted.values()), max(0, rule.cap_per_week - paid))
    demanded = again = 0
    if rule.paid_from == POOL:
        demanded, again = _pooled(policy, rule, epoch, minted, room, before.smoothed)
        room = demanded + again
    given = _within(wanted, room)
    pot = room if rule.paid_from == POOL else sum(given.values())
    smooth = before.smoothed
    if rule.net is not None:
        smooth = smoothed(before.smoothed, sum(spent.spent.values()))
    cells = _summed(before.cells, given)
    dust = pot - sum(given.values())
    due = _due(rule, epoch, spent.market.bursts, rule.cap_per_week - paid - pot)
    return Allotted(spent, pot, demanded, dust, cells, week, paid + pot, smooth, due)


def _due(rule: DemandRule, epoch: int, bursts: Sequence[Burst], room: int) -> tuple[Due, ...]:
    """Those that have ended, in order; a policy that sells none any more gives all of them back."""
    due, room = list[Due](), max(0, room)
    for burst in bursts:
        if rule.bursts is None:
            due.append(Due(burst, Lot(0, (), epoch, epoch)))
        elif epoch >= (last := last_day(burst, rule.bursts)):
            amount = min(burst.burnt * rule.contributors // WHOLE, room)
            room -= amount
            area = tuple(area_of(burst, rule.bursts))
            due.append(Due(burst, Lot(amount, area, burst.first, last)))
    return tuple(due)


def _pooled(
    policy: Policy, rule: DemandRule, epoch: int, minted: int, most: int, smooth: int
) -> tuple[int, int]:
    """(out of the emission, minted again of what was burnt), together at most `most`."""
    pools = open_pools(policy, epoch, minted, most)
    demanded = sum(pools.of_kind(policy, DEMAND).values())
    if rule.net is None:
        return demanded, 0
    net = reissue(smooth, rule.net.cap)
    again = min(rule.net.part(net.reissued), most - demanded)
    lacking = max(0, most * rule.net.least // rule.most - demanded - again)
    return demanded, again + min(rule.net.part(net.kept_burnt), lacking)


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
