"""What would a pass of today earn? By the newest books; an estimate, and said to be one.

The law: it is what the newest closed epoch would have paid for a pass of grade 1000 alone in the
cell: its refill, at the rate of that epoch. Who drives there today shares with others who do.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from rewards.chain import newest
from rewards.emission import Rate
from rewards.policy import Policy, parse_policy, read_policy
from rewards.refill import NEVER_PAID, Refill
from rewards.shelf import file_of, refill_of
from rewards.weights import WEIGHT_PER_DAY
from roadcomb.blobs import Blobs
from roadcomb.canonical import parse_json
from roadcomb.cells import Cells
from roadcomb.node import Node

__all__ = ["Prospect", "prospect_of"]


@dataclass(frozen=True, slots=True)
class Prospect:
    """after: the newest closed epoch, None before the first. rate: of that one."""

    after: int | None
    policy: Policy
    refill: Refill
    rate: Rate

    def days(self, cells: Cells, epoch: int) -> list[int]:
        """Days of refill that each of n cells has in an epoch."""
        found: list[int] = self.refill.days(cells, epoch, self.policy.refill.days).tolist()
        return found

    def amounts(self, cells: Cells, epoch: int) -> list[int]:
        """Base units for a pass of grade 1000 alone in each of n cells."""
        full = self.policy.refill.days
        days = self.refill.days(cells, epoch, full)
        worth = self.policy.refill.curve(np.minimum(days, full), full, WEIGHT_PER_DAY * full)
        return [self.rate.pay(weight) for weight in worth.tolist()]


def prospect_of(node: Node) -> Prospect:
    """By the node's newest books; before the first epoch, by the default policy's ceiling.

    The books of an epoch never change, so they are read once for all who ask.
    """
    last = newest(node)
    if last is None:
        policy = read_policy()
        return Prospect(None, policy, NEVER_PAID, _ceiling(policy))
    return _after(node.blobs, last.file)


@lru_cache(maxsize=2)
def _after(blobs: Blobs, file: bytes) -> Prospect:
    """After the epoch of this manifest.json."""
    envelope: Any = parse_json(file)
    manifest = envelope["manifest"]
    policy = parse_policy(file_of(blobs, manifest, "policy.toml"))
    allocation: Any = parse_json(file_of(blobs, manifest, "allocation.json"))
    rate = allocation["rate"]
    paid = Rate(int(rate["numerator"]), int(rate["denominator"]), rate["capped"])
    return Prospect(manifest["epoch"], policy, refill_of(blobs, manifest), paid)


def _ceiling(policy: Policy) -> Rate:
    return Rate(policy.coverage.ceiling, WEIGHT_PER_DAY * policy.refill.days, capped=True)
