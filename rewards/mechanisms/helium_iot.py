"""Helium IoT: an epoch's emissions shared by proof of coverage and by data carried.

The law: a gateway's share of a pool is its shares times the pool's rate, truncated to base units
(bones, 10**-8 HNT); the rate is rounded half to even at 15 places; what floors leave is
`unallocated`. Data is paid its value at the oracle's price, at most its pool; what it leaves goes
to beacons (1/5) and witnesses (4/5). Source: helium/oracles `iot_verifier/src/reward_share.rs`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from rewards.mechanisms.exact import ceil_places, exactly, floor_int, half_even_places

__all__ = ["GatewayReward", "GatewayShares", "IotEpoch", "dc_to_bones", "poc_pools", "reward"]

BEACONS, WITNESSES, DATA = Decimal("0.06"), Decimal("0.24"), Decimal("0.50")
BEACONS_OF_REST, WITNESSES_OF_REST = Decimal("0.20"), Decimal("0.80")
USD_PER_DC = Decimal("0.00001")
_PLACES = 15


@dataclass(frozen=True, slots=True)
class GatewayShares:
    """beacon, witness: shares of proof of coverage; data: data credits' worth."""

    beacon: Decimal
    witness: Decimal
    data: Decimal


@dataclass(frozen=True, slots=True)
class GatewayReward:
    """Base units by purpose."""

    beacon: int
    witness: int
    data: int

    @property
    def total(self) -> int:
        """Base units of all purposes."""
        return self.beacon + self.witness + self.data


@dataclass(frozen=True, slots=True)
class IotEpoch:
    """rewards: by gateway, none for one that earns nothing; unallocated: of the three pools."""

    rewards: Mapping[str, GatewayReward]
    unallocated: int


@exactly
def dc_to_bones(data_credits: Decimal, bone_price: Decimal) -> Decimal:
    """What data credits are worth in base units at USD a base unit; raised at 15 places."""
    return ceil_places(data_credits * USD_PER_DC / bone_price, _PLACES)


@exactly
def poc_pools(emissions: Decimal, data_left: Decimal) -> tuple[Decimal, Decimal]:
    """Pools of beacons and witnesses: their parts, and the rest that data did not use."""
    return (
        emissions * BEACONS + data_left * BEACONS_OF_REST,
        emissions * WITNESSES + data_left * WITNESSES_OF_REST,
    )


@exactly
def reward(shares: Mapping[str, GatewayShares], emissions: int, bone_price: Decimal) -> IotEpoch:
    """The rewards of an epoch; bone_price: USD for one base unit."""
    data_pool = emissions * DATA
    worth = {name: dc_to_bones(share.data, bone_price) for name, share in shares.items()}
    used = sum(worth.values(), Decimal(0))
    data_rate = _rate(min(data_pool, used), used)
    left = max(Decimal(0), data_pool - used)
    beacons, witnesses = poc_pools(Decimal(emissions), left)
    beacon_rate = _rate(beacons, sum((s.beacon for s in shares.values()), Decimal(0)))
    witness_rate = _rate(witnesses, sum((s.witness for s in shares.values()), Decimal(0)))
    rewards = {
        name: GatewayReward(
            _pay(beacon_rate, share.beacon),
            _pay(witness_rate, share.witness),
            _pay(data_rate, worth[name]),
        )
        for name, share in sorted(shares.items())
    }
    paid = {name: given for name, given in rewards.items() if given.total}
    pool = floor_int(emissions * (BEACONS + WITNESSES + DATA))
    return IotEpoch(paid, pool - sum(given.total for given in paid.values()))


def _rate(pool: Decimal, shares: Decimal) -> Decimal:
    if not shares:
        return Decimal(0)
    return half_even_places(pool / shares, _PLACES)


def _pay(rate: Decimal, shares: Decimal) -> int:
    return floor_int(rate * shares)
