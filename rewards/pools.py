"""Pools: what an epoch emits, cut by purpose, and who gets what a purpose leaves; pure.

The law: never more is emitted than the supply cap leaves; the pools and what is unallocated are
what is emitted, to the last base unit, before and after what is unused has moved on. A share is
floored; the dust of the floors is unallocated. What is unused moves on once: that of demand first,
since it is settled before coverage, then that of coverage.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rewards.mechanisms.schedules import within_cap
from rewards.policy import COVERAGE, DEMAND, TREASURY, UNALLOCATED, WHOLE, Policy, Purpose

__all__ = ["Pools", "open_pools", "passed_on"]


@dataclass(frozen=True, slots=True)
class Pools:
    """Base units. pools: by purpose, in the policy's order; unallocated closes the sum."""

    emitted: int
    pools: Mapping[str, int]
    unallocated: int

    def of_kind(self, policy: Policy, kind: str) -> dict[str, int]:
        """The pools of the purposes of one kind."""
        return {each.name: self.pools[each.name] for each in policy.purposes if each.kind == kind}

    def coverage(self, policy: Policy) -> int:
        """The pool that weights share."""
        return sum(self.of_kind(policy, COVERAGE).values())

    def treasuries(self, policy: Policy) -> dict[str, int]:
        """What goes to the operator's purses."""
        return self.of_kind(policy, TREASURY)


def open_pools(policy: Policy, epoch: int, minted: int, demanded: int = 0) -> Pools:
    """The pools of an epoch, when `minted` base units were emitted before it.

    demanded: what demand has settled; a demand pool keeps so much and passes the rest on.
    """
    emitted = within_cap(policy.emission.at(epoch), minted, policy.cap)
    shares = {each.name: emitted * each.share // WHOLE for each in policy.purposes}
    pools = Pools(emitted, shares, emitted - sum(shares.values()))
    for purpose in policy.purposes:
        if purpose.kind == DEMAND:
            pools = passed_on(pools, purpose, used=min(demanded, pools.pools[purpose.name]))
    return pools


def passed_on(pools: Pools, purpose: Purpose, used: int) -> Pools:
    """The pools after a purpose used so much of its own; the rest goes where its policy says."""
    rest = pools.pools[purpose.name] - used
    kept = {**pools.pools, purpose.name: used}
    if purpose.unused == UNALLOCATED:
        return replace(pools, pools=kept, unallocated=pools.unallocated + rest)
    return replace(pools, pools={**kept, purpose.unused: kept[purpose.unused] + rest})
