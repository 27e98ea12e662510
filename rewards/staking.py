"""Stakes: deposits, leaving with a cool-down, the gate of a minimum, and slashes; pure.

The laws: deposits are confirmed from outside and count once (rewards/recorded.py); what is asked
back cools down, can be slashed as long, and is then claimable, less what the policy takes for
leaving. Everything moves by transactions that sum to zero.

The order within an epoch: deposits, new cases, cases that end, leaving, what has cooled down; then
the night's vesting and earnings, and the gate (rewards/gate.py). So the events of a day may come in
any order.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rewards import ledger
from rewards.dated import Dated, Part, less, portion, put_all
from rewards.events import Event
from rewards.ledger import Transaction, purse
from rewards.mechanisms.collateral import termination_fee
from rewards.slashing import (
    TAKEN,
    Case,
    Ended,
    Holdings,
    judged,
    open_cases,
    outcome,
)
from rewards.stake_rule import BURNED, UNALLOCATED, StakeRule
from rewards.vested import release
from roadcomb.errors import IntegrityError
from roadcomb.records import SLASH

__all__ = [
    "DEPOSIT",
    "WITHDRAWAL",
    "Night",
    "Settled",
    "Stakes",
    "settle",
]

DEPOSIT = "stake-deposit"
"""Kind of events: {"account", "amount": base units as decimal text, "transaction"}."""
WITHDRAWAL = "stake-withdrawal"
"""Kind of events: {"account", "amount"}."""

Entries = list[tuple[str, int]]
"""What moves: base units by ledger account."""


@dataclass(frozen=True, slots=True)
class Stakes:
    """staked: by the epoch it came in; cooling: by the epoch that gives it back; cases: open ones,
    by number; ended: every other one so far.
    """

    staked: Dated = field(default_factory=dict)
    cooling: Dated = field(default_factory=dict)
    cases: tuple[Case, ...] = ()
    ended: tuple[Ended, ...] = ()


@dataclass(frozen=True, slots=True)
class Night:
    """What an epoch brings: events of any kind; decided: new states of receipts in the log."""

    epoch: int
    rule: StakeRule
    events: Sequence[Event]
    decided: Mapping[int, str]
    bindings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Settled:
    """unvested: what is locked after it, of which what is due is still to be released."""

    transactions: tuple[Transaction, ...]
    stakes: Stakes
    unvested: Dated


def settle(night: Night, before: Stakes, unvested: Dated) -> Settled:
    """Everything of an epoch's stakes but the gate. Raises IntegrityError for events of no form."""
    staked, deposited = _deposited(night, before.staked)
    held = Holdings(unvested, staked, before.cooling)
    opened, held, disputed = _opened(night, before, held)
    cases, ended, held, closed = _ended(night, (*before.cases, *opened), held)
    held, left = _left(night, held)
    back, cooling = release(held.cooling, night.epoch)
    transactions = [
        _moved(night, "staked", deposited),
        _moved(night, "disputed", disputed),
        _moved(night, "slashed", closed),
        _moved(night, "cooling", left),
        _moved(night, "unstaked", _unstaked(night, back)),
    ]
    return Settled(
        tuple(one for one in transactions if one.entries),
        Stakes(held.staked, cooling, tuple(cases), (*before.ended, *ended)),
        held.unvested,
    )


def _deposited(night: Night, staked: Dated) -> tuple[Dated, Entries]:
    found = _amounts(night.events, DEPOSIT)
    arriving = [(ledger.STAKE + account, amount) for account, amount in found.items()]
    parts = ((night.epoch, account, amount) for account, amount in found.items())
    return put_all(staked, parts), [(ledger.DEPOSITED, -sum(found.values())), *arriving]


def _opened(night: Night, before: Stakes, held: Holdings) -> tuple[list[Case], Holdings, Entries]:
    """(new cases, what accounts have left, what moves)."""
    decisions = [event for event in night.events if event.kind == SLASH]
    opened = open_cases(decisions, night.rule, night.epoch, held)
    receipts = [case.receipt for case in (*before.cases, *opened)]
    receipts += [ended.receipt for ended in before.ended]
    for receipt, times in Counter(receipts).items():
        if times > 1:
            raise IntegrityError(f"events.json: the drive of receipt {receipt} is slashed twice")
    entries = [entry for case in opened for entry in _set_aside(case, 1)]
    return opened, held.without(opened), entries


