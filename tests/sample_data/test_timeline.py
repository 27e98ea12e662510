"""The drives of the scenario move as cars do, and each frame says what should become of it."""

import itertools
import math

import pytest

from sample_data.geodesy import degrees
from sample_data.scenario import ALICE, ALICE_AGAIN, BOB, CAROL, DAYS, MALLORY, Drive, demo
from sample_data.timeline import Fix, Timeline

DRIVES = demo(7).drives
HONEST = (ALICE, BOB, CAROL, ALICE_AGAIN)
METRES_PER_DEGREE = 110_900.0


def apart_m(one: Fix, other: Fix) -> float:
    """Metres between two fixes, to half a percent near the equator."""
    return math.hypot(one.lat - other.lat, one.lon - other.lon) * METRES_PER_DEGREE


def kept(drive: Drive) -> list[Fix]:
    shots = Timeline(7, drive).shots()
    return [shot.fix for shot in shots if shot.fix is not None and shot.expected == "kept"]


@pytest.mark.parametrize("drive", HONEST, ids=lambda drive: drive.name)
def test_kept_frames_are_far_enough_apart_and_leave_no_gap(drive: Drive) -> None:
    fixes = kept(drive)
    gaps = [apart_m(a, b) for a, b in itertools.pairwise(fixes)]
    assert len(fixes) == drive.frames
    assert min(gaps) > 6.4
    assert max(gaps) < 12.0


@pytest.mark.parametrize("drive", HONEST, ids=lambda drive: drive.name)
def test_frames_taken_while_standing_are_too_close_to_the_one_before(drive: Drive) -> None:
    shots = Timeline(7, drive).shots()
    fixes = [shot for shot in shots if shot.fix is not None]
    close = [place for place, shot in enumerate(fixes) if shot.expected == "too_close"]
    assert len(close) == 3
    for place in close:
        before, here = fixes[close[0] - 1].fix, fixes[place].fix
        assert before is not None
        assert here is not None
        assert apart_m(before, here) < 6.4


@pytest.mark.parametrize("drive", DRIVES, ids=lambda drive: drive.name)
def test_time_goes_on_from_frame_to_frame_within_its_day(drive: Drive) -> None:
    times = [shot.t_ms for shot in Timeline(7, drive).shots()]
    assert times == sorted(set(times))
    day = 86_400_000
    assert {time // day for time in times} == {20_458 + DAYS.index(drive.day)}


@pytest.mark.parametrize("drive", DRIVES, ids=lambda drive: drive.name)
def test_the_receiver_reports_once_a_second_and_is_off_by_metres_only(drive: Drive) -> None:
    timeline = Timeline(7, drive)
    track = timeline.track()
    assert {b.t_ms - a.t_ms for a, b in itertools.pairwise(track)} == {1000}
    for fix in track:
        pose = drive.route.at(timeline.metres((fix.t_ms - drive.start_ms) / 1000)[0])
        lat, lon = degrees(pose.x_m, pose.y_m)
        assert math.hypot(fix.lat - lat, fix.lon - lon) * METRES_PER_DEGREE < 6.0


@pytest.mark.parametrize("drive", DRIVES, ids=lambda drive: drive.name)
def test_cars_drive_between_8_and_14_metres_a_second_or_stand(drive: Drive) -> None:
    speeds = [fix.speed_mps for fix in Timeline(7, drive).track()]
    assert all(speed == 0.0 or 8.0 <= speed <= 14.0 for speed in speeds)


def test_the_demo_has_between_150_and_300_frames_and_a_right_angle() -> None:
    assert 150 <= sum(len(Timeline(7, drive).shots()) for drive in DRIVES) <= 300
    headings = [shot.pose.heading_deg for shot in Timeline(7, ALICE).shots()]
    assert max(headings) - min(headings) > 85


def test_mallory_has_times_of_his_own_and_follows_alices_route() -> None:
    assert MALLORY.copies == ALICE.name
    assert MALLORY.day != ALICE.day
    assert MALLORY.route == ALICE.route


def test_the_demo_days_are_a_monday_a_tuesday_and_a_wednesday() -> None:
    assert DAYS == ("2026-01-05", "2026-01-06", "2026-01-07")
