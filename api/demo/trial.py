"""The demo's replayer: held, looked at, slashed from a real stake, heard, and refused."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from api.demo.people import Person, after_midnight_ms
from api.demo.stage import Stage
from rewards.reasons import in_words
from roadcomb.epochs import start_ms
from roadcomb.keys import account_of

__all__ = ["trial"]

STAKE = "100"
"""Tokens: what one drive that was made up can cost (rewards/policies/roadcomb.toml)."""
APPEAL_DAYS = 14
_OPERATOR = "the demo's operator"
_NOON_MS = 12 * 3_600_000
_PLEA = "I drove there myself, on another day"
_FOUND = "the pictures are another contributor's, re-encoded"
_REFUSED = "looked at again: the same parked cars, the same light, the same noise"

Say = Callable[[str], None]


def trial(stage: Stage, url: str, people: Sequence[Person], epoch: int, say: Say) -> int:
    """From the day `epoch` on, what becomes of whoever sent a drive that is held; answers the last
    epoch whose night was run."""
    held = json.loads(_operate(stage, "review", "list", "--json"))
    suspects = {person.key.public: person for person in people}
    stage.clock.set_ms(start_ms(epoch) + _NOON_MS)
    for case in held:
        person = suspects[case["contributor"]]
        _put_up_stake(stage, person, say)
        _accuse(stage, person, case, say)
    stage.clock.set_ms(start_ms(epoch + 1) + _NOON_MS)
    for case in held:
        _hear(stage, url, suspects[case["contributor"]], case["drive_id"], say)
    last = epoch + APPEAL_DAYS + 1
    stage.clock.set_ms(after_midnight_ms(last))
    stage.nightly()
    say(f"{APPEAL_DAYS} days and nights go by, and no appeal is granted.")
    for case in held:
        _read(stage, url, suspects[case["contributor"]], say)
    return last


def _put_up_stake(stage: Stage, person: Person, say: Say) -> None:
    """The operator has seen the deposit confirmed on the chain and records it."""
    transaction = "0x" + hashlib.sha256(f"deposit of {person.name}".encode()).hexdigest()
    account = account_of(person.key.public)
    words = ("stake", "deposit", account, STAKE, "--transaction", transaction, "--by", _OPERATOR)
    _operate(stage, *words)
    say(f"{person.name} has put up a stake of {STAKE} tokens; the operator saw it on the chain.")


def _accuse(stage: Stage, person: Person, case: Mapping[str, Any], say: Say) -> None:
    """The operator looks at the held drive, rejects it, and slashes for it."""
    drive: str = case["drive_id"]
    say(f"\n{person.name}'s drive is held: {in_words(case['reason'])}.")
    decision = ("--by", _OPERATOR, "--note", _FOUND)
    say(_operate(stage, "review", "reject", drive, *decision))
    say(_operate(stage, "slash", drive, *decision))


def _hear(stage: Stage, url: str, person: Person, drive: str, say: Say) -> None:
    """The contributor appeals; a person decides once more, and the same."""
    appeal = ("appeal", drive, "--words", _PLEA, "--to", url)
    say(f"{person.name} appeals: {stage.run(*appeal, environment=person.environment).strip()}")
    say(_operate(stage, "review", "reject", drive, "--by", _OPERATOR, "--note", _REFUSED))


def _read(stage: Stage, url: str, person: Person, say: Say) -> None:
    """What the contributor's own command says in the end."""
    said = stage.run("stake", "show", "--to", url, "--json", environment=person.environment)
    for sentence in json.loads(said)["words"]:
        say(f"{person.name} reads: {sentence}")


def _operate(stage: Stage, *words: str) -> str:
    return stage.run(*words, environment=stage.environment).strip()