def _ended(
    night: Night, cases: Sequence[Case], held: Holdings
) -> tuple[list[Case], list[Ended], Holdings, Entries]:
    """(cases that go on, those that end, what accounts have then, what moves)."""
    going_on, ended, back, entries = list[Case](), list[Ended](), list[Case](), Entries()
    for case in judged(cases, night.decided):
        how = outcome(case, night.epoch)
        if how is None:
            going_on.append(case)
            continue
        ended.append(_ending(case, night.epoch, how))
        if how == TAKEN:
            entries += _taken(case, night.rule)
        else:
            back.append(case)
            entries += _set_aside(case, -1)
    return going_on, ended, held.given_back(back), entries


def _left(night: Night, held: Holdings) -> tuple[Holdings, Entries]:
    """What is asked back, as far as it is there, starts to cool down."""
    taken, cooling, entries = list[Part](), list[Part](), Entries()
    for account, asked in _amounts(night.events, WITHDRAWAL).items():
        parts = portion(held.staked, account, asked, oldest_first=True)
        fee = sum(_fee(night, amount, since) for since, amount in parts.items())
        amount = sum(parts.values()) - fee
        taken += [(since, account, part) for since, part in parts.items()]
        cooling.append((night.epoch + night.rule.cool_down_days, account, amount))
        entries += [
            (ledger.STAKE + account, -amount - fee),
            (ledger.COOLING + account, amount),
            (_place(night.rule), fee),
        ]
    left = less(held.staked, taken)
    return Holdings(held.unvested, left, put_all(held.cooling, cooling)), entries


def _fee(night: Night, amount: int, since: int) -> int:
    if night.rule.leaving is None:
        return 0
    return min(amount, termination_fee(amount, night.epoch - since, 0, night.rule.leaving))


def _unstaked(night: Night, back: Mapping[str, int]) -> Entries:
    leaving = [(ledger.COOLING + account, -amount) for account, amount in back.items()]
    return leaving + [(purse(account, night.bindings), amount) for account, amount in back.items()]


def _set_aside(case: Case, sign: int) -> Entries:
    """1: what a case sets aside; -1: all of it given back."""
    places = (
        (ledger.VESTING, case.unvested),
        (ledger.STAKE, case.staked),
        (ledger.COOLING, case.cooling),
    )
    taken = [(name + case.account, -sign * sum(parts.values())) for name, parts in places]
    return [*taken, (ledger.DISPUTED + case.account, sign * case.amount)]


def _taken(case: Case, rule: StakeRule) -> Entries:
    return [(ledger.DISPUTED + case.account, -case.amount), (_place(rule), case.amount)]


def _place(rule: StakeRule) -> str:
    """The ledger account of what is slashed."""
    own = {BURNED: ledger.BURNED, UNALLOCATED: ledger.UNALLOCATED}
    return own.get(rule.slashed, ledger.TREASURY + rule.slashed)


def _ending(case: Case, epoch: int, how: str) -> Ended:
    return Ended(case.number, case.account, case.receipt, epoch, how, case.amount)


def _moved(night: Night, name: str, entries: Entries) -> Transaction:
    return ledger.moved(f"{night.epoch}/{name}", entries)


def _amounts(events: Sequence[Event], kind: str) -> dict[str, int]:
    """Base units by account of the events of a kind, in order of the accounts."""
    found: dict[str, int] = {}
    for account, amount in (_amount(event) for event in events if event.kind == kind):
        found[account] = found.get(account, 0) + amount
    return dict(sorted(found.items()))


def _amount(event: Event) -> tuple[str, int]:
    match event.body:
        case {"account": str(account), "amount": str(amount), **more} if more.keys() == _more(
            event
        ):
            if amount.isascii() and amount.isdecimal() and int(amount) > 0:
                return account, int(amount)
    raise IntegrityError(f"events.json: event {event.number} ({event.kind}) names no amount")


def _more(event: Event) -> set[str]:
    return {"transaction"} if event.kind == DEPOSIT else set()
