"""What each device of an account was paid for in an epoch; pure.

The law: a device's rows share what counts of it in proportion to their weights. Floored row by row
they never add up to more than the account's amount; one rounding closes the sum.
"""

from dataclasses import dataclass

from rewards.devices import counted_in, earned_in, week_in
from rewards.earned import NONE, UNVOUCHED, Raw
from rewards.emission import Rate
from rewards.factors import Factors
from rewards.week import NOT_SEEN, Driven
from roadcomb.canonical import Json

__all__ = ["Share", "shares_in", "undivided", "why_device"]


@dataclass(frozen=True, slots=True)
class Share:
    """counted: what counts of the weight; driven: the week's counters after the epoch."""

    raw: Raw
    counted: int
    driven: Driven = NOT_SEEN

    def pay(self, weight: int, rate: Rate) -> int:
        """Base units for a part of its weight, floored."""
        if not weight:
            return 0
        return weight * self.counted * rate.numerator // (self.raw.weight * rate.denominator)


def shares_in(document: Json, account: str) -> dict[str, Share]:
    """An account's devices out of devices.json, by name. Raises IntegrityError."""
    counted, week = counted_in(document).get(account, {}), week_in(document)
    return {
        name: Share(raw, counted[name], week.of(account, name))
        for name, raw in earned_in(document).get(account, {}).items()
    }


def undivided(weight: int) -> dict[str, Share]:
    """Of an account under a policy that asks nothing of devices."""
    return {UNVOUCHED: Share(Raw(NONE, 0, weight), weight)}


def why_device(share: Share, factors: Factors) -> str | None:
    """Why not all of a device's weight counts, in words; None: all of it does."""
    if share.counted == share.raw.weight:
        return None
    percent = 100 * share.counted // share.raw.weight
    return f"{_reason(share, factors)}: {percent} % of its weight counts"


def _reason(share: Share, factors: Factors) -> str:
    level, driven = share.raw.level, share.driven
    if level == NONE:
        return "no device vouches for these drives (`roadcomb device register`)"
    if max(driven.passes, driven.before) < factors.floor:
        return (
            f"its level counts from {factors.floor:,} cells passed in a week on, "
            f"and so far these are {driven.passes:,}"
        )
    if factors.ceiling is not None and driven.weight == factors.ceiling:
        return "it has reached what counts at its level in a week"
    return f"a device of the level {level}"
