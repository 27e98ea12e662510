"""Collateral: what is put up to take part, and what leaving or failing costs.

The laws: the pledge is in proportion to what is offered, never below one unit's base; a fee for
leaving grows with age up to its share and is never less than what a fault would have cost. Sources:
io.net staking (200 per unit times a hardware multiplier of at least 1), Filecoin FIP-0098
(termination fees).
"""

from dataclasses import dataclass
from fractions import Fraction

__all__ = ["TerminationFee", "stake_of", "termination_fee"]


@dataclass(frozen=True, slots=True)
class TerminationFee:
    """Shares of the pledge, as per mille, and the age at which the first is whole, in days."""

    pledge_share: int = 85
    full_age_days: int = 140
    least_share: int = 20
    fault_share: int = 1050


def stake_of(units: int, multiplier: Fraction, base: int = 200) -> int:
    """The stake that `units` of one kind need, whole tokens, raised to the next one."""
    exact = base * max(Fraction(1), multiplier) * units
    return -(-exact.numerator // exact.denominator)


def termination_fee(
    pledge: int, age_days: int, fault_fee: int, rule: TerminationFee | None = None
) -> int:
    """What leaving after `age_days` costs, base units, each share floored."""
    shares = rule or TerminationFee()
    age = min(age_days, shares.full_age_days)
    by_age = pledge * shares.pledge_share * age // (1000 * shares.full_age_days)
    least = max(pledge * shares.least_share // 1000, fault_fee * shares.fault_share // 1000)
    return max(by_age, least)
