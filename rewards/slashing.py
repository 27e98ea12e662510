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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rewards.dated import Dated, Parts, put, take
from rewards.events import Event
from rewards.stake_rule import StakeRule
from roadcomb.canonical import digest_of_json
from roadcomb.errors import IntegrityError
from roadcomb.records import SLASH, Verdict

__all__ = [
    "KIND",
    "LAPSED",
    "LIFTED",
    "TAKEN",
    "Case",
    "Ended",
    "Holdings",
    "give_back",
    "judged",
    "open_case",
    "outcome",
    "receipt_of",
]

KIND = SLASH
"""Of events: {"account", "receipt": index in the log, "evidence": rewards/slash_evidence.py}."""

TAKEN, LIFTED, LAPSED = "taken", "lifted", "lapsed"


@dataclass(frozen=True, slots=True)
class Holdings:
    """What accounts have here and cannot claim: by the epoch that frees it, that it was staked in,
    that gives it back.
    """

    unvested: Dated
    staked: Dated
    cooling: Dated


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
class Ended:
    """How a case ended. epoch: in which; amount: base units that were taken, or given back."""

    number: int
    account: str
    receipt: int
    epoch: int
    outcome: str
    amount: int


def open_case(
    event: Event, rule: StakeRule, epoch: int, holdings: Holdings
) -> tuple[Case, Holdings]:
    """(the case of a decision, with what it sets aside; what its account has left).

    Raises IntegrityError for a body that is no decision.
    """
    account, receipt, evidence = _decision(event)
    unvested, left_unvested = take(holdings.unvested, account, rule.penalty)
    missing = rule.penalty - sum(unvested.values())
    staked, left_staked = take(holdings.staked, account, missing)
    missing -= sum(staked.values())
    cooling, left_cooling = take(holdings.cooling, account, missing)
    case = Case(
        number=event.number,
        account=account,
        receipt=receipt,
        evidence=evidence,
        decided=epoch,
        until=epoch + rule.appeal_days,
        state=Verdict.REJECTED.value,
        unvested=unvested,
        staked=staked,
        cooling=cooling,
    )
    return case, Holdings(left_unvested, left_staked, left_cooling)


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


def give_back(case: Case, holdings: Holdings) -> Holdings:
    """All that was set aside where it was, at its date: what has become due meanwhile is free."""
    return Holdings(
        put(holdings.unvested, case.account, case.unvested),
        put(holdings.staked, case.account, case.staked),
        put(holdings.cooling, case.account, case.cooling),
    )


def receipt_of(event: Event) -> int:
    """The receipt that a decision names. Raises IntegrityError for a body that is none."""
    return _decision(event)[1]


def _decision(event: Event) -> tuple[str, int, str]:
    """(account, receipt, digest of the evidence)."""
    match event.body:
        case {
            "account": str(account),
            "receipt": int(receipt),
            "evidence": Mapping() as evidence,
            **nothing,
        } if not nothing and receipt >= 0:
            return account, receipt, digest_of_json(evidence)
    raise IntegrityError(f"events.json: event {event.number} is no decision on a slash")
