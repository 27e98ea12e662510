"""Stakes through whole nights with vesting and the gate: found equal, and what is changed named."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rewards import ledger
from rewards.accusing import slash
from rewards.audit import audit
from rewards.bookkeeping import verify_ledger
from rewards.chain import newest
from rewards.depositing import ask_back, deposit
from rewards.differences import Difference
from rewards.documents import balances_of
from rewards.nightly import nightly
from rewards.policy import Policy, parse_policy
from rewards.shelf import file_of
from roadcomb.canonical import canonical_json
from roadcomb.keys import account_of
from roadcomb.node import Node
from tests.rewards.earning import POLICY
from tests.rewards.town import DAY, Shot, add_drive, open_town, person, set_day

ALICE, BOB = person("alice"), person("bob")
STREET = [Shot(10 + index / 10, index, 900) for index in range(8)]
MORE = """
[[purposes]]
name = "care"
share = 100
kind = "treasury"
[vesting]
immediate = 250
days = 4
step_days = 2
[stake]
minimum = 500
gate = "fill"
cool_down_days = 2
appeal_days = 3
slash = 800
slashed = "care"
"""


def staked_policy() -> Policy:
    """1,000 base units a day, 900 of them for coverage."""
    text = POLICY.format(pool=1000, ceiling=10**30, minimum=100)
    return parse_policy((text.replace("share = 1000", "share = 900") + MORE).encode())


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Bob deposited, replayed and was slashed; Alice's first earnings were kept; nights passed."""
    node = open_town(tmp_path_factory.mktemp("staked") / "node")
    add_drive(node, ALICE, STREET)
    add_drive(node, BOB, STREET[:4])
    copy = add_drive(node, BOB, STREET, verdict="rejected", reason="replay", name="copy")
    set_day(node, DAY)
    deposit(node, account_of(BOB.public), 300, "0x" + "5e" * 32, "Ann")
    for day in range(1, 9):
        set_day(node, DAY + day)
        if day == 2:
            slash(node, copy, "Ann", "copies of another's pictures")
            ask_back(node, BOB.public, 100)
        nightly(node, staked_policy())
    yield node
    node.catalog.close()


def after(node: Node) -> dict[str, int]:
    last = newest(node)
    assert last is not None
    return balances_of(file_of(node.blobs, last.manifest, "ledger.json"))


def test_what_was_earned_staked_slashed_and_freed_adds_up(lived: Node) -> None:
    found, bob = after(lived), account_of(BOB.public)
    assert sum(found.values()) == 0
    assert found["treasury:care"] == 8 * 100 + 400
    alice = {place: found.get(place + account_of(ALICE.public), 0) for place in PLACES}
    assert alice[ledger.STAKE] == 500
    mine = sum(found.get(place + bob, 0) for place in PLACES)
    assert mine + sum(alice.values()) == 900 + 300 - 400
    assert ledger.DISPUTED + bob not in found


def test_the_audit_finds_it_equal_and_the_catalogs_ledger_is_the_signed_one(lived: Node) -> None:
    assert len(list(audit(lived.settings.published, lived.key.public))) == 8
    assert len(list(verify_ledger(lived))) == 8


@pytest.mark.parametrize("name", ["stake.json", "events.json"])
def test_one_changed_value_is_named(lived: Node, name: str) -> None:
    path = lived.settings.published / str(DAY + 2) / name
    original = path.read_bytes()
    try:
        for changed in _changed(json.loads(original)):
            path.write_bytes(canonical_json(changed))
            with pytest.raises(Difference) as found:
                list(audit(lived.settings.published, lived.key.public))
            assert found.value.file == f"{DAY + 2}/{name}", changed
    finally:
        path.write_bytes(original)


PLACES = (ledger.STAKE, ledger.COOLING, ledger.VESTING, ledger.UNBOUND)


def _changed(value: Any) -> Iterator[Any]:
    """The document with one value changed, for each of its values."""
    if isinstance(value, dict):
        for key in value:
            yield from ({**value, key: changed} for changed in _changed(value[key]))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from (
                [*value[:place], changed, *value[place + 1 :]] for changed in _changed(each)
            )
    else:
        yield value + 1 if isinstance(value, int) else f"{value}1"
