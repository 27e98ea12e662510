"""Policies that compose more than the default does: through whole nights, and found equal."""

import hashlib
import re
from pathlib import Path

import pytest

from ingest.payout import sign_binding
from rewards import ledger
from rewards.audit import audit
from rewards.bindings import bind, parse_binding
from rewards.chain import newest
from rewards.documents import balances_of
from rewards.earned import HARDWARE
from rewards.nightly import nightly
from rewards.policy import POLICIES, Policy, parse_policy
from rewards.shelf import file_of
from rewards.statement import statement_of
from roadcomb.node import Node
from tests.rewards.earning import POLICY, account
from tests.rewards.town import DAY, Shot, add_drive, person, set_day

ALICE = person("alice")
ADDRESS = "0x" + "a" * 40
STREET = [Shot(10 + index / 10, index, 900) for index in range(8)]
MORE = """
[[purposes]]
name = "operations"
share = 100
kind = "treasury"
[vesting]
immediate = 250
days = 4
step_days = 2
"""


def composed(more: str = MORE, map_share: int = 900) -> Policy:
    text = POLICY.format(pool=1000, ceiling=10**30, minimum=100)
    return parse_policy((text.replace("share = 1000", f"share = {map_share}") + more).encode())


def balances(node: Node) -> dict[str, int]:
    last = newest(node)
    assert last is not None
    return balances_of(file_of(node.blobs, last.manifest, "ledger.json"))


def test_what_vests_is_claimable_when_its_day_has_come_and_never_falls(node: Node) -> None:
    policy = composed()
    add_drive(node, ALICE, STREET)
    now_ms = node.clock.now_ms() - 4 * 86_400_000
    bind(node, parse_binding(sign_binding(ALICE, ADDRESS, now_ms), now_ms))
    claimable, vesting = [], []
    for epoch in range(DAY, DAY + 7):
        set_day(node, epoch + 1)
        nightly(node, policy)
        found = balances(node)
        claimable.append(
            ledger.claims(found).get(ADDRESS, 0) + found.get(ledger.UNBOUND + account("alice"), 0)
        )
        vesting.append(found.get(ledger.VESTING + account("alice"), 0))
        assert sum(found.values()) == 0
    assert claimable == sorted(claimable)
    assert (claimable[0], claimable[-1]) == (225, 900)
    assert all(one + other == 900 for one, other in zip(claimable, vesting, strict=True))
    assert vesting[-1] == 0
    assert [each.epoch for each in audit(node.settings.published)] == list(range(DAY, DAY + 7))


def test_a_treasury_gets_its_share_whether_or_not_anybody_drove(node: Node) -> None:
    policy = composed()
    add_drive(node, ALICE, STREET)
    for epoch in (DAY, DAY + 1):
        set_day(node, epoch + 1)
        nightly(node, policy)
    found = balances(node)
    assert found[ledger.TREASURY + "operations"] == 200
    assert found[ledger.UNALLOCATED] == 900
    assert found[ledger.EMISSION] == -2000


def test_a_statement_tells_what_is_not_free_yet(node: Node) -> None:
    add_drive(node, ALICE, STREET)
    nightly(node, composed())
    books = statement_of(node, ALICE.public)["books"]
    assert int(books["vesting"]) + int(books["waiting_for_address"]) == 900


def within_reach(path: Path) -> Policy:
    """The policy, with a week's floor that a street of some cells reaches."""
    text = re.sub(rb"(?m)^floor = .*$", b"floor = 3", path.read_bytes())
    return parse_policy(text)


@pytest.mark.parametrize("path", sorted(POLICIES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_network_runs_nightly_and_is_found_equal(node: Node, path: Path) -> None:
    policy = within_reach(path)
    for driver, way in ((ALICE, STREET), (person("bob"), STREET[2:5])):
        device = hashlib.sha256(driver.public.encode()).hexdigest()
        add_drive(node, driver, way, device=(device, HARDWARE))
    for epoch in (DAY, DAY + 1):
        set_day(node, epoch + 1)
        nightly(node, policy)
    found = balances(node)
    assert sum(found.values()) == 0
    assert found[ledger.EMISSION] == -policy.emission.at(DAY) - policy.emission.at(DAY + 1)
    assert found[ledger.UNBOUND + account("alice")] > found[ledger.UNBOUND + account("bob")] > 0
    assert len(list(audit(node.settings.published))) == 2
