"""Helium Mobile: data carried is paid before coverage, within bounds of its market's price.

The laws: (HIP-147) data earns its value up to the whole pool, coverage the rest: the two sum up to
the pool. (HIP-149) what data is paid lies between half and three times what its payer paid; a
missing part is topped up out of smoothed burns, what is over is not minted for data. Service
providers get 24 % of the whole, data the residual of what was issued, so both add up. Sources:
HIP-147, HIP-149; helium-program-library `backstop.rs`; helium/oracles `emissions_split.rs`,
`data_transfer.rs`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rewards.mechanisms.exact import exactly, floor_int

__all__ = [
    "BASE_UNITS",
    "Allocated",
    "Backstop",
    "Split",
    "allocate",
    "backstop",
    "cap_of",
    "data_first",
    "split_issued",
    "staker_overflow",
]

BASE_UNITS = 10**8
"""Of one HNT."""

_SHARE_ONE = 2**32 - 1
_DATA_PERCENT = 70
_PROVIDER_PERCENT = 24
_CAP_TIMES = 3
_SCALED = 10**11
"""Base units are credits * 10**11 / price, for credits of 10**-5 USD and a price in 10**-8 USD."""


@dataclass(frozen=True, slots=True)
class Split:
    """data + coverage = the pool."""

    data: Decimal
    coverage: Decimal


@dataclass(frozen=True, slots=True)
class Backstop:
    """Base units: what baseline emission gives data, what lacks to the floor, what is topped up."""

    baseline: int
    shortfall: int
    top_up: int


@dataclass(frozen=True, slots=True)
class Allocated:
    """amounts in the order of the shares; unallocated closes the sum."""

    amounts: tuple[int, ...]
    unallocated: int


@exactly
def data_first(pool: Decimal, data_value: Decimal, data_cap: Decimal) -> Split:
    """Data gets its value up to a cap and the pool (HIP-147: the pool; before: 2/3 of it)."""
    data = min(data_value, data_cap, pool)
    return Split(data, pool - data)


def split_issued(total: int, issued: int) -> tuple[int, int]:
    """(service providers, data) of what was issued; providers get 24 % of the total first."""
    providers = min(total * _PROVIDER_PERCENT // 100, issued)
    return providers, issued - providers


@exactly
def allocate(pool: Decimal, shares: Sequence[int]) -> Allocated:
    """Share a pool by data credits; each truncated, the rest is unallocated."""
    total, whole = sum(shares), floor_int(pool)
    if not total:
        return Allocated((0,) * len(shares), whole)
    rate = pool / total
    amounts = tuple(floor_int(rate * share) for share in shares)
    return Allocated(amounts, whole - sum(amounts))


def cap_of(data_credits: int, price: int) -> int:
    """The most that data may earn: three times its payer's price; price: 10**-8 USD a token."""
    return data_credits * _CAP_TIMES * _SCALED // price


def backstop(
    emission: int, net_cap: int, share: int, data_credits: int, price: int, smoothed: int
) -> Backstop:
    """The top-up of a day, base units.

    emission and net_cap: of the whole network; share: of the subnetwork, of 2**32 - 1; price:
    10**-8 USD a token; smoothed: the burn of the last days. Data gets 70 % of the subnetwork's
    share. Nothing is topped up beyond what was burnt over the cap of net emission.
    """
    baseline = (emission + min(smoothed, net_cap)) * share // _SHARE_ONE * _DATA_PERCENT // 100
    target = data_credits // 2 * _SCALED // price
    shortfall = max(0, target - baseline)
    demand = shortfall * _SHARE_ONE * 100 // (share * _DATA_PERCENT)
    return Backstop(baseline, shortfall, min(max(0, smoothed - net_cap), demand))


def staker_overflow(data_pool: int, cap: int) -> int:
    """What data's pool holds over its cap; it goes to stakers and is not minted for data."""
    return max(0, data_pool - cap)
