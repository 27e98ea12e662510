"""What is locked, and when it becomes free; pure.

The law: of an amount the immediate part is free at once, the rest in the steps of the policy; free
parts and locked parts are the amount, to the last base unit. What is due with an epoch is free in
that epoch. Dates lie on a grid of one step, so that years of nights lock in few dates.
"""

from collections.abc import Mapping

from rewards.mechanisms.vesting import immediate, locked_table
from rewards.policy import WHOLE, Vesting

__all__ = ["Locked", "lock", "release"]

Locked = Mapping[int, Mapping[str, int]]
"""Base units by the epoch that frees them and by account, both in order."""


def release(locked: Locked, epoch: int) -> tuple[dict[str, int], Locked]:
    """(what is free with `epoch`, by account; what stays locked)."""
    free: dict[str, int] = {}
    for due, amounts in locked.items():
        if due <= epoch:
            for account, amount in amounts.items():
                free[account] = free.get(account, 0) + amount
    return free, {due: amounts for due, amounts in locked.items() if due > epoch}


def lock(
    locked: Locked, amounts: Mapping[str, int], epoch: int, vesting: Vesting | None
) -> tuple[dict[str, int], Locked]:
    """(what is free at once of an epoch's amounts, by account; what is locked then)."""
    if vesting is None:
        return dict(amounts), locked
    free: dict[str, int] = {}
    dates = {due: dict(parts) for due, parts in locked.items()}
    for account, amount in amounts.items():
        free[account], rest = immediate(amount, WHOLE - vesting.immediate, WHOLE)
        for part in locked_table(rest, epoch, vesting.spec):
            parts = dates.setdefault(part.epoch, {})
            parts[account] = parts.get(account, 0) + part.amount
    return free, {due: dict(sorted(dates[due].items())) for due in sorted(dates)}
