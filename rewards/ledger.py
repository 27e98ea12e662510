"""The ledger: double entry in integer base units, only ever added to.

The law: the entries of a transaction sum to zero, so all balances together do; no account but
`emission` is ever below zero; what is claimable never falls, because once claimable, tokens have
left our books.

==================  ============================================================
account             what it holds
==================  ============================================================
emission            minus everything that epochs have made available
unallocated         what no weight has earned
unbound:<account>   earned by a contributor who has not bound an address yet
claimable:0x...     all that an address has ever earned: the amount in its proof
==================  ============================================================
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rewards.allocation import Allocation
from roadcomb.errors import IntegrityError

__all__ = [
    "CLAIMABLE",
    "EMISSION",
    "UNALLOCATED",
    "UNBOUND",
    "Transaction",
    "bound",
    "claims",
    "emitted",
    "post",
    "purse",
]

EMISSION = "emission"
UNALLOCATED = "unallocated"
UNBOUND = "unbound:"
CLAIMABLE = "claimable:"


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


def emitted(epoch: int, allocation: Allocation, bindings: Mapping[str, str]) -> Transaction:
    """The epoch's pool: to those who earned it, and the rest to `unallocated`."""
    earned = [(purse(account, bindings), amount) for account, amount in allocation.amounts.items()]
    pool = allocation.paid + allocation.unallocated
    entries = [(EMISSION, -pool), (UNALLOCATED, allocation.unallocated), *earned]
    return Transaction(f"{epoch}/emission", _summed(entries))


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
    overdrawn = [name for name, amount in after.items() if amount < 0 and name != EMISSION]
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
