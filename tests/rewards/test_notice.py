"""Nobody is paid by rules that could not be read a week before."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
import typer
from typer.testing import CliRunner

from rewards.announcing import announce
from rewards.audit import audit
from rewards.chain import committed
from rewards.commands import register
from rewards.inputs import parse_inputs
from rewards.nightly import nightly
from rewards.notice import (
    NOTICE_EPOCHS,
    Announced,
    announced_of,
    due_policy,
    refuse_misdated,
    refuse_unannounced,
)
from rewards.policy import Policy, parse_policy
from roadcomb.catalog.tables import policies
from roadcomb.errors import Conflict, IntegrityError, InvalidInput, UsageError
from roadcomb.node import Node
from tests.rewards.earning import policy_of
from tests.rewards.town import DAY, Shot, add_drive, person, set_day

FIRST, SECOND = policy_of(pool=1000), policy_of(pool=2000)


def close(node: Node, epoch: int) -> None:
    set_day(node, epoch + 1)
    nightly(node, FIRST)


def emitted(node: Node) -> list[int]:
    return [int(str(each.manifest["emitted"])) for each in committed(node)]


@pytest.fixture
def begun(node: Node) -> Node:
    """A chain of one night, by the first policy; the clock an hour into the second day."""
    add_drive(node, person("alice"), [Shot(0, 0, 800)])
    nightly(node, FIRST)
    return node


def test_a_policy_takes_effect_seven_epochs_after_it_was_announced(begun: Node) -> None:
    made = announce(begun, SECOND.text)
    assert made.effective == DAY + 1 + NOTICE_EPOCHS
    for epoch in range(DAY + 1, DAY + 11):
        close(begun, epoch)
    assert emitted(begun) == [1000] * 8 + [2000] * 3
    assert len(list(audit(begun.settings.published))) == 11


def test_each_epoch_in_between_shows_it_with_its_text(begun: Node) -> None:
    announce(begun, SECOND.text)
    for epoch in range(DAY + 1, DAY + 10):
        close(begun, epoch)
    shown = []
    for each in committed(begun):
        folder = begun.settings.published / str(each.epoch)
        shown.append(parse_inputs((folder / "inputs.json").read_bytes()).announced)
    expected = Announced(SECOND.digest, SECOND.text.decode(), DAY + 1, DAY + 8)
    assert shown == [()] + [(expected,)] * 7 + [(), ()]


def test_without_an_announcement_another_policy_changes_nothing(begun: Node) -> None:
    set_day(begun, DAY + 2)
    nightly(begun, SECOND)
    assert emitted(begun) == [1000, 1000]


def test_too_soon_twice_or_below_what_exists_is_refused(begun: Node) -> None:
    with pytest.raises(InvalidInput, match=f"{DAY + 8} or later"):
        announce(begun, SECOND.text, DAY + 7)
    with pytest.raises(InvalidInput, match=r"line 6: token\.cap: it is below the 1000 base units"):
        announce(
            begun,
            re.sub(rb"cap = [\d_]+", b"cap = 999", SECOND.text),
        )
    with pytest.raises(InvalidInput, match="unknown"):
        announce(begun, SECOND.text + b"\nlottery = 1\n")
    announce(begun, SECOND.text, DAY + 9)
    with pytest.raises(Conflict, match="announced for epoch"):
        announce(begun, FIRST.text, DAY + 9)


def test_before_the_first_night_its_policy_is_chosen_and_not_announced(node: Node) -> None:
    with pytest.raises(Conflict, match="nightly --policy"):
        announce(node, SECOND.text)


def test_the_database_keeps_announcements(begun: Node) -> None:
    announce(begun, SECOND.text)
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        begun.catalog.writing() as connection,
    ):
        connection.execute(sa.delete(policies))


def announced(since: int, effective: int, policy: Policy = SECOND) -> Announced:
    return Announced(policy.digest, policy.text.decode(), since, effective)


def test_books_by_a_policy_without_notice_are_refused() -> None:
    refuse_unannounced(9, SECOND.digest, None, ())
    refuse_unannounced(9, FIRST.digest, FIRST.digest, ())
    refuse_unannounced(9, SECOND.digest, FIRST.digest, [announced(2, 9)])
    for before in ((), [announced(3, 9)], [announced(2, 10)], [announced(1, 8, FIRST)]):
        with pytest.raises(IntegrityError, match="not announced 7 epochs before"):
            refuse_unannounced(9, SECOND.digest, FIRST.digest, before)


def test_a_policy_that_was_announced_is_paid_by_when_its_epoch_comes() -> None:
    due = [announced(2, 9)]
    with pytest.raises(IntegrityError, match="does not pay by"):
        refuse_unannounced(9, FIRST.digest, FIRST.digest, due)
    with pytest.raises(IntegrityError, match="does not pay by"):
        refuse_unannounced(9, FIRST.digest, "somebody's", [announced(1, 8, FIRST), *due])
    refuse_unannounced(8, FIRST.digest, FIRST.digest, due)


def test_an_announcement_cannot_be_taken_back() -> None:
    refuse_misdated(12, [], [announced(5, 12)])
    with pytest.raises(IntegrityError, match="announced and is gone"):
        refuse_misdated(11, [], [announced(5, 12)])


def test_an_announcement_cannot_be_dated_back() -> None:
    refuse_misdated(5, [announced(5, 12)], [])
    refuse_misdated(6, [announced(5, 12)], [announced(5, 12)])
    with pytest.raises(IntegrityError, match="misdated"):
        refuse_misdated(6, [announced(5, 12)], [])
    with pytest.raises(IntegrityError, match="too soon"):
        refuse_misdated(6, [announced(6, 12)], [])


def test_of_two_that_are_ripe_the_later_counts_and_the_current_one_is_no_news() -> None:
    both = [announced(1, 8), announced(2, 9, FIRST)]
    assert due_policy(both, "somebody's", 9) == both[1]
    assert due_policy(both, FIRST.digest, 9) is None
    assert due_policy(both, "somebody's", 7) is None


def test_a_text_that_is_not_its_digest_is_no_announcement() -> None:
    with pytest.raises(IntegrityError, match="not its own text"):
        announced_of([{**announced(1, 8).document(), "text": "another"}])
    with pytest.raises(IntegrityError, match="no list"):
        announced_of({})


def test_the_verbs_announce_list_and_refuse_another_policy_for_tonight(
    begun: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADCOMB_CLOCK_FILE", str(begun.settings.clock_file))
    monkeypatch.setenv("ROADCOMB_KEY_SEED", str(begun.settings.key_seed))
    monkeypatch.setenv("ROADCOMB_DATA", str(begun.settings.data))
    app, runner = typer.Typer(), CliRunner()
    register(app)
    file = tmp_path / "second.toml"
    file.write_bytes(SECOND.text.replace(b'"test"', b'"second"'))
    tonight = runner.invoke(app, ["nightly", "--policy", str(file)])
    assert isinstance(tonight.exception, UsageError)
    assert "roadcomb policy announce" in str(tonight.exception)
    said = runner.invoke(app, ["policy", "announce", str(file)])
    assert f"pays from epoch {DAY + 8} (2026-01-13) on" in said.output, said.exception
    listed = runner.invoke(app, ["policy", "list"]).output
    assert "in force: test (" in listed
    assert f"announced: second ({parse_policy(file.read_bytes()).digest[:16]}..)" in listed
