"""From a lie to the words that its sender reads: through intake, judging and the drive's view."""

from typing import Any

import pytest
import sqlalchemy as sa

from api.app import create_app
from api.drive_view import view_of
from ingest.appeal import sign_appeal
from ingest.intake import drive_state
from quality.evidence.words import WORDS
from quality.judge import judge_pending
from quality.records import reputations, to_look_at
from quality.reputation import NEUTRAL
from quality.review import decide, find_case
from roadcomb.catalog.tables import drives
from roadcomb.engine import InlineEngine
from roadcomb.epochs import epoch_of
from roadcomb.node import Node
from roadcomb.records import Verdict
from tests.api.serving import serving
from tests.drives import NOW_MS, contributor
from tests.quality.deliveries import along, deliver
from tests.quality.pictures import drawn_frames

ALICE, MALLORY = contributor(1), contributor(3)


def swaying(count: int) -> list[int]:
    """Latitudes as a real receiver gives them."""
    return along(count, jitter_m=0.3, seed=5)


@pytest.fixture
def judged(node: Node) -> tuple[str, str]:
    """Alice's honest drive, and Mallory's that shows other pictures from last to first."""
    honest = deliver(node, ALICE, drawn_frames()[:12], swaying(12))
    backwards = deliver(node, MALLORY, drawn_frames()[12:][::-1], swaying(12))
    judge_pending(node, InlineEngine())
    return honest, backwards


def test_an_honest_drive_is_accepted_with_its_evidence(node: Node, judged: tuple[str, str]) -> None:
    case = find_case(node, judged[0])
    assert case.verdict is Verdict.ACCEPTED
    evidence: Any = case.evidence
    assert {"turns", "still", "order"} <= {one["name"] for one in evidence["signals"]}
    assert view_of(node, drive_state(node, judged[0])).doubts == []


def test_a_drive_that_runs_backwards_is_held_and_told_why(
    node: Node, judged: tuple[str, str]
) -> None:
    case = find_case(node, judged[1])
    assert (case.verdict, case.reason) == (Verdict.HELD, "authenticity-doubted")
    view = view_of(node, drive_state(node, judged[1]))
    assert view.held == 12
    assert any(WORDS["forwards"] in doubt for doubt in view.doubts)


def test_its_owner_appeals_over_the_api(node: Node, judged: tuple[str, str]) -> None:
    path = f"/v1/drives/{judged[1]}/appeal"
    body = sign_appeal(MALLORY, judged[1], "my camera looks back", NOW_MS)
    with serving(create_app(node)) as client:
        assert client.post(path, json=body).status_code == 200
        assert client.get(f"/v1/drives/{judged[1]}").json()["appeals"] == 1
        forged = {**body, "signature": "0" * 128} if isinstance(body, dict) else {}
        assert client.post(path, json=forged).status_code == 401
    assert find_case(node, judged[1]).appeals[0].words == "my camera looks back"


def test_who_was_found_to_lie_is_judged_last(node: Node, judged: tuple[str, str]) -> None:
    decide(node, judged[1], Verdict.REJECTED, "Ann", "it runs backwards")
    values = reputations(node, {ALICE.public, MALLORY.public, contributor(9).public})
    assert values[MALLORY.public] < NEUTRAL == values[contributor(9).public]
    assert values[ALICE.public] > NEUTRAL
    first = deliver(node, MALLORY, drawn_frames()[18:21])
    second = deliver(node, ALICE, drawn_frames()[21:])
    judge_pending(node, InlineEngine())
    assert _decision(node, second) < _decision(node, first)


def test_what_is_looked_at_again_is_of_those_accepted_that_day(
    node: Node, judged: tuple[str, str]
) -> None:
    assert set(to_look_at(node, epoch_of(NOW_MS))) <= {judged[0]}
    assert to_look_at(node, epoch_of(NOW_MS) + 1) == []


def _decision(node: Node, drive_id: str) -> int:
    query = sa.select(drives.c.decision).where(drives.c.drive_id == drive_id)
    with node.catalog.reading() as connection:
        return int(connection.execute(query).scalar_one())
