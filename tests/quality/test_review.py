"""A person decides on what is held; nothing is forgotten, and nothing is paid twice."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
import sqlalchemy as sa
import typer
from obstore.store import LocalStore
from typer.testing import CliRunner

from ingest.intake import drive_state
from quality.commands import register
from quality.judge import judge_pending
from quality.review import decide, find_case, held_cases
from roadcomb.blobs import Blobs
from roadcomb.catalog.tables import decisions
from roadcomb.clock import FileClock
from roadcomb.engine import InlineEngine
from roadcomb.epochs import DAY_MS, epoch_of
from roadcomb.errors import Conflict, NotFound, UsageError
from roadcomb.keys import save_key
from roadcomb.node import Node
from roadcomb.records import Verdict
from tests.drives import NOW_MS, contributor, pictures
from tests.quality.deliveries import copied, deliver
from tests.quality.pictures import drawn_frames

ALICE, MALLORY = contributor(1), contributor(3)
ACCEPT, REJECT = Verdict.ACCEPTED, Verdict.REJECTED


@pytest.fixture
def held(node: Node) -> str:
    """A held drive of five frames that look like Alice's."""
    deliver(node, ALICE, drawn_frames()[:5])
    replay = deliver(node, MALLORY, [copied(data) for data in drawn_frames()[:5]])
    judge_pending(node, InlineEngine())
    return replay


def _tomorrow(node: Node) -> None:
    assert isinstance(node.clock, FileClock)
    node.clock.set_ms(NOW_MS + DAY_MS)


def test_a_held_drive_waits_with_what_it_looks_like(node: Node, held: str) -> None:
    (case,) = held_cases(node)
    assert case.drive_id == held
    assert list(case.looks_like.values()) == [5]


def test_an_accepted_drive_belongs_to_the_day_of_its_release(node: Node, held: str) -> None:
    _tomorrow(node)
    case = decide(node, held, ACCEPT, "Ann", "two cameras in one car")
    state = drive_state(node, held)
    assert (case.verdict, case.note) == (ACCEPT, "two cameras in one car")
    assert (state.accepted, state.held, state.rejected) == (5, 0, 0)
    assert _epoch_of_newest(node) == epoch_of(NOW_MS) + 1
    assert held_cases(node) == []


def test_a_rejected_drive_keeps_reason_and_evidence_and_can_be_appealed(
    node: Node, held: str
) -> None:
    evidence = find_case(node, held).evidence
    rejected = decide(node, held, REJECT, "Ann", "copied")
    assert (rejected.reason, rejected.evidence) == ("replay-suspected", evidence)
    assert drive_state(node, held).rejected == 5
    assert decide(node, held, ACCEPT, "Ben", "the driver showed the card").accepted == 5


def test_what_was_accepted_stays_so_since_it_may_be_paid(node: Node, held: str) -> None:
    decide(node, held, ACCEPT, "Ann", "fine")
    for verdict in (ACCEPT, REJECT):
        with pytest.raises(Conflict, match="accepted already"):
            decide(node, held, verdict, "Ann", "changed my mind")


def test_a_decision_adds_a_row_and_changes_none(node: Node, held: str) -> None:
    before = _all_decisions(node)
    decide(node, held, REJECT, "Ann", "copied")
    assert _all_decisions(node)[:-1] == before


def test_an_appeal_is_refused_when_the_pictures_were_paid_elsewhere(node: Node, held: str) -> None:
    decide(node, held, REJECT, "Ann", "copied")
    again = deliver(node, MALLORY, [copied(data) for data in drawn_frames()[:5]], model="again")
    judge_pending(node, InlineEngine())
    decide(node, again, ACCEPT, "Ben", "his own after all")
    with pytest.raises(Conflict, match="nothing is paid twice"):
        decide(node, held, ACCEPT, "Ben", "and the first")


class Meanwhile(Blobs):
    """A folder during whose second reading something else happens."""

    def __init__(self, folder: Path, happens: Callable[[], object]) -> None:
        super().__init__(LocalStore(folder), folder)
        self._waiting = [lambda: None, happens]

    def reading(self, key: str) -> BinaryIO:
        if self._waiting:
            self._waiting.pop(0)()
        return super().reading(key)


