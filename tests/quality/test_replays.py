"""Whose pictures are these? Copies in disguise are held, proven ones rejected, others neither."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from ingest.settings import ScreenSettings
from quality.columns import columns_of
from quality.examine import Examined
from quality.geometry import Grey
from quality.review import decide, find_case
from quality.search import FrameIndex, SeenDrive
from quality.settings import QualitySettings
from quality.verdicts import DriveVerdict, judge_drive, judgement_of
from roadcomb.catalog.tables import drives as stored
from roadcomb.node import Node
from roadcomb.records import Frame, Verdict
from tests.benchmarks.copies import COPIES
from tests.drives import contributor
from tests.quality.deliveries import METRE_E7, along, copied, deliver, frames_at
from tests.quality.judging import decision, judge, rows
from tests.quality.pictures import drawn_frames, look_at

ALICE, BOB, MALLORY = contributor(1), contributor(2), contributor(3)
SETTINGS, SCREENING = QualitySettings(), ScreenSettings()
DISGUISES = ("cropped 5 % a side", "mirrored", "logo added", "privacy-blurred twin")
Seen = Sequence[tuple[Frame, Examined]]


def seen(pictures: Sequence[bytes], away_m: int = 0) -> Seen:
    lats = [lat + away_m * METRE_E7 for lat in along(len(pictures))]
    listed = frames_at(pictures, lats)
    return [(frame, look_at(data)) for frame, data in zip(listed, pictures, strict=True)]


def index_of(drives: dict[str, Seen], verdict: Verdict = Verdict.ACCEPTED) -> FrameIndex:
    index = FrameIndex()
    for drive_id, frames in drives.items():
        index.drives[drive_id] = SeenDrive(f"public {drive_id}", f"of {drive_id}", verdict)
        index.table.add(drive_id, columns_of(judgement_of(frames, {})))
    index.table.settle()
    return index


class Kept:
    """Small pictures of drives; those named in `lost` are gone."""

    def __init__(self, own: Seen, drives: dict[str, Seen], lost: Sequence[str] = ()) -> None:
        self._own, self._drives, self._lost = own, drives, lost

    def own(self, n: int) -> Grey | None:
        return self._own[n][1].small

    def of(self, drive_id: str, n: int) -> Grey | None:
        return None if drive_id in self._lost else self._drives[drive_id][n][1].small


def verdict_on(own: Seen, index: FrameIndex, kept: Kept | None = None) -> DriveVerdict:
    return judge_drive(own, index, "new", "mallory", SETTINGS, SCREENING, None, kept)


@pytest.mark.parametrize("away_m", [0, 5_000])
@pytest.mark.parametrize("name", DISGUISES)
def test_a_copy_in_disguise_is_held_wherever_it_claims_to_be(name: str, away_m: int) -> None:
    drives = {"alice": seen(drawn_frames()[:12])}
    copy = seen([COPIES[name](data) for data in drawn_frames()[:12]], away_m)
    verdict = verdict_on(copy, index_of(drives), Kept(copy, drives))
    assert (verdict.verdict, verdict.reason) == (Verdict.HELD, "replay-suspected")
    evidence = json.loads(json.dumps(verdict.evidence))["replays"][0]
    assert evidence["copies"] == evidence["compared"] == len(evidence["inliers"]) == 4
    assert (evidence["mirrored"] > 0) == (name == "mirrored")


def test_an_original_that_comes_after_its_cropped_copy_is_held_too() -> None:
    drives = {"thief": seen([COPIES["cropped 5 % a side"](data) for data in drawn_frames()[:12]])}
    original = seen(drawn_frames()[:12], 5_000)
    verdict = verdict_on(original, index_of(drives), Kept(original, drives))
    assert verdict.reason == "replay-suspected"


def test_looks_alone_hold_nobody() -> None:
    drives = {"alice": seen(drawn_frames()[:6])}
    twin = seen([copied(data) for data in drawn_frames()[:6]])
    others: dict[str, Seen] = {"alice": [*drives["alice"][3:], *drives["alice"][:3]]}
    assert verdict_on(twin, index_of(drives)).reason == "replay-suspected"
    verdict = verdict_on(twin, index_of(drives), Kept(twin, others))
    assert verdict.verdict is Verdict.ACCEPTED
    (dropped,) = json.loads(json.dumps(verdict.evidence))["look_alikes"]
    assert (dropped["copies"], dropped["compared"], dropped["count"]) == (0, 4, 6)


def test_looks_hold_nobody_however_many_drives_look_alike() -> None:
    street = seen(drawn_frames()[:6])
    drives = {f"day {n}": street for n in range(12)}
    twin = seen([copied(data) for data in drawn_frames()[:6]])
    others: dict[str, Seen] = {name: [*street[3:], *street[:3]] for name in drives}
    assert verdict_on(twin, index_of(drives), Kept(twin, others)).verdict is Verdict.ACCEPTED
    assert verdict_on(twin, index_of(drives), Kept(twin, drives)).verdict is Verdict.HELD


def test_what_cannot_be_compared_any_more_stays_suspected() -> None:
    drives = {"alice": seen(drawn_frames()[:6])}
    twin = seen([copied(data) for data in drawn_frames()[:6]])
    verdict = verdict_on(twin, index_of(drives), Kept(twin, drives, ["alice"]))
    assert verdict.reason == "replay-suspected"


def test_a_proven_replay_is_rejected_and_can_be_reviewed(node: Node) -> None:
    deliver(node, ALICE, drawn_frames()[:8])
    judge(node)
    stolen = deliver(node, MALLORY, drawn_frames()[1:8], along(7, 9))
    judge(node)
    decided = decision(node, stolen)
    assert (decided.verdict, decided.reason, decided.rejected) == ("rejected", "replay", 7)
    assert json.loads(decided.evidence)["replays"][0]["same_images"] == 7
    case = decide(node, stolen, Verdict.ACCEPTED, "Ann", "the first was the thief", copies=True)
    assert case.accepted == 7


@pytest.mark.parametrize("taken", [(0, 1, 2, 3, 4, 5), (3, 0, 2, 1)])
def test_a_replay_is_proven_only_in_order_and_against_an_accepted_drive(
    taken: tuple[int, ...],
) -> None:
    drives = {"alice": seen(drawn_frames()[:6])}
    copy = seen([drawn_frames()[n] for n in taken])
    held = verdict_on(copy, index_of(drives, Verdict.HELD))
    assert (held.verdict, held.reason) == (Verdict.HELD, "replay-suspected")
    proven = verdict_on(copy, index_of(drives)).reason == "replay"
    assert proven == (taken == tuple(sorted(taken)))


def test_one_stolen_picture_among_own_ones_proves_nothing() -> None:
    drives = {"alice": seen(drawn_frames()[:6])}
    mixed = seen([*drawn_frames()[:3], *drawn_frames()[12:18]])
    verdict = verdict_on(mixed, index_of(drives))
    assert (verdict.verdict, verdict.reason) == (Verdict.HELD, "replay-suspected")


def test_two_accounts_in_one_car_are_noted_and_accepted(node: Node) -> None:
    deliver(node, ALICE, drawn_frames()[:12])
    other_camera = deliver(node, BOB, drawn_frames()[12:], along(12, jitter_m=1.5, seed=3))
    judge(node)
    decided = decision(node, other_camera)
    assert decided.verdict == "accepted"
    (together,) = json.loads(decided.evidence)["together"]
    assert together == {"drive": find_case(node, alice_drive(node)).public_id, "permille": 1000}


def alice_drive(node: Node) -> str:
    with node.catalog.reading() as connection:
        query = stored.select().where(stored.c.contributor == ALICE.public)
        return str(connection.execute(query).one().drive_id)


def test_an_older_judgement_without_crops_is_compared_by_whole_pictures() -> None:
    frames = [(frame, replace(one, crops=b"")) for frame, one in seen(drawn_frames()[:6])]
    index = index_of({"alice": frames})
    twin = seen([copied(data) for data in drawn_frames()[:6]])
    assert verdict_on(twin, index).reason == "replay-suspected"


def test_a_judgement_keeps_the_closest_crop(node: Node) -> None:
    drive = deliver(node, ALICE, drawn_frames()[:4])
    judge(node)
    expected = [look_at(data).crops[:32] for data in drawn_frames()[:4]]
    assert rows(node, drive)["crop_fingerprint"].to_pylist() == expected
