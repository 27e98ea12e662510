"""Slashing: from a decision with its evidence to what is taken, or given back; pure.

The laws:

- a case sets aside at most the policy's penalty, and never more than its account has unvested,
  staked and cooling down, in this order; nothing that is claimable is ever touched;
- it takes nothing before its window for appeals is over: then what the transparency log says of the
  drive's receipt decides. Rejected (or deleted) takes; accepted, at any time before, gives all back
  as if nothing had happened; held is an appeal that nobody has decided yet, and waits;
- an appeal that stays undecided for as long again lapses: all is given back, so that no operator
  keeps somebody's money by silence;
- a drive is slashed once.

The receipts' states are public and proved (rewards/accounted.py), so whether there was an appeal in
time, and what became of it, is nobody's word.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from rewards.dated import Dated, Part, Parts, less, only, portion, put_all
from rewards.events import Event
from rewards.stake_rule import StakeRule
from roadcomb.canonical import digest_of_json
from roadcomb.errors import IntegrityError
from roadcomb.records import Verdict

__all__ = [
    "LAPSED",
    "LIFTED",
    "TAKEN",
    "Case",
    "Ended",
    "Holdings",
    "judged",
    "open_cases",
    "outcome",
    "receipt_of",
]

TAKEN, LIFTED, LAPSED = "taken", "lifted", "lapsed"


@dataclass(frozen=True, slots=True)
class Case:
    """What a slash has set aside. number: of its event; evidence: digest of what it shows;
    decided: its epoch; until: the last one of the window; state: of the receipt, as the log says.
    """

    number: int
    account: str
    receipt: int
    evidence: str
    decided: int
    until: int
    state: str
    unvested: Parts
    staked: Parts
    cooling: Parts

    @property
    def amount(self) -> int:
        """Base units that are set aside."""
        return sum(sum(parts.values()) for parts in (self.unvested, self.staked, self.cooling))

    @property
    def lapses(self) -> int:
        """The epoch in which an appeal that is still undecided ends the case."""
        return 2 * self.until - self.decided


@dataclass(frozen=True, slots=True)
class Holdings:
    """What accounts have here and cannot claim: by the epoch that frees it, that it was staked in,
    that gives it back.
    """

    unvested: Dated
    staked: Dated
    cooling: Dated

    def of(self, accounts: Collection[str]) -> "Holdings":
        """Of some accounts only."""
        return Holdings(*(only(dated, accounts) for dated in self._places()))

    def without(self, cases: Sequence[Case]) -> "Holdings":
        """After what cases set aside."""
        return Holdings(*map(less, self._places(), _set_aside(cases)))

    def given_back(self, cases: Sequence[Case]) -> "Holdings":
        """With all that was set aside where it was, at its date: what has become due is free."""
        return Holdings(*map(put_all, self._places(), _set_aside(cases)))

    def _places(self) -> tuple[Dated, Dated, Dated]:
        return self.unvested, self.staked, self.cooling


@dataclass(frozen=True, slots=True)
class Ended:
    """How a case ended. epoch: in which; amount: base units that were taken, or given back."""

    number: int
    account: str
    receipt: int
    epoch: int
    outcome: str
    amount: int


def open_cases(
    events: Sequence[Event], rule: StakeRule, epoch: int, holdings: Holdings
) -> list[Case]:
    """The cases of decisions, in order of their numbers, with what each sets aside.

    Raises IntegrityError for a body that is no decision.
    """
    left = holdings.of({_decision(event)[0] for event in events})
    opened: list[Case] = []
    for event in sorted(events, key=lambda event: event.number):
        case = _open(event, rule, epoch, left)
        left = left.without([case])
        opened.append(case)
    return opened


def judged(cases: Sequence[Case], decided: Mapping[int, str]) -> list[Case]:
    """The cases with what the log says of their receipts by now; decided: what is new in it."""
    return [replace(case, state=decided.get(case.receipt, case.state)) for case in cases]


def outcome(case: Case, epoch: int) -> str | None:
    """How the case ends in an epoch; None: not yet."""
    if case.state == Verdict.ACCEPTED:
        return LIFTED
    if case.state == Verdict.HELD:
        return LAPSED if epoch >= case.lapses else None
    return TAKEN if epoch >= case.until else None


def receipt_of(event: Event) -> int:
    """The receipt that a decision names. Raises IntegrityError for a body that is none."""
    return _decision(event)[1]


def _open(event: Event, rule: StakeRule, epoch: int, holdings: Holdings) -> Case:
    account, receipt, evidence = _decision(event)
    unvested = portion(holdings.unvested, account, rule.penalty)
    missing = rule.penalty - sum(unvested.values())
    staked = portion(holdings.staked, account, missing)
    missing -= sum(staked.values())
    return Case(
        number=event.number,
        account=account,
        receipt=receipt,
        evidence=evidence,
        decided=epoch,
        until=epoch + rule.appeal_days,
        state=Verdict.REJECTED.value,
        unvested=unvested,
        staked=staked,
        cooling=portion(holdings.cooling, account, missing),
    )


def _set_aside(cases: Sequence[Case]) -> tuple[list[Part], list[Part], list[Part]]:
    """What cases set aside of what is unvested, staked and cooling down."""
    return (
        [(date, case.account, part) for case in cases for date, part in case.unvested.items()],
        [(date, case.account, part) for case in cases for date, part in case.staked.items()],
        [(date, case.account, part) for case in cases for date, part in case.cooling.items()],
    )


def _decision(event: Event) -> tuple[str, int, str]:
    """(account, index of the receipt in the log, digest of the evidence: slash_evidence.py)."""
    match event.body:
        case {
            "account": str(account),
            "receipt": int(receipt),
            "evidence": Mapping() as evidence,
            **nothing,
        } if not nothing and receipt >= 0:
            return account, receipt, digest_of_json(evidence)
    raise IntegrityError(f"events.json: event {event.number} is no decision on a slash")
