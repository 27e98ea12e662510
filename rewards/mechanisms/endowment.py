"""Endowment: one payment now for something that must be done for ever, at falling cost.

The law: a first year's cost, times the sum of a geometric series (cost falls by half a per cent a
year: 1 / -ln(0.995) = 199.5 years), times the copies, plus the share of who does it first. Block
rewards decay continuously and halve each year. Sources: the Arweave yellow paper and ArweaveTeam/
arweave `ar_inflation` and `ar_pricing` (constants), written anew from the formulas.
"""

from decimal import Decimal

from rewards.mechanisms.exact import exactly

__all__ = ["BLOCKS_A_YEAR", "block_reward", "fee", "perpetual_years", "year_sum"]

BLOCKS_A_YEAR = 262_800
"""Of 120 s each."""

_GENESIS_SUPPLY = Decimal(55_000_000)
_INITIAL_RATE = Decimal("0.2")
_COST_KEPT = Decimal("0.995")
_MINER_SHARE = Decimal(20)


@exactly
def block_reward(height: int) -> Decimal:
    """AR that a block mints: 0.2 x 55M x ln 2 / blocks a year x 2^(-height / blocks a year)."""
    return _GENESIS_SUPPLY * _INITIAL_RATE * Decimal(2).ln() / BLOCKS_A_YEAR * _half_power(height)


@exactly
def year_sum(year: int) -> Decimal:
    """AR that the blocks of a year mint, years from 1: a geometric series."""
    first = block_reward((year - 1) * BLOCKS_A_YEAR)
    return first * (1 - _half_power(BLOCKS_A_YEAR)) / (1 - _half_power(1))


@exactly
def perpetual_years() -> Decimal:
    """Years of today's cost that pay for ever when the cost falls by half a per cent a year."""
    return -1 / _COST_KEPT.ln()


@exactly
def fee(first_year_cost: Decimal, replicas: int, cost_multiplier: Decimal = Decimal(1)) -> Decimal:
    """What storing something for ever costs; 1/21 of it goes to who stores it first."""
    perpetual = first_year_cost * perpetual_years() * replicas * cost_multiplier
    return perpetual * (1 + 1 / _MINER_SHARE)


@exactly
def _half_power(blocks: int) -> Decimal:
    """2^(-blocks / blocks a year)."""
    return (-blocks * Decimal(2).ln() / BLOCKS_A_YEAR).exp()
