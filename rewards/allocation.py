"""Allocation: weights to base units.

The law: amounts + unallocated = the pool, to the last base unit, in every epoch; equal weights earn
equal amounts, more weight never earns less; one weight split in two never earns more, since
floor(a) + floor(b) <= floor(a + b).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rewards.emission import Rate, rate_of
from rewards.policy import Policy

__all__ = ["Allocation", "allocate"]


@dataclass(frozen=True, slots=True)
class Allocation:
    """amounts: base units by account, accounts in order; they and what is left are the pool."""

    amounts: Mapping[str, int]
    rate: Rate
    total_weight: int
    pool: int

    @property
    def paid(self) -> int:
        """Base units of all accounts together."""
        return sum(self.amounts.values())

    @property
    def unallocated(self) -> int:
        """Base units of the pool that no weight has earned."""
        return self.pool - self.paid


def allocate(weights: Mapping[str, int], pool: int, policy: Policy) -> Allocation:
    """Share a pool by the accounts' weights, which are 0 or more."""
    total = sum(weights.values())
    rate = rate_of(total, pool, policy)
    amounts = {account: rate.pay(weights[account]) for account in sorted(weights)}
    return Allocation(amounts, rate, total, pool)
