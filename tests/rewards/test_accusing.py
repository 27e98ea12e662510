"""A replayer is rejected by a person, slashed from a real stake, appeals, and loses or wins."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ingest.appeal import parse_appeal, sign_appeal
from quality.appeals import MOST, appeal
from quality.deleting import delete_drive
from quality.judge import judge_pending
from quality.review import decide
from rewards import ledger
from rewards.accusing import slash
from rewards.audit import audit
from rewards.chain import newest
from rewards.depositing import ask_back, deposit
from rewards.differences import Difference
from rewards.documents import balances_of
from rewards.nightly import nightly
from rewards.policy import read_policy
from rewards.shelf import file_of
from rewards.slash_evidence import sealed
from rewards.stake_of import stake_of
from roadcomb.canonical import parse_json
from roadcomb.catalog.tables import decisions, drives, events
from roadcomb.clock import FileClock
from roadcomb.engine import InlineEngine
from roadcomb.epochs import epoch_of, start_ms
from roadcomb.errors import Conflict, NotFound, UsageError
from roadcomb.keys import account_of
from roadcomb.node import Node
from roadcomb.records import Verdict
from tests.databases import copied_folder
from tests.drives import NOW_MS, contributor, make_node
from tests.quality.deliveries import copied, deliver
from tests.quality.pictures import drawn_frames

ALICE, MALLORY = contributor(1), contributor(3)
ACCOUNT = account_of(MALLORY.public)
TOKEN = 10**9
DAY = epoch_of(NOW_MS)
TRANSACTION = "0x" + "5e" * 32
NOTE = "five pictures are copies of another driver's"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node where Alice drove, and Mallory sent her pictures again: held."""
    folder = tmp_path_factory.mktemp("judged") / "node"
    node = make_node(folder)
    deliver(node, ALICE, drawn_frames()[:5])
    deliver(node, MALLORY, [copied(data) for data in drawn_frames()[:5]])
    judge_pending(node, InlineEngine())
    node.catalog.close()
    return folder


@pytest.fixture
def node(judged: Path, tmp_path: Path) -> Iterator[Node]:
    """Mallory has 300 tokens staked, and a person has rejected their drive."""
    made = make_node(copied_folder(judged, tmp_path / "node"))
    deposit(made, ACCOUNT, 300 * TOKEN, TRANSACTION, "Ann")
    decide(made, replay_of(made), Verdict.REJECTED, "Ann", "a copy")
    yield made
    made.catalog.close()


def replay_of(node: Node) -> str:
    query = sa.select(drives.c.drive_id).where(drives.c.contributor == MALLORY.public)
    with node.catalog.reading() as connection:
        return str(connection.execute(query).scalar_one())


def go_to(node: Node, days: int) -> None:
    """Nights pass until `days` after the first."""
    assert isinstance(node.clock, FileClock)
    node.clock.set_ms(start_ms(DAY + days) + 3_600_000)
    nightly(node, read_policy())


def say(node: Node, words: str = "it was my card") -> None:
    now_ms, drive = node.clock.now_ms(), replay_of(node)
    appeal(node, parse_appeal(sign_appeal(MALLORY, drive, words, now_ms), drive, now_ms))


def balance(node: Node, account: str) -> int:
    last = newest(node)
    assert last is not None
    return balances_of(file_of(node.blobs, last.manifest, "ledger.json")).get(account, 0)


def only_case(node: Node) -> dict[str, Any]:
    (case,) = stake_of(node, MALLORY.public)["cases"]
    return dict(case)


def test_a_replayer_is_slashed_when_the_days_for_appeals_are_over(node: Node) -> None:
    slash(node, replay_of(node), "Ann", NOTE)
    go_to(node, 14)
    assert balance(node, ledger.DISPUTED + ACCOUNT) == 100 * TOKEN
    go_to(node, 15)
    assert balance(node, ledger.BURNED) == 100 * TOKEN
    assert balance(node, ledger.STAKE + ACCOUNT) == 200 * TOKEN
    (ended,) = stake_of(node, MALLORY.public)["ended"]
    assert (ended["outcome"], ended["amount"]) == ("taken", str(100 * TOKEN))
    assert len(list(audit(node.settings.published, node.key.public))) == 15


