"""Ranks: of several that cover one place, the best counts whole and the next ones less.

The law: ordered by signal, strongest first, then by who claimed the place first; the rank's
multiplier applies and from a rank on nothing is earned. Source: Helium HIP-85 (1, 0.75, 0.25).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["HIP_85", "Claim", "ranked"]

HIP_85 = (Fraction(1), Fraction(3, 4), Fraction(1, 4))


@dataclass(frozen=True, slots=True)
class Claim:
    """Who covers a place, how strongly (any unit, more is better), and since when."""

    name: str
    signal: float
    since_ms: int


def ranked(
    claims: Sequence[Claim], base: int, multipliers: Sequence[Fraction] = HIP_85
) -> dict[str, int]:
    """Points of each claim, floored; 0 from the rank after the last multiplier on."""
    order = sorted(claims, key=lambda claim: (-claim.signal, claim.since_ms, claim.name))
    shares = [*multipliers, *[Fraction(0)] * len(order)]
    return {claim.name: int(base * share) for claim, share in zip(order, shares, strict=False)}
