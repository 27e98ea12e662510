"""The ledger: double entry in integer base units, only ever added to.

The law: the entries of a transaction sum to zero, so all balances together do; no account but those
that say where tokens come from (`SOURCES`) is ever below zero; what is claimable never falls,
because once claimable, tokens have left our books.

==================  ============================================================
account             what it holds
==================  ============================================================
emission            minus everything that epochs have made available
unallocated         what no purpose has used
treasury:<purpose>  what the policy gives to a purpose of the operator's
vesting:<account>   earned and not free yet (rewards/vested.py)
deposited           minus all stakes that came in from outside
stake:<account>     staked (rewards/staking.py)
cooling:<account>   asked back, and not given back yet
disputed:<account>  set aside by a slash that is not final (rewards/slashing.py)
customers           minus all that customers have burnt for credits (rewards/demand)
vault               of that, what is not spent yet
demand              for the contributors of cells that customers opened
burned              taken out of the world
unbound:<account>   earned by a contributor who has not bound an address yet
claimable:0x...     all that an address has ever earned: the amount in its proof
==================  ============================================================
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rewards.policy import DEMAND, Policy
from rewards.pools import Pools
from roadcomb.errors import IntegrityError

__all__ = [
    "BURNED",
    "CLAIMABLE",
    "COOLING",
    "CUSTOMERS",
    "DEPOSITED",
    "DISPUTED",
    "EMISSION",
    "POT",
    "SOURCES",
    "STAKE",
    "TREASURY",
    "UNALLOCATED",
    "UNBOUND",
    "VAULT",
    "VESTING",
    "Transaction",
    "bound",
    "claims",
    "emitted",
    "moved",
    "post",
    "purse",
    "vested",
]

EMISSION = "emission"
UNALLOCATED = "unallocated"
UNBOUND = "unbound:"
VESTING = "vesting:"
TREASURY = "treasury:"
CLAIMABLE = "claimable:"
DEPOSITED = "deposited"
STAKE = "stake:"
COOLING = "cooling:"
DISPUTED = "disputed:"
BURNED = "burned"
CUSTOMERS = "customers"
VAULT = "vault"
POT = "demand"

SOURCES = frozenset({EMISSION, DEPOSITED, CUSTOMERS})
"""Accounts below zero: where tokens come from."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """entries: signed base units by account; what is added (+) and what is taken (-)."""

    name: str
    entries: Mapping[str, int]


def purse(account: str, bindings: Mapping[str, str]) -> str:
    """The ledger account that a contributor's earnings go to."""
    address = bindings.get(account)
    return UNBOUND + account if address is None else CLAIMABLE + address


def bound(epoch: int, balances: Mapping[str, int], bindings: Mapping[str, str]) -> Transaction:
    """What waited for an address and has one now."""
    ready = {
        account: balances[UNBOUND + account]
        for account in sorted(bindings)
        if balances.get(UNBOUND + account)
    }
    leaving = [(UNBOUND + account, -amount) for account, amount in ready.items()]
    arriving = [(CLAIMABLE + bindings[account], amount) for account, amount in ready.items()]
    return Transaction(f"{epoch}/bound", _summed(leaving + arriving))


def vested(epoch: int, due: Mapping[str, int], bindings: Mapping[str, str]) -> Transaction:
    """What has become free of earlier epochs' amounts."""
    leaving = [(VESTING + account, -amount) for account, amount in due.items()]
    arriving = [(purse(account, bindings), amount) for account, amount in due.items()]
    return Transaction(f"{epoch}/vested", _summed(leaving + arriving))


def emitted(
    epoch: int,
    pools: Pools,
    free: Mapping[str, int],
    amounts: Mapping[str, int],
    policy: Policy,
    bindings: Mapping[str, str],
) -> Transaction:
    """What the epoch emits: to those who earned it, to treasuries, and the rest to `unallocated`.

    free: what of each account's amount is free at once; the rest is vesting.
    """
    earned = [(purse(account, bindings), amount) for account, amount in free.items()]
    later = [(VESTING + account, amounts[account] - amount) for account, amount in free.items()]
    kept = [(TREASURY + name, amount) for name, amount in pools.treasuries(policy).items()]
    demanded = sum(pools.of_kind(policy, DEMAND).values())
    whole = [(EMISSION, -pools.emitted), (UNALLOCATED, pools.unallocated), (POT, demanded)]
    return Transaction(f"{epoch}/emission", _summed([*whole, *kept, *earned, *later]))


def moved(name: str, entries: Iterable[tuple[str, int]]) -> Transaction:
    """A transaction of entries, of which one account may have several."""
    return Transaction(name, _summed(entries))


def post(balances: Mapping[str, int], transactions: Iterable[Transaction]) -> dict[str, int]:
    """Balances after some transactions. Raises IntegrityError when one breaks the law."""
    after = dict(balances)
    for transaction in transactions:
        if sum(transaction.entries.values()) != 0:
            raise IntegrityError(f"transaction {transaction.name} does not sum to zero")
        for account, amount in transaction.entries.items():
            if account.startswith(CLAIMABLE) and amount < 0:
                raise IntegrityError(f"transaction {transaction.name} takes from {account}")
            after[account] = after.get(account, 0) + amount
    overdrawn = [name for name, amount in after.items() if amount < 0 and name not in SOURCES]
    if overdrawn:
        raise IntegrityError(f"{sorted(overdrawn)[0]} would be overdrawn")
    return {name: amount for name, amount in sorted(after.items()) if amount}


def claims(balances: Mapping[str, int]) -> dict[str, int]:
    """Cumulative claimable base units by address."""
    return {
        name.removeprefix(CLAIMABLE): amount
        for name, amount in balances.items()
        if name.startswith(CLAIMABLE)
    }


def _summed(entries: Iterable[tuple[str, int]]) -> dict[str, int]:
    """One entry an account, in order; those of nothing are left out."""
    sums: dict[str, int] = {}
    for account, amount in entries:
        sums[account] = sums.get(account, 0) + amount
    return {account: amount for account, amount in sorted(sums.items()) if amount}
