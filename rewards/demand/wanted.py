"""Which cells customers want now: for drivers who ask where to drive, and for weights; pure.

The laws: to a driver who asks, a cell that nobody opened this week or the last counts 1000, and
each customer who opened it as much once more: who drives there again has a part of what is opened
next. In weights such a cell counts what the policy says (``boost``), once, however many opened it:
so nobody lifts their own streets higher by opening them again. It is fixed by the books before the
epoch.
"""

from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from rewards.demand.market import Opening
from rewards.demand.rule import WHOLE, DemandRule
from roadcomb.cells import Cells
from roadcomb.epochs import week_of

__all__ = ["boosted", "wanted"]

_ONCE = 1000


def wanted(openings: Iterable[Opening]) -> dict[int, int]:
    """Per mille by cell; those that nobody opened are left out."""
    customers = Counter(cell for cell, _ in {(one.cell, one.customer) for one in openings})
    return {cell: _ONCE * (1 + count) for cell, count in sorted(customers.items())}


def boosted(
    worth: NDArray[np.int64],
    cells: Cells,
    openings: Iterable[Opening],
    epoch: int,
    rule: DemandRule | None,
) -> NDArray[np.int64]:
    """What n cells are worth with their demand, floored, shape (n,); openings: as the books before
    the epoch count them."""
    if rule is None or rule.boost == WHOLE:
        return worth
    week = week_of(epoch)
    opened = sorted({one.cell for one in openings if one.week >= week - 1})
    lifted = np.isin(cells, np.array(opened, np.uint64))
    return np.where(lifted, worth * rule.boost // WHOLE, worth)
