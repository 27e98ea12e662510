"""The rate: what a unit of weight is paid in an epoch.

The law: the rate is the pool shared over all weight, but never more than the ceiling of a full
cell passed with grade 1000. Integers throughout: a rate is a fraction, applied with floor only.
"""

from dataclasses import dataclass

from rewards.policy import Policy
from rewards.weights import WEIGHT_PER_DAY

__all__ = ["Rate", "rate_of"]


@dataclass(frozen=True, slots=True)
class Rate:
    """Base units per unit of weight, as a fraction; capped: the ceiling decided it."""

    numerator: int
    denominator: int
    capped: bool

    def pay(self, weight: int) -> int:
        """Base units for a weight, floored."""
        return weight * self.numerator // self.denominator


def rate_of(total_weight: int, pool: int, policy: Policy) -> Rate:
    """min(pool / total weight, ceiling / weight of a full cell); the ceiling when nobody drove."""
    full_cell, ceiling = WEIGHT_PER_DAY * policy.refill.days, policy.coverage.ceiling
    if pool * full_cell < ceiling * total_weight:
        return Rate(pool, total_weight, capped=False)
    return Rate(ceiling, full_cell, capped=True)
