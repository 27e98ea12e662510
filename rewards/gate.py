"""The gate: whoever is paid has a stake to lose; pure.

The law: with the gate shut, what an account has vested, and then what it earns, fills its stake up
to the minimum before anything of it is claimable or goes to a fleet's manager. So newcomers need no
token to begin, nobody else's share depends on who has staked, and no account is paid that could not
be slashed. What customers pay for cells is not kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from rewards import ledger
from rewards.dated import Dated, put_all, sums
from rewards.ledger import Transaction
from rewards.staking import Night, Stakes

__all__ = ["Gated", "fill"]


@dataclass(frozen=True, slots=True)
class Gated:
    """due, earned: what goes on to contributors, less what was kept; the transaction moves that
    into stakes from vesting, where all that is not free is booked.
    """

    due: Mapping[str, int]
    earned: Mapping[str, int]
    kept: Mapping[str, int]
    transaction: Transaction
    stakes: Stakes

    def booked(self, payable: Mapping[str, int]) -> dict[str, int]:
        """What an epoch books of earnings, by account: what is paid on, and what was kept."""
        return {account: amount + self.kept.get(account, 0) for account, amount in payable.items()}


def fill(
    night: Night,
    stakes: Stakes,
    due: Mapping[str, int],
    earned: Mapping[str, int],
    levels: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Gated:
    """What the gate keeps: of what has vested first, then of what was earned, all of it.

    levels: of the devices that earned it, by account (rewards/earned.py).
    """
    kept_due, staked = _kept(night, stakes.staked, due, levels)
    kept, staked = _kept(night, staked, earned, levels)
    whole = [*kept_due.items(), *kept.items()]
    leaving = [(ledger.VESTING + account, -amount) for account, amount in whole]
    arriving = [(ledger.STAKE + account, amount) for account, amount in whole]
    return Gated(
        _less(due, kept_due),
        _less(earned, kept),
        kept,
        ledger.moved(f"{night.epoch}/filled", leaving + arriving),
        replace(stakes, staked=staked),
    )


def _kept(
    night: Night, staked: Dated, free: Mapping[str, int], levels: Mapping[str, Sequence[str]]
) -> tuple[dict[str, int], Dated]:
    if not night.rule.fill:
        return {}, staked
    have, asked = sums(staked), night.rule.asked
    missing = {who: asked(levels.get(who, ())) - have.get(who, 0) for who in free}
    kept = {
        account: min(amount, missing[account])
        for account, amount in free.items()
        if amount > 0 and missing[account] > 0
    }
    return kept, put_all(staked, ((night.epoch, account, kept[account]) for account in kept))


def _less(amounts: Mapping[str, int], kept: Mapping[str, int]) -> dict[str, int]:
    return {account: amount - kept.get(account, 0) for account, amount in amounts.items()}
