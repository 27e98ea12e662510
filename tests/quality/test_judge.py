"""Judging a node's drives: each gets one decision, copies are held, nothing is paid twice."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from ingest.intake import drive_state
from ingest.settings import ScreenSettings
from quality.examine import examine
from quality.judge import Judge
from quality.judgement import SCHEMA
from quality.settings import QualitySettings
from quality.thumbnails import read_thumbnails
from roadcomb.catalog.tables import decisions, drives
from roadcomb.engine import InlineEngine, Lost
from roadcomb.epochs import epoch_of
from roadcomb.node import Node
from tests.drives import NOW_MS, contributor, make_node, pictures
from tests.quality.deliveries import METRE_E7, along, copied, deliver
from tests.quality.judging import decision, judge, reasons, rows
from tests.quality.pictures import decoded, drawn_frames, look_at, real_frames, real_places

ALICE, BOB, MALLORY = contributor(1), contributor(2), contributor(3)
Task = TypeVar("Task")
Result = TypeVar("Result")


def test_a_good_drive_is_accepted_in_the_epoch_of_the_nodes_clock(
    tmp_path: Path, catalog_url: str
) -> None:
    node = make_node(tmp_path / "node", catalog_url)
    drive = deliver(node, ALICE, drawn_frames()[:6])
    assert judge(node) == 1
    decided, state = decision(node, drive), drive_state(node, drive)
    assert (decided.verdict, decided.epoch) == ("accepted", epoch_of(NOW_MS))
    assert (state.pending, state.held, state.accepted, state.rejected) == (0, 0, 6, 0)
    assert judge(node) == 0
    node.catalog.close()


def test_a_judgement_has_a_row_for_each_frame_with_what_was_measured(node: Node) -> None:
    drive = deliver(node, ALICE, drawn_frames()[:5])
    judge(node)
    judgement, seen = rows(node, drive), look_at(drawn_frames()[2])
    assert judgement.schema == SCHEMA
    row = judgement.slice(2, 1).to_pylist()[0]
    assert (row["n"], row["width"], row["height"]) == (2, seen.width, seen.height)
    assert (row["grade"], row["fingerprint"]) == (seen.grade.value, seen.fingerprint)
    assert len(set(judgement["cell"].to_pylist())) >= 2


def test_thumbnails_stand_in_a_pack_in_the_order_of_the_frames(node: Node) -> None:
    sent = [*drawn_frames()[:2], *pictures(1), *drawn_frames()[2:4]]
    drive = deliver(node, ALICE, sent)
    judge(node)
    key = decision(node, drive).thumbnails
    thumbnails = read_thumbnails(node, key)
    assert not any(thumbnail in node.blobs.get(key) for thumbnail in thumbnails)
    assert thumbnails == [look_at(data).thumbnail for data in drawn_frames()[:4]]
    assert max(decoded(thumbnails[0]).shape) <= 320


def test_a_frame_without_pixels_is_rejected_and_the_others_are_not(node: Node) -> None:
    drive = deliver(node, ALICE, [*drawn_frames()[:4], *pictures(1)])
    judge(node)
    assert reasons(node, drive) == [None] * 4 + ["undecodable"]
    state = drive_state(node, drive)
    assert (state.accepted, state.rejected) == (4, 1)


def test_a_frame_without_pixels_does_not_push_out_its_neighbour(node: Node) -> None:
    places = [along(1)[0] + metres * 90 for metres in (0, 8, 12, 20, 28)]
    drive = deliver(node, ALICE, [drawn_frames()[0], *pictures(1), *drawn_frames()[1:4]], places)
    judge(node)
    assert reasons(node, drive) == [None, "undecodable", None, None, None]


def test_a_drive_without_a_good_frame_is_rejected_for_its_commonest_reason(node: Node) -> None:
    drive = deliver(node, ALICE, pictures(4))
    judge(node)
    assert decision(node, drive).verdict == "rejected"
    assert decision(node, drive).reason == "undecodable"
    assert drive_state(node, drive).rejected == 4


def test_a_foreign_clients_frames_are_screened_by_the_node(node: Node) -> None:
    places = [*along(4), along(4)[3] + 90, *(lat + 24 * 90 for lat in along(3, 8))]
    drive = deliver(node, ALICE, drawn_frames()[:8], places)
    judge(node)
    assert Counter(reasons(node, drive))["too-close"] >= 1
    assert drive_state(node, drive).offered == 8


def test_neighbours_and_other_drives_of_the_same_street_are_accepted(node: Node) -> None:
    first = deliver(node, ALICE, drawn_frames()[:12])
    second = deliver(node, BOB, drawn_frames()[12:])
    judge(node)
    assert decision(node, first).verdict == decision(node, second).verdict == "accepted"


def test_a_replayed_drive_is_held_and_its_evidence_names_no_one(node: Node) -> None:
    original = deliver(node, ALICE, drawn_frames()[:10])
    replay = deliver(
        node,
        MALLORY,
        [copied(data) for data in drawn_frames()[2:10]],
        [lat + 16 * 90 for lat in along(8, jitter_m=1.5, seed=4)],
    )
    judge(node)
    decided, state = decision(node, replay), drive_state(node, replay)
    assert (decided.verdict, decided.reason) == ("held", "replay-suspected")
    assert state.held + state.rejected == 8
    assert state.held >= 6
    (evidence,) = json.loads(decided.evidence)["replays"]
    assert evidence["count"] == evidence["in_order"] == state.held
    assert all(pair["other_n"] == pair["n"] + 2 for pair in evidence["pairs"])
    assert all(pair["distance"] <= 31 for pair in evidence["pairs"])
    with node.catalog.reading() as connection:
        public = connection.execute(
            sa.select(drives.c.public_id).where(drives.c.drive_id == original)
        ).scalar_one()
    assert evidence["drive"] == public
    assert original not in decided.evidence
    assert ALICE.public not in decided.evidence
    assert decision(node, original).verdict == "accepted"


def test_a_replay_driven_backwards_is_held_too(node: Node) -> None:
    deliver(node, ALICE, drawn_frames()[:6])
    replay = deliver(
        node, MALLORY, [copied(data) for data in drawn_frames()[5::-1]], along(6)[::-1]
    )
    judge(node)
    assert decision(node, replay).verdict == "held"


def test_a_track_shifted_by_60_metres_hides_no_copy(node: Node) -> None:
    deliver(node, ALICE, drawn_frames()[:6])
    shifted = [lat + 60 * 90 for lat in along(6)]
    replay = deliver(node, MALLORY, [copied(data) for data in drawn_frames()[:6]], shifted)
    judge(node)
    assert decision(node, replay).held == 6


@pytest.mark.parametrize("away_m", [-300, 2_000, 1_000_000])
def test_a_copy_that_claims_to_be_elsewhere_is_held(node: Node, away_m: int) -> None:
    deliver(node, ALICE, drawn_frames()[:12])
    elsewhere = [lat_e7 + away_m * METRE_E7 for lat_e7 in along(12)]
    for thief in (ALICE, MALLORY):
        drive = deliver(node, thief, [copied(f) for f in drawn_frames()[:12]], elsewhere)
        judge(node)
        assert (decision(node, drive).verdict, decision(node, drive).reason) == (
            "held",
            "replay-suspected",
        )


def test_one_picture_of_somebody_else_holds_a_drive(node: Node) -> None:
    deliver(node, ALICE, drawn_frames()[:6])
    thief = deliver(node, MALLORY, [*drawn_frames()[6:12], drawn_frames()[0]])
    judge(node)
    assert decision(node, thief).verdict == "held"
    (evidence,) = json.loads(decision(node, thief).evidence)["replays"]
    assert evidence["same_images"] == 1
    assert evidence["pairs"] == [{"n": 6, "other_n": 0, "distance": 0}]


def test_two_alike_frames_can_be_chance_and_hold_nothing(node: Node) -> None:
    deliver(node, ALICE, drawn_frames()[:6])
    mixed = [copied(drawn_frames()[0]), copied(drawn_frames()[1]), *drawn_frames()[6:10]]
    drive = deliver(node, BOB, mixed)
    judge(node)
    assert decision(node, drive).verdict == "accepted"


def test_two_shownof_each_of_four_drives_make_a_replay(node: Node) -> None:
    for n in range(4):
        deliver(node, contributor(10 + n), drawn_frames()[3 * n : 3 * n + 3])
    taken = [copied(drawn_frames()[3 * n + at]) for n in range(4) for at in (1, 0)]
    mosaic = deliver(node, MALLORY, taken)
    judge(node)
    assert (decision(node, mosaic).verdict, decision(node, mosaic).held) == ("held", 8)
    evidence = json.loads(decision(node, mosaic).evidence)
    assert evidence["frames_alike"] == 8
    shown = [pair["n"] for replay in evidence["replays"] for pair in replay["pairs"]]
    assert sorted(shown) == list(range(8))


def test_ones_own_drive_sent_again_is_paid_once(node: Node) -> None:
    deliver(node, ALICE, drawn_frames()[:5])
    again = deliver(node, ALICE, drawn_frames()[:5], model="another name")
    judge(node)
    assert reasons(node, again) == ["already-sent"] * 5
    assert (decision(node, again).verdict, decision(node, again).reason) == (
        "rejected",
        "already-sent",
    )


def test_new_frames_beside_ones_own_old_ones_are_accepted(node: Node) -> None:
    deliver(node, ALICE, drawn_frames()[:5])
    longer = deliver(node, ALICE, drawn_frames()[2:9])
    judge(node)
    assert reasons(node, longer) == ["already-sent"] * 3 + [None] * 4
    assert decision(node, longer).verdict == "accepted"


def test_what_was_rejected_may_be_sent_again(node: Node) -> None:
    places = [lat for lat in along(2) for _ in range(2)]
    first = deliver(node, ALICE, drawn_frames()[:4], places)
    second = deliver(node, ALICE, drawn_frames()[:4])
    judge(node)
    assert decision(node, first).reason == "drive-too-short"
    assert reasons(node, second) == [None] * 4


def test_a_frame_rejected_in_an_accepted_drive_may_be_sent_again(node: Node) -> None:
    places = along(5)
    places[1] = places[0] + 90
    first = deliver(node, ALICE, drawn_frames()[:5], places)
    second = deliver(node, ALICE, [drawn_frames()[1], *drawn_frames()[5:9]])
    judge(node)
    assert reasons(node, first) == [None, "too-close", None, None, None]
    assert reasons(node, second) == [None] * 5


def test_the_same_view_twice_in_a_drive_counts_once(node: Node) -> None:
    standing = [drawn_frames()[0], copied(drawn_frames()[0]), *drawn_frames()[1:4]]
    drive = deliver(node, ALICE, standing)
    judge(node)
    assert reasons(node, drive) == [None, "standing-still", None, None, None]


def test_one_view_repeated_along_the_way_is_not_called_standing(node: Node) -> None:
    repeated = [*drawn_frames()[:4], copied(drawn_frames()[0])]
    drive = deliver(node, ALICE, repeated)
    judge(node)
    assert reasons(node, drive) == [None, None, None, None, "duplicate-in-drive"]


def test_a_drive_is_judged_the_same_in_chunks_of_any_size(node: Node, tmp_path: Path) -> None:
    other = make_node(tmp_path / "other")
    drive = deliver(node, ALICE, drawn_frames()[:7])
    deliver(other, ALICE, drawn_frames()[:7])
    judge(node)
    Judge(other, InlineEngine(), QualitySettings(chunk_frames=2)).judge_pending()
    assert decision(other, drive).judgement == decision(node, drive).judgement
    assert decision(other, drive).thumbnails == decision(node, drive).thumbnails
    other.catalog.close()


class Asking(InlineEngine):
    """An engine that knows how many drives were decided when it was asked for each chunk."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.decided: list[int] = []

    def map(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[Result | Lost]:
        if function is examine:
            self.decided.append(_decided(self._node))
        return super().map(function, tasks)


def _decided(node: Node) -> int:
    with node.catalog.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count(decisions.c.id))).scalar_one())


