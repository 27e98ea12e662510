"""The demo's replayer: held, looked at, slashed from a real stake, heard, and refused."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from api.demo.people import Person
from api.demo.stage import OPERATOR, Say, Stage
from rewards.reasons import of_drive
from roadcomb.keys import account_of
from roadcomb.records import Verdict

__all__ = ["Case", "accuse", "hear", "read_stakes"]

STAKE = "100"
"""Tokens: what one drive that was made up can cost (rewards/policies/roadcomb.toml)."""
_PLEA = "I drove there myself, on another day"
_FOUND = "the pictures are another contributor's, re-encoded"
_REFUSED = "looked at again: the same parked cars, the same light, the same noise"


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody's drive that is held, and why."""

    person: Person
    drive: str
    reason: str


def accuse(stage: Stage, people: Sequence[Person], say: Say) -> list[Case]:
    """The operator looks at what is held, rejects it, and slashes for it."""
    held = json.loads(stage.operate("review", "list", "--json"))
    suspects = {person.key.public: person for person in people}
    cases = [Case(suspects[each["contributor"]], each["drive_id"], each["reason"]) for each in held]
    for case in cases:
        _put_up_stake(stage, case.person, say)
        _accuse(stage, case, say)
    return cases


def hear(stage: Stage, url: str, cases: Sequence[Case], say: Say) -> None:
    """Each appeals; a person decides once more, and the same."""
    for case in cases:
        words = ("appeal", case.drive, "--words", _PLEA, "--to", url)
        said = stage.run(*words, environment=case.person.environment).strip()
        say(f"\n{case.person.name} appeals: {said}")
        say(stage.operate("review", "reject", case.drive, "--by", OPERATOR, "--note", _REFUSED))


def read_stakes(stage: Stage, url: str, cases: Sequence[Case], say: Say) -> None:
    """What each contributor's own command says in the end."""
    for case in cases:
        words = ("stake", "show", "--to", url, "--json")
        said = stage.run(*words, environment=case.person.environment)
        for sentence in json.loads(said)["words"]:
            say(f"{case.person.name} reads: {sentence}")


def _put_up_stake(stage: Stage, person: Person, say: Say) -> None:
    """The operator has seen the deposit confirmed on the chain and records it."""
    transaction = "0x" + hashlib.sha256(f"deposit of {person.name}".encode()).hexdigest()
    account = account_of(person.key.public)
    words = ("stake", "deposit", account, STAKE, "--transaction", transaction, "--by", OPERATOR)
    stage.operate(*words)
    say(f"{person.name} has put up a stake of {STAKE} tokens; the operator saw it on the chain.")


def _accuse(stage: Stage, case: Case, say: Say) -> None:
    say(f"\n{case.person.name}'s drive is held: {of_drive(case.reason, Verdict.HELD.value)}.")
    decision = ("--by", OPERATOR, "--note", _FOUND)
    say(stage.operate("review", "reject", case.drive, *decision))
    say(stage.operate("slash", case.drive, *decision))