def test_an_appeal_that_is_lost_takes_it_and_one_that_is_won_gives_it_back(node: Node) -> None:
    slash(node, replay_of(node), "Ann", NOTE)
    go_to(node, 14)
    say(node)
    go_to(node, 16)
    assert balance(node, ledger.DISPUTED + ACCOUNT) == 100 * TOKEN
    decide(node, replay_of(node), Verdict.REJECTED, "Ben", "the card shows other streets")
    go_to(node, 17)
    assert balance(node, ledger.BURNED) == 100 * TOKEN
    assert len(list(audit(node.settings.published, node.key.public))) == 17


def test_an_appeal_that_is_won_gives_all_back(node: Node) -> None:
    slash(node, replay_of(node), "Ann", NOTE)
    go_to(node, 2)
    say(node)
    decide(node, replay_of(node), Verdict.ACCEPTED, "Ben", "two cameras", copies=True)
    go_to(node, 3)
    assert balance(node, ledger.STAKE + ACCOUNT) == 300 * TOKEN
    assert balance(node, ledger.BURNED) == 0
    assert list(audit(node.settings.published, node.key.public))


def test_whoever_is_slashed_reads_it_at_once_with_the_last_day_to_appeal(node: Node) -> None:
    slash(node, replay_of(node), "Ann", NOTE)
    stake = stake_of(node, MALLORY.public)
    assert only_case(node)["appeal_until"] == "2026-01-19"
    assert any("2026-01-19" in words and NOTE in words for words in stake["words"])
    assert stake["staked"] == str(200 * TOKEN)
    go_to(node, 1)
    assert only_case(node)["appeal_until"] == "2026-01-19"
    say(node)
    assert "with a person" in stake_of(node, MALLORY.public)["words"][1]


def test_others_see_nothing_of_it(node: Node) -> None:
    slash(node, replay_of(node), "Ann", NOTE)
    assert stake_of(node, ALICE.public)["cases"] == []
    assert stake_of(node, ALICE.public)["words"] == []


def test_the_published_evidence_tells_kinds_and_counts_and_commits_to_the_rest(node: Node) -> None:
    drive = replay_of(node)
    slash(node, drive, "Ann", NOTE)
    go_to(node, 1)
    last = newest(node)
    assert last is not None
    published = file_of(node.blobs, last.manifest, "events.json")
    listed: Any = parse_json(published)
    evidence = listed["events"][-1]["body"]["evidence"]
    assert (evidence["alike"], evidence["frames"], evidence["note"]) == (5, 5, NOTE)
    with node.catalog.reading() as connection:
        row = connection.execute(sa.select(drives).where(drives.c.drive_id == drive)).one()
        text = connection.execute(
            sa.select(decisions.c.evidence).where(decisions.c.id == row.decision)
        ).scalar_one()
    assert evidence["sealed"] == sealed(row.salt, text)
    for secret in (drive, row.public_id, MALLORY.public, "Ann"):
        assert secret.encode() not in published


def test_a_drive_is_not_slashed_twice_and_the_same_slash_again_is_the_same(node: Node) -> None:
    first = slash(node, replay_of(node), "Ann", NOTE)
    assert slash(node, replay_of(node), "Ann", NOTE) == first
    with pytest.raises(Conflict, match="recorded already"):
        slash(node, replay_of(node), "Ann", "another reason")


def test_only_a_rejected_drive_is_slashed_for(node: Node) -> None:
    say(node)
    with pytest.raises(Conflict, match="held"):
        slash(node, replay_of(node), "Ann", NOTE)
    decide(node, replay_of(node), Verdict.ACCEPTED, "Ben", "two cameras", copies=True)
    with pytest.raises(Conflict, match="accepted"):
        slash(node, replay_of(node), "Ann", NOTE)


def test_a_deleted_drive_is_not_slashed_for(node: Node) -> None:
    drive = replay_of(node)
    delete_drive(node, drive, MALLORY.public)
    with pytest.raises(Conflict, match="deleted"):
        slash(node, drive, "Ann", NOTE)


def test_a_machines_rejection_is_not_enough_unless_it_is_proved(node: Node) -> None:
    drive = replay_of(node)
    _machine_says(node, drive, "too-dark")
    with pytest.raises(Conflict, match="a person rejects it first"):
        slash(node, drive, "Ann", NOTE)
    _machine_says(node, drive, "replay")
    assert slash(node, drive, "Ann", NOTE).penalty == 100 * TOKEN