def test_two_chunks_of_the_next_drive_are_under_way_before_a_drive_is_decided(node: Node) -> None:
    for number, key in enumerate((ALICE, BOB, MALLORY)):
        deliver(node, key, drawn_frames()[6 * number :][:6])
    engine = Asking(node)
    assert Judge(node, engine, QualitySettings(chunk_frames=2)).judge_pending() == 3
    assert engine.decided == [0, 0, 0, *(0, 0, 1), *(1, 1, 2)]


def test_drives_judged_together_get_the_decisions_of_drives_judged_one_by_one(
    node: Node, tmp_path: Path
) -> None:
    other = make_node(tmp_path / "other")
    sent = [drawn_frames()[:5], [copied(data) for data in drawn_frames()[:5]], drawn_frames()[5:9]]
    for key, shown in zip((ALICE, MALLORY, BOB), sent, strict=True):
        together, alone = (deliver(each, key, shown) for each in (node, other))
        assert together == alone
        judge(other)
    assert judge(node) == 3
    assert _decisions(node) == _decisions(other)
    other.catalog.close()


def _decisions(node: Node) -> list[tuple[Any, ...]]:
    columns = [decisions.c[name] for name in ("drive_id", "verdict", "judgement", "thumbnails")]
    with node.catalog.reading() as connection:
        found = connection.execute(sa.select(*columns).order_by(decisions.c.id))
        return [tuple(row) for row in found]


