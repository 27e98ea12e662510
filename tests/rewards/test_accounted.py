"""Nothing vanishes: every receipt of the log is accounted for, or the missing one is named."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from ingest.log import leaf_hash, root
from rewards.accounted import STATES, Accounting, LogPart, parse_log
from rewards.audit import audit
from rewards.differences import Difference
from rewards.nightly import nightly
from rewards.policy import Policy
from rewards.receipted import receipt_state
from roadcomb.catalog.tables import decisions, drives
from roadcomb.errors import IntegrityError, UsageError
from roadcomb.node import Node
from tests.rewards.town import DAY, Shot, add_drive, decide, person, set_day

LEAVES = [leaf_hash(bytes([number])) for number in range(12)]


def part(epoch: int, start: int, end: int, decided: dict[int, str] | None = None) -> LogPart:
    return LogPart(epoch, start, [leaf.hex() for leaf in LEAVES[start:end]], decided or {})


def root_of(size: int) -> str:
    return root(LEAVES[:size]).hex()


@given(st.lists(st.integers(0, 12), min_size=1, max_size=4).map(sorted), st.data())
def test_the_counts_of_all_states_are_the_log(sizes: list[int], data: st.DataObject) -> None:
    accounting, before = Accounting(), 0
    for epoch, size in enumerate(sizes):
        indices = st.integers(0, size - 1) if size else st.nothing()
        decided = data.draw(st.dictionaries(indices, st.sampled_from(STATES)))
        shown = parse_log(part(epoch, before, size, decided).to_bytes())
        accounting.add(shown, size, root_of(size))
        before = size
        assert sum(accounting.counts().values()) == size


def test_a_receipt_left_out_is_named() -> None:
    accounting = Accounting()
    accounting.add(part(1, 0, 4), 4, root_of(4))
    with pytest.raises(IntegrityError, match="receipt 4 is missing"):
        accounting.add(part(2, 5, 7), 7, root_of(7))
    with pytest.raises(IntegrityError, match="receipt 6 is missing"):
        accounting.add(part(2, 4, 6), 7, root_of(7))


def test_a_receipt_exchanged_makes_another_root() -> None:
    with pytest.raises(IntegrityError, match="do not hash to its root"):
        Accounting().add(LogPart(1, 0, [LEAVES[1].hex(), LEAVES[0].hex()], {}), 2, root_of(2))


def test_a_decision_on_no_receipt_is_refused() -> None:
    with pytest.raises(IntegrityError, match="receipt 2 was decided and never given"):
        Accounting().add(part(1, 0, 2, {2: "held"}), 2, root_of(2))


@pytest.mark.parametrize(
    "spoil",
    [
        {"leaves": ["ab"]},
        {"leaves": [5]},
        {"leaves": "x"},
        {"decided": {"-1": "held"}},
        {"decided": {"01": "held"}},
        {"decided": {"1": "lost"}},
        {"start": "0"},
        {"more": 1},
    ],
)
def test_a_file_that_is_no_part_of_a_log_is_refused(spoil: dict[str, object]) -> None:
    document = json.loads(part(1, 0, 2).to_bytes())
    with pytest.raises(IntegrityError, match=r"log\.json"):
        parse_log(json.dumps({**document, **spoil}).encode())


@pytest.fixture
def judged(node: Node, policy: Policy) -> Node:
    """Two nights: one drive accepted, one held and then rejected by a person."""
    add_drive(node, person("alice"), [Shot(0, 0, 800)])
    shots = [Shot(0, 3, 900)]
    held = add_drive(node, person("bob"), shots, verdict="held", reason="replay-suspected")
    nightly(node, policy)
    with node.catalog.reading() as connection:
        digest = connection.execute(
            sa.select(decisions.c.judgement).where(decisions.c.drive_id == held)
        ).scalar_one()
    decide(node, held, digest, shots, DAY + 1, "rejected", "replay-suspected")
    set_day(node, DAY + 2)
    nightly(node, policy)
    return node


def test_a_night_tells_each_decision_once(judged: Node) -> None:
    parts = [
        parse_log((judged.settings.published / str(epoch) / "log.json").read_bytes())
        for epoch in (DAY, DAY + 1)
    ]
    assert [one.decided for one in parts] == [{0: "accepted", 1: "held"}, {1: "rejected"}]
    assert [len(one.leaves) for one in parts] == [2, 0]
    counts = [found.receipts for found in audit(judged.settings.published)]
    assert [(one["accepted"], one["held"], one["rejected"]) for one in counts] == [
        (1, 1, 0),
        (1, 0, 1),
    ]


def leave_out(text: str) -> str:
    document = json.loads(text)
    return json.dumps({**document, "leaves": document["leaves"][:1]})


@pytest.mark.parametrize("change", [leave_out, lambda text: text.replace("held", "accepted")])
def test_the_audit_names_a_log_that_was_changed(judged: Node, change: Callable[[str], str]) -> None:
    path = judged.settings.published / str(DAY) / "log.json"
    path.write_text(change(path.read_text()))
    with pytest.raises(Difference, match=rf"{DAY}/log\.json"):
        list(audit(judged.settings.published))


def receipt_of(node: Node, index: int) -> str:
    with node.catalog.reading() as connection:
        found = sa.select(drives.c.receipt).where(drives.c.log_index == index)
        return str(connection.execute(found).scalar_one())


def test_a_contributor_asks_what_became_of_a_receipt(judged: Node, tmp_path: Path) -> None:
    accounting = Accounting()
    list(audit(judged.settings.published, accounting=accounting))
    mine = tmp_path / "receipt.json"
    told = []
    for index in (0, 1):
        mine.write_text(receipt_of(judged, index))
        told.append(receipt_state(mine, accounting))
    assert told == ["accepted", "rejected"]
    assert receipt_state(mine, Accounting()) == "newer than these books"
    accounting.leaves.reverse()
    with pytest.raises(IntegrityError, match="another receipt as entry 1"):
        receipt_state(mine, accounting)
    with pytest.raises(UsageError, match="cannot be read"):
        receipt_state(tmp_path / "lost", accounting)