@pytest.mark.parametrize(("by", "note"), [("", NOTE), ("Ann", " "), ("Ann", "x" * 2001)])
def test_a_slash_needs_a_name_and_words(node: Node, by: str, note: str) -> None:
    with pytest.raises(UsageError):
        slash(node, replay_of(node), by, note)


def test_what_costs_money_can_be_answered_once_more(node: Node) -> None:
    for number in range(MOST):
        say(node, f"{number}")
        decide(node, replay_of(node), Verdict.REJECTED, "Ann", "a copy")
    with pytest.raises(Conflict, match="appealed 3 times"):
        say(node, "once more")
    slash(node, replay_of(node), "Ann", NOTE)
    say(node, "once more")


def test_a_deposit_counts_once_and_is_for_somebody_known(node: Node) -> None:
    assert deposit(node, ACCOUNT[:8], 300 * TOKEN, TRANSACTION, "Ben") == ACCOUNT
    with pytest.raises(Conflict):
        deposit(node, ACCOUNT, 400 * TOKEN, TRANSACTION, "Ann")
    with pytest.raises(NotFound):
        deposit(node, "0123456789", TOKEN, "0x" + "00" * 32, "Ann")
    with pytest.raises(UsageError):
        deposit(node, ACCOUNT, TOKEN, "a receipt", "Ann")
    go_to(node, 1)
    assert balance(node, ledger.STAKE + ACCOUNT) == 300 * TOKEN


def test_a_stake_is_asked_back_once_a_day_and_comes_after_the_cool_down(node: Node) -> None:
    with pytest.raises(Conflict, match="0 are staked"):
        ask_back(node, MALLORY.public, TOKEN)
    go_to(node, 1)
    ask_back(node, MALLORY.public, 120 * TOKEN)
    ask_back(node, MALLORY.public, 120 * TOKEN)
    with pytest.raises(Conflict):
        ask_back(node, MALLORY.public, 10 * TOKEN)
    go_to(node, 2)
    assert balance(node, ledger.COOLING + ACCOUNT) == 120 * TOKEN
    go_to(node, 16)
    assert balance(node, ledger.UNBOUND + ACCOUNT) == 120 * TOKEN


def test_an_audit_names_a_slash_for_a_drive_that_was_not_rejected(node: Node) -> None:
    say(node)
    decide(node, replay_of(node), Verdict.ACCEPTED, "Ben", "two cameras", copies=True)
    go_to(node, 1)
    with node.catalog.writing() as connection:
        body = f'{{"account":"{ACCOUNT}","evidence":{{}},"receipt":1}}'
        values = {"kind": "slash", "reference": "x", "body": body, "recorded_by": "a liar"}
        connection.execute(sa.insert(events).values(values | {"recorded_ms": node.clock.now_ms()}))
    go_to(node, 2)
    with pytest.raises(Difference, match="receipt 1"):
        list(audit(node.settings.published, node.key.public))


@pytest.mark.parametrize(
    ("kind", "transaction"),
    [("stake-deposit", TRANSACTION), ("stake-deposit", f"{TRANSACTION}:1"), ("burn", TRANSACTION)],
)
def test_an_audit_names_a_transaction_that_was_counted_twice(
    node: Node, kind: str, transaction: str
) -> None:
    go_to(node, 1)
    with node.catalog.writing() as connection:
        whose = "account" if kind == "stake-deposit" else "customer"
        body = f'{{"{whose}":"{ACCOUNT}","amount":"7","transaction":"{transaction}"}}'
        values = {"kind": kind, "reference": "x", "body": body, "recorded_by": "a liar"}
        connection.execute(sa.insert(events).values(values | {"recorded_ms": node.clock.now_ms()}))
    go_to(node, 2)
    with pytest.raises(Difference, match="a new transaction"):
        list(audit(node.settings.published, node.key.public))


def _machine_says(node: Node, drive: str, reason: str) -> None:
    with node.catalog.writing() as connection:
        newest_one = sa.select(decisions).where(decisions.c.drive_id == drive)
        row = connection.execute(newest_one.order_by(decisions.c.id.desc())).first()
        assert row is not None
        values = {name: value for name, value in row._mapping.items() if name != "id"}
        made = connection.execute(
            sa.insert(decisions).values(values | {"decided_by": "judge", "reason": reason})
        ).inserted_primary_key
        assert made is not None
        connection.execute(
            sa.update(drives).where(drives.c.drive_id == drive).values(decision=made[0])
        )