def test_the_index_is_the_same_whether_followed_or_built_anew(node: Node) -> None:
    judging = Judge(node, InlineEngine())
    deliver(node, ALICE, drawn_frames()[:5])
    judging.judge_pending()
    deliver(node, BOB, drawn_frames()[5:9])
    judging.judge_pending()
    replay = deliver(node, MALLORY, [copied(data) for data in drawn_frames()[:9]])
    judging.judge_pending()
    evidence = json.loads(decision(node, replay).evidence)["replays"]
    assert [entry["count"] for entry in evidence] == [5, 4]


def test_a_real_drive_is_accepted_and_its_copy_held(node: Node, real_data: Path) -> None:
    folder = real_data / "bee_tokyo"
    frames, (lats, lons) = real_frames(folder)[:12], real_places(folder, 12)
    noon_ms = NOW_MS - 9 * 3_600_000
    copies = [copied(data) for data in frames]
    original = deliver(node, ALICE, frames, lats, lons_e7=lons, started_ms=noon_ms)
    replay = deliver(node, MALLORY, copies, lats, lons_e7=lons, started_ms=noon_ms)
    screening = ScreenSettings(min_frames=1)
    Judge(node, InlineEngine(), screening=screening).judge_pending()
    assert decision(node, original).accepted == 12
    assert decision(node, replay).verdict == "held"
