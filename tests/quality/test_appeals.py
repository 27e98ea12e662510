"""A contributor's words reopen a review: signed, kept for good, and read by who decides."""

from pathlib import Path

import pytest
import sqlalchemy as sa
import typer
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from api.drive_view import view_of
from ingest.appeal import Appeal, parse_appeal, sign_appeal
from ingest.intake import drive_state
from quality.appeals import MOST, appeal
from quality.commands import register
from quality.deleting import delete_drive
from quality.judge import judge_pending
from quality.review import decide, find_case, held_cases
from roadcomb.catalog.tables import appeals, decisions
from roadcomb.engine import InlineEngine
from roadcomb.errors import Conflict, InvalidInput, NotFound, Unauthorised
from roadcomb.keys import Key, save_key
from roadcomb.node import Node
from roadcomb.records import Verdict
from tests.drives import NOW_MS, contributor, make_node
from tests.quality.deliveries import copied, deliver
from tests.quality.pictures import drawn_frames

ALICE, MALLORY = contributor(1), contributor(3)
WORDS = "two cameras hang in my car, and the other one sends for my wife"


@pytest.fixture
def held(node: Node) -> str:
    """Mallory's drive, held because it looks like Alice's."""
    deliver(node, ALICE, drawn_frames()[:5])
    drive = deliver(node, MALLORY, [copied(data) for data in drawn_frames()[:5]])
    judge_pending(node, InlineEngine())
    return drive


def asked(drive: str, words: str = WORDS, key: Key = MALLORY, at_ms: int = NOW_MS) -> Appeal:
    return parse_appeal(sign_appeal(key, drive, words, at_ms), drive, NOW_MS)


def test_the_words_stand_beside_the_held_drive(node: Node, held: str) -> None:
    appeal(node, asked(held))
    (case,) = held_cases(node)
    assert [said.words for said in case.appeals] == [WORDS]
    assert view_of(node, drive_state(node, held)).appeals == 1


def test_an_appeal_reopens_the_review_of_a_rejected_drive(node: Node, held: str) -> None:
    decide(node, held, Verdict.REJECTED, "Ann", "the same pictures")
    appeal(node, asked(held))
    (case,) = held_cases(node)
    assert (case.verdict, case.held, case.rejected) == (Verdict.HELD, 5, 0)
    assert decide(node, held, Verdict.ACCEPTED, "Ben", "two cameras").accepted == 5


def test_the_same_appeal_again_changes_nothing(node: Node, held: str) -> None:
    appeal(node, asked(held))
    before = _count(node, decisions)
    appeal(node, asked(held))
    assert (_count(node, appeals), _count(node, decisions)) == (1, before)


def test_words_are_never_changed_or_taken_back(node: Node, held: str) -> None:
    appeal(node, asked(held))
    for change in (sa.update(appeals).values(words="other"), sa.delete(appeals)):
        with pytest.raises(DBAPIError), node.catalog.writing() as connection:
            connection.execute(change)


def test_the_words_go_with_their_drive(tmp_path: Path, catalog_url: str) -> None:
    node = make_node(tmp_path / "node", catalog_url)
    deliver(node, ALICE, drawn_frames()[:5])
    kept, drive = _held(node, 50), _held(node, 60)
    judge_pending(node, InlineEngine())
    for one in (kept, drive):
        appeal(node, asked(one, "my garage is in Elm Street"))
    delete_drive(node, drive, MALLORY.public)
    with node.catalog.reading() as connection:
        assert list(connection.scalars(sa.select(appeals.c.drive_id))) == [kept]
    with pytest.raises(DBAPIError), node.catalog.writing() as connection:
        connection.execute(sa.delete(appeals))
    node.catalog.close()


def _held(node: Node, quality: int) -> str:
    """A drive of Mallory's that looks like Alice's."""
    copies = [copied(data, quality) for data in drawn_frames()[:5]]
    return deliver(node, MALLORY, copies)


def test_only_its_own_contributor_appeals(node: Node, held: str) -> None:
    with pytest.raises(Unauthorised):
        appeal(node, asked(held, key=ALICE))
    assert _count(node, appeals) == 0


def test_no_more_is_read_than_a_person_can(node: Node, held: str) -> None:
    for n in range(MOST):
        appeal(node, asked(held, f"{WORDS} {n}"))
    with pytest.raises(Conflict, match="3 times"):
        appeal(node, asked(held, "and again"))


def test_what_is_accepted_deleted_or_unknown_is_not_appealed(node: Node, held: str) -> None:
    with pytest.raises(NotFound):
        appeal(node, asked("ab" * 32))
    decide(node, held, Verdict.ACCEPTED, "Ann", "two cameras in one car")
    with pytest.raises(Conflict, match="accepted"):
        appeal(node, asked(held))
    delete_drive(node, held, MALLORY.public)
    with pytest.raises(Conflict, match="deleted"):
        appeal(node, asked(held))


@pytest.mark.parametrize(
    ("words", "at_ms", "error"),
    [
        ("  ", NOW_MS, InvalidInput),
        ("x" * 2_001, NOW_MS, InvalidInput),
        ("see \x1b[2J", NOW_MS, InvalidInput),
        ("see \0", NOW_MS, InvalidInput),  # PostgreSQL stores none
        (WORDS, NOW_MS - 6 * 60_000, Unauthorised),
    ],
)
def test_empty_endless_and_old_appeals_are_refused(
    words: str, at_ms: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        asked("ab" * 32, words, at_ms=at_ms)


def test_an_appeal_that_was_changed_on_its_way_is_refused() -> None:
    body = sign_appeal(MALLORY, "ab" * 32, WORDS, NOW_MS)
    assert isinstance(body, dict)
    body["appeal"]["words"] = "something else"
    with pytest.raises(Unauthorised):
        parse_appeal(body, "ab" * 32, NOW_MS)
    with pytest.raises(InvalidInput):
        parse_appeal(sign_appeal(MALLORY, "ab" * 32, WORDS, NOW_MS), "cd" * 32, NOW_MS)


def test_the_operator_reads_the_words(node: Node, held: str) -> None:
    appeal(node, asked(held))
    save_key(node.key, node.settings.key_file)
    app = typer.Typer()
    register(app)
    data = ["--data", str(node.settings.data)]
    told = CliRunner().invoke(app, ["review", "show", held, *data])
    assert told.exit_code == 0, told.output
    assert WORDS in told.output
    assert find_case(node, held).appeals[0].appealed_ms == NOW_MS


def test_words_are_one_line_and_steer_no_terminal(node: Node, held: str) -> None:
    appeal(node, asked(held, "mine\naccepted by the operator \u202eesrever"))
    save_key(node.key, node.settings.key_file)
    app = typer.Typer()
    register(app)
    data = ["--data", str(node.settings.data)]
    told = CliRunner().invoke(app, ["review", "show", held, *data])
    assert "mine\\naccepted by the operator \\u202eesrever" in told.output


def _count(node: Node, table: sa.Table) -> int:
    with node.catalog.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
