"""Which cells customers want now: for drivers who ask where to drive, and for weights; pure.

The laws: to a driver who asks, a cell that nobody opened this week or the last counts 1000, and
each customer who opened it, or whose burst holds it, as much once more: who drives there again has
a part of what is opened next. In weights such a cell counts what the policy says (``boost``), once,
however many want it: so nobody lifts their own streets higher by opening them again. It is fixed by
the books before the epoch.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from rewards.demand.bursts import Burst, area_of, last_day
from rewards.demand.market import Market, Opening
from rewards.demand.rule import WHOLE, BurstRule, DemandRule
from roadcomb.cells import Cells
from roadcomb.epochs import week_of

__all__ = ["boosted", "customers_at", "wanted"]

_ONCE = 1000


def wanted(
    openings: Iterable[Opening], bursts: Iterable[Burst] = (), rule: BurstRule | None = None
) -> dict[int, int]:
    """Per mille by cell; those that nobody wants are left out. rule: of the bursts, if any."""
    asked = {(one.cell, one.customer) for one in openings}
    if rule is not None:
        asked |= {(cell, one.customer) for one in bursts for cell in area_of(one, rule)}
    customers = Counter(cell for cell, _ in asked)
    return {cell: _ONCE * (1 + count) for cell, count in sorted(customers.items())}


def customers_at(demand: Mapping[int, int], cell: int) -> int:
    """How many customers want a cell; demand: as `wanted` gives it."""
    return demand.get(cell, _ONCE) // _ONCE - 1


def boosted(
    worth: NDArray[np.int64],
    cells: Cells,
    market: Market,
    epoch: int,
    rule: DemandRule | None,
) -> NDArray[np.int64]:
    """What n cells are worth with their demand, floored, shape (n,); market: before the epoch."""
    if rule is None or rule.boost == WHOLE:
        return worth
    lifted = np.isin(cells, np.array(sorted(_lifted(market, epoch, rule)), np.uint64))
    return np.where(lifted, worth * rule.boost // WHOLE, worth)


def _lifted(market: Market, epoch: int, rule: DemandRule) -> set[int]:
    last_week = week_of(epoch) - 1
    opened = {one.cell for one in market.counted if one.week >= last_week}
    if rule.bursts is None:
        return opened
    running = (one for one in market.bursts if one.first <= epoch <= last_day(one, rule.bursts))
    return opened | {cell for burst in running for cell in area_of(burst, rule.bursts)}
