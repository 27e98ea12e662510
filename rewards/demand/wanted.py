"""Which cells customers want now, for drivers who ask where to drive; pure.

The law: a cell that nobody opened this week or the last counts 1000, and each customer who opened
it counts as much once more: who drives there again has their part of what is opened next.
"""

from collections import Counter
from collections.abc import Iterable

from rewards.demand.market import Opening

__all__ = ["wanted"]

_ONCE = 1000


def wanted(openings: Iterable[Opening]) -> dict[int, int]:
    """Per mille by cell; those that nobody opened are left out."""
    customers = Counter(cell for cell, _ in {(one.cell, one.customer) for one in openings})
    return {cell: _ONCE * (1 + count) for cell, count in sorted(customers.items())}
