"""Burn and mint: work is priced in USD, paid by burning tokens, and settled by minting them.

The law: credits come only from a burn, at the price of that moment; settling mints what the credits
are worth then, first out of what was burnt before (the vault) and only the shortfall anew.
Source: Akash AEP-76: six places, to nearest as in its examples; coverage ratio = vault at the price
/ credits outstanding, with a warning at 0.95 and a halt at 0.90.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from rewards.mechanisms.exact import exactly, half_even_places

__all__ = ["Coverage", "Settlement", "burn_for", "coverage_ratio", "settle", "state_of"]

_PLACES = 6
_WARN, _HALT = Decimal("0.95"), Decimal("0.90")


class Coverage(Enum):
    """How well the vault covers the credits outstanding."""

    SOUND = "sound"
    WARNED = "warned"
    HALTED = "halted"


@dataclass(frozen=True, slots=True)
class Settlement:
    """minted: tokens paid for the work; net: minted less what was burnt for it."""

    minted: Decimal
    net: Decimal


@exactly
def burn_for(usd: Decimal, price: Decimal) -> Decimal:
    """Tokens burnt for credits worth `usd`, at USD a token, to six places."""
    return half_even_places(usd / price, _PLACES)


@exactly
def settle(usd: Decimal, price: Decimal, burn_price: Decimal) -> Settlement:
    """What credits worth `usd`, burnt at one price, mint at today's; USD a token."""
    minted = usd / price
    net = half_even_places(minted - usd / burn_price, _PLACES)
    return Settlement(half_even_places(minted, _PLACES), net)


@exactly
def coverage_ratio(vault: Decimal, price: Decimal, outstanding: Decimal) -> Decimal:
    """Vault at USD a token over credits outstanding in USD; 1 when none are."""
    if not outstanding:
        return Decimal(1)
    return vault * price / outstanding


def state_of(ratio: Decimal) -> Coverage:
    """Whether credits may go on being sold."""
    if ratio <= _HALT:
        return Coverage.HALTED
    return Coverage.WARNED if ratio <= _WARN else Coverage.SOUND
