"""The laws of ingest/gaps.py: a gap over two spacings ends a drive, and nothing is lost by it."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ingest.folder import read_recordings
from ingest.gaps import drives_between_gaps
from ingest.planning import plan_recording
from ingest.screening import screen_drives
from ingest.settings import ReadSettings, ScreenSettings
from ingest.tracks import make_track
from ingest.video.choosing import choose
from roadcomb.records import Fix, Frame, e7
from tests.benchmarks.bench_positions import TRACE, read_trace
from tests.ingest.test_screening import SETTINGS, T0_MS, drive, frame, walked, walks


def lengths(
    places_m: list[float], mps: float, by_distance: bool, settings: ScreenSettings = SETTINGS
) -> list[int]:
    (whole,), _ = screen_drives(drive(places_m, mps), settings)
    return [len(part) for part in drives_between_gaps(whole, settings, by_distance)]


def test_a_gap_over_twice_the_spacing_ends_a_drive_and_one_of_twice_does_not() -> None:
    before = [8.0 * n for n in range(5)]
    assert lengths([*before, *(32 + 16.2 + 8 * n for n in range(4))], 10, True) == [5, 4]
    assert lengths([*before, *(32 + 15.9 + 8 * n for n in range(4))], 10, True) == [9]
    assert lengths([*before, *(32 + 24.2 + 12 * n for n in range(4))], 25, True) == [3, 4]
    assert lengths([*before, *(32 + 23.9 + 12 * n for n in range(4))], 25, True) == [7]


def test_how_many_spacings_is_a_setting() -> None:
    places = [*(8.0 * n for n in range(5)), *(52 + 8.0 * n for n in range(4))]
    assert lengths(places, 10, True, ScreenSettings(gap_spacings=2.6)) == [9]
    assert lengths(places, 10, True, ScreenSettings(gap_spacings=2.4)) == [5, 4]


def test_no_drive_is_made_that_would_be_too_short() -> None:
    assert lengths([0, 8, 40, 48, 56, 90, 98], 10, True) == [7]
    assert lengths([0, 8, 16, 50, 58, 90, 98, 106], 10, True) == [3, 5]


def test_no_drive_is_made_that_would_stand() -> None:
    still = [frame(10 + 2 * n, 40 + 7 * (n % 2), 1) for n in range(6)]
    (whole,), rejected = screen_drives([*drive(range(0, 24, 8)), *still], SETTINGS)
    assert rejected == []
    assert drives_between_gaps(whole, SETTINGS, True) == [whole]


def test_a_camera_of_one_frame_a_second_is_not_cut_when_it_speeds_up() -> None:
    city, motorway = [8.0 * n for n in range(400)], [3200 + 30.0 * n for n in range(15)]
    frames = [frame(n, m) for n, m in enumerate([*city, *motorway])]
    assert drives_between_gaps(frames, SETTINGS, False) == [frames]
    assert len(drives_between_gaps(frames, SETTINGS, True)) == 5


def test_a_hole_in_what_such_a_camera_shows_ends_a_drive() -> None:
    frames = [frame(n, 20 * n) for n in range(60) if not 30 <= n < 32]
    assert [len(part) for part in drives_between_gaps(frames, SETTINGS, False)] == [30, 28]


def test_a_red_light_is_no_gap() -> None:
    frames = [*drive(range(0, 80, 8)), *(frame(60 + n, 84 + 8 * n, 8) for n in range(9))]
    for by_distance in (True, False):
        assert drives_between_gaps(frames, SETTINGS, by_distance) == [frames]


@given(walks.map(walked), st.integers(1, 4), st.booleans(), st.floats(1, 3))
def test_nothing_is_lost_at_gaps_and_a_node_keeps_every_part_whole(
    frames: list[Frame], min_frames: int, by_distance: bool, spacings: float
) -> None:
    settings = ScreenSettings(min_frames=min_frames, gap_spacings=spacings)
    for whole in screen_drives(frames, settings)[0]:
        parts = drives_between_gaps(whole, settings, by_distance)
        assert [one for part in parts for one in part] == whole
        for part in parts:
            assert screen_drives(part, settings) == ([part], [])
            assert not by_distance or drives_between_gaps(part, settings, True) == [part]


def test_real_drives_lose_no_frame_and_are_cut_only_at_gaps(real_data: Path) -> None:
    (recording,) = read_recordings(real_data / "bee_tokyo", ReadSettings())
    found = {
        by_distance: plan_recording(
            recording, ScreenSettings(by_distance=by_distance), ReadSettings()
        )
        for by_distance in (False, True)
    }
    for plan in found.values():
        assert sum(map(len, plan.drives)) == 67
        assert plan.rejected == ()


def framed(fixes: list[Fix]) -> list[Frame]:
    places = ((fix.t_ms, e7(fix.lat_deg), e7(fix.lon_deg)) for fix in fixes)
    return [
        Frame(f"{t_ms}", 1, T0_MS + t_ms, lat, lon, speed_cmps=round(100 * (fix.speed_mps or 0)))
        for fix, (t_ms, lat, lon) in zip(fixes, places, strict=True)
    ]


def test_a_real_minute_is_one_drive_by_distance_and_by_the_second(real_data: Path) -> None:
    receiver, _ = read_trace(real_data / TRACE)
    start_ms = receiver.times_ms[0]
    track = make_track(replace(fix, t_ms=fix.t_ms - start_ms) for fix in receiver.fixes)
    by_way = framed(choose(track, 60_000, SETTINGS, ReadSettings()))
    by_second = framed(list(track.fixes[::10]))
    assert drives_between_gaps(by_way, SETTINGS, True) == [by_way]
    assert drives_between_gaps(by_way, SETTINGS, False) == [by_way]
    assert drives_between_gaps(by_second, SETTINGS, False) == [by_second]
    assert len(drives_between_gaps(by_second, SETTINGS, True)) > 3