def test_of_two_releases_at_once_of_the_same_pictures_one_is_refused(node: Node, held: str) -> None:
    decide(node, held, REJECT, "Ann", "copied")
    again = deliver(node, MALLORY, [copied(data) for data in drawn_frames()[:5]], model="again")
    judge_pending(node, InlineEngine())
    blobs = Meanwhile(
        node.settings.data / "blobs", lambda: decide(node, again, ACCEPT, "Ben", "his own")
    )
    with pytest.raises(Conflict, match="nothing is paid twice"):
        decide(replace(node, blobs=blobs), held, ACCEPT, "Ann", "his own after all")


def test_pictures_paid_to_another_are_paid_twice_only_when_a_person_says_so(node: Node) -> None:
    deliver(node, ALICE, drawn_frames()[:4])
    copy = deliver(node, MALLORY, [*drawn_frames()[:2], *drawn_frames()[4:8]], model="thief")
    judge_pending(node, InlineEngine())
    with pytest.raises(Conflict, match=r"bit by bit \(2 of drive .*--copies"):
        decide(node, copy, ACCEPT, "Ann", "seems fine")
    assert find_case(node, copy).verdict is Verdict.HELD
    assert decide(node, copy, ACCEPT, "Ann", "the first was the thief", copies=True).accepted == 6


def test_a_drive_without_a_usable_frame_cannot_be_accepted(node: Node) -> None:
    drive = deliver(node, ALICE, pictures(3))
    judge_pending(node, InlineEngine())
    with pytest.raises(Conflict, match="no usable frame"):
        decide(node, drive, ACCEPT, "Ann", "please")


def test_a_release_never_falls_into_a_day_whose_books_are_closed(node: Node, held: str) -> None:
    with node.catalog.writing() as connection:
        closed = epoch_of(NOW_MS) + 3
        connection.exec_driver_sql(
            "INSERT INTO epochs (epoch, manifest_digest, manifest, committed_ms) "
            f"VALUES ({closed}, 'x', '{{}}', 0)"
        )
    decide(node, held, ACCEPT, "Ann", "the clock went back")
    assert _epoch_of_newest(node) == closed + 1


def test_a_review_needs_a_name_and_a_reason(node: Node, held: str) -> None:
    for by, note in (("", "why"), ("Ann", " "), ("x" * 101, "why")):
        with pytest.raises(UsageError):
            decide(node, held, REJECT, by, note)
    with pytest.raises(UsageError):
        decide(node, held, Verdict.HELD, "Ann", "why")


def test_a_drive_is_found_by_the_beginning_of_either_id(node: Node, held: str) -> None:
    case = find_case(node, held[:8])
    assert find_case(node, case.public_id[:8]) == case
    with pytest.raises(NotFound):
        find_case(node, "f" * 64)
    with pytest.raises(UsageError, match="too short"):
        find_case(node, held[:3])


def test_the_verbs_list_show_and_decide(node: Node, held: str) -> None:
    app = typer.Typer()
    register(app)
    save_key(node.key, node.settings.key_file)
    folder = ["--data", str(node.settings.data)]

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, [*words, *folder], catch_exceptions=False)
        assert result.exit_code == 0
        return result.output

    assert held[:12] in run("review", "list")
    assert json.loads(run("review", "list", "--json"))[0]["drive_id"] == held
    assert "replay-suspected" in run("review", "show", held[:10])
    assert "accepted (5 of 5 frames)" in run(
        "review", "accept", held, "--by", "Ann", "--note", "two cameras"
    )
    assert "nothing is held" in run("review", "list")


def _epoch_of_newest(node: Node) -> int:
    with node.catalog.reading() as connection:
        query = sa.select(decisions.c.epoch).order_by(decisions.c.id.desc()).limit(1)
        return int(connection.execute(query).scalar_one())


def _all_decisions(node: Node) -> list[tuple[object, ...]]:
    with node.catalog.reading() as connection:
        rows = connection.execute(sa.select(decisions).order_by(decisions.c.id)).all()
    return [tuple(row) for row in rows]
