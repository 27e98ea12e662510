"""Nights of stakes in memory: what happens, and what the ledger says then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rewards import ledger
from rewards.dated import Dated
from rewards.events import Event
from rewards.gate import fill
from rewards.stake_rule import BURNED, StakeRule
from rewards.staking import DEPOSIT, WITHDRAWAL, Night, Stakes, settle
from rewards.vested import release
from roadcomb.records import SLASH

RULE = StakeRule(
    minimum=1000, fill=False, cool_down_days=3, appeal_days=2, slash=500, slashed=BURNED
)
PENALTY = RULE.penalty
ANN, BEN = "a" * 64, "b" * 64


def deposit(number: int, account: str, amount: int) -> Event:
    body = {"account": account, "amount": str(amount), "transaction": f"0x{number:064x}"}
    return Event(number, DEPOSIT, body)


def withdrawal(number: int, account: str, amount: int) -> Event:
    return Event(number, WITHDRAWAL, {"account": account, "amount": str(amount)})


def slash(number: int, account: str, receipt: int) -> Event:
    return Event(
        number, SLASH, {"account": account, "receipt": receipt, "evidence": {"note": "copied"}}
    )


@dataclass(frozen=True, slots=True)
class Day:
    """events of it, what the log says of receipts, and what accounts earn free at once."""

    events: Sequence[Event] = ()
    decided: Mapping[int, str] = field(default_factory=dict)
    earned: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lived:
    """What is known after some days; epoch: the next one."""

    stakes: Stakes = field(default_factory=Stakes)
    unvested: Dated = field(default_factory=dict)
    balances: Mapping[str, int] = field(default_factory=dict)
    epoch: int = 10

    def of(self, prefix: str, account: str) -> int:
        """A balance."""
        return self.balances.get(prefix + account, 0)

    def wealth(self, account: str) -> int:
        """All that is an account's, wherever it lies."""
        places = (ledger.VESTING, ledger.STAKE, ledger.COOLING, ledger.DISPUTED, ledger.UNBOUND)
        return sum(self.of(place, account) for place in places)


def vesting(parts: Dated) -> Lived:
    """A beginning with something unvested."""
    whole = [(name, amount) for amounts in parts.values() for name, amount in amounts.items()]
    entries = [(ledger.VESTING + name, amount) for name, amount in whole]
    emitted = [(ledger.EMISSION, -sum(amount for _, amount in whole))]
    return Lived(unvested=parts, balances=ledger.post({}, [ledger.moved("0", entries + emitted)]))


def live(lived: Lived, days: Sequence[Day], rule: StakeRule = RULE) -> Lived:
    """After further days, each as the books close it."""
    for day in days:
        lived = _one(lived, day, rule)
    return lived


def _one(lived: Lived, day: Day, rule: StakeRule) -> Lived:
    night = Night(lived.epoch, rule, day.events, day.decided, {})
    settled = settle(night, lived.stakes, lived.unvested)
    due, still = release(settled.unvested, lived.epoch)
    gate = fill(night, settled.stakes, due, day.earned)
    kept = [(ledger.VESTING + name, day.earned[name] - gate.earned[name]) for name in day.earned]
    free = [(ledger.UNBOUND + name, gate.earned[name]) for name in day.earned]
    emitted = [(ledger.EMISSION, -sum(day.earned.values())), *kept, *free]
    transactions = [
        *settled.transactions,
        ledger.vested(lived.epoch, gate.due, {}),
        ledger.moved("emission", emitted),
        gate.transaction,
    ]
    return replace(
        lived,
        stakes=gate.stakes,
        unvested=still,
        balances=ledger.post(lived.balances, transactions),
        epoch=lived.epoch + 1,
    )
