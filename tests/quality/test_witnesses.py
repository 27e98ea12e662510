"""Others' pictures of the same places are asked, through intake, judging and the drive's view."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.drive_view import view_of
from ingest.intake import drive_state
from quality.evidence.words import WORDS
from quality.judge import judge_pending
from quality.review import Case, find_case
from roadcomb.engine import InlineEngine
from roadcomb.node import Node
from roadcomb.records import Verdict
from sample_data.camera import Pose
from sample_data.conditions import Conditions, Device, Light
from sample_data.draw import draw
from tests.drives import contributor, make_node
from tests.quality.deliveries import along, deliver
from tests.quality.pictures import drawn_frames, jpeg

ANN, BOB, MALLORY = contributor(1), contributor(2), contributor(3)
COUNT, FIRST = 6, 6
CITY = 7


def drawn(day: int, x_m: float, y_m: float) -> list[bytes]:
    """Pictures of a drive northwards, by another camera than that of the drive in git."""
    camera = Device(width=480, height=270, focal_share=0.6, horizon_share=0.5, mount_m=1.7)
    there = Conditions(CITY, day, day, Light(200.0, 50.0, 60, 12), camera)
    return [jpeg(draw(Pose(x_m, y_m + 8.15 * n, 0.0), there)) for n in range(COUNT)]


def claimed(seed: int) -> list[int]:
    """The same places of the same street, as one more receiver tells them."""
    return along(COUNT, jitter_m=0.4, seed=seed)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, list[str]]]:
    """Ann and Bob drove there; Mallory drove along another street and claims to have been there."""
    node = make_node(Path(tmp_path_factory.mktemp("witnesses")) / "node")
    begins_m = 20 + 8.15 * FIRST
    sent = [
        (ANN, list(drawn_frames()[FIRST : FIRST + COUNT])),
        (BOB, drawn(90, 308.9, begins_m + 2)),
        (MALLORY, drawn(91, 197.7, begins_m)),
    ]
    names = [deliver(node, key, shown, claimed(n)) for n, (key, shown) in enumerate(sent)]
    judge_pending(node, InlineEngine())
    yield node, names
    node.catalog.close()


def signal_of(case: Case) -> dict[str, Any]:
    evidence: Any = case.evidence
    return next(one for one in evidence["signals"] if one["name"] == "neighbours")


def test_the_first_in_a_street_is_accepted_for_nobody_can_say_otherwise(
    judged: tuple[Node, list[str]],
) -> None:
    case = find_case(judged[0], judged[1][0])
    assert case.verdict is Verdict.ACCEPTED
    assert (signal_of(case)["strength"], signal_of(case)["facts"]["compared"]) == (0, 0)


def test_the_second_shows_what_the_first_showed_and_is_praised(
    judged: tuple[Node, list[str]],
) -> None:
    case = find_case(judged[0], judged[1][1])
    assert case.verdict is Verdict.ACCEPTED
    assert signal_of(case)["strength"] > 0


def test_who_shows_another_street_than_both_is_held_and_told_why(
    judged: tuple[Node, list[str]],
) -> None:
    node, names = judged
    case = find_case(node, names[2])
    assert (case.verdict, case.reason) == (Verdict.HELD, "authenticity-doubted")
    assert signal_of(case)["facts"]["witnesses"] == 2
    doubts = view_of(node, drive_state(node, names[2])).doubts
    assert any(WORDS["neighbours"] in doubt for doubt in doubts)
