"""The laws of ingest/screening.py: nothing vanishes, a drive screened again is kept whole."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ingest.screening import increasing, screen, screen_drives
from ingest.settings import ScreenSettings
from roadcomb.geo import EARTH_RADIUS_M
from roadcomb.records import Frame, e7

SETTINGS = ScreenSettings()
T0_MS = 1_767_600_000_000
METRE_DEG = 180 / (math.pi * EARTH_RADIUS_M)


def frame(t_s: float, north_m: float, speed_mps: float | None = None, east_m: float = 0) -> Frame:
    """A frame on the meridian of 25 degrees west, `north_m` from half a degree north."""
    speed = None if speed_mps is None else round(speed_mps * 100)
    at = e7(0.5 + north_m * METRE_DEG), e7(-25 + east_m * METRE_DEG)
    return Frame(f"{t_s}/{north_m}", 1, T0_MS + round(t_s * 1000), *at, speed_cmps=speed)


def drive(places_m: Iterable[float], mps: float = 10) -> list[Frame]:
    return [frame(m / mps, m, mps) for m in places_m]


def reasons(frames: Sequence[Frame], settings: ScreenSettings = SETTINGS) -> dict[str, int]:
    return dict(Counter(r.reason for r in screen(frames, settings)[1]))


def test_frames_a_spacing_apart_are_all_kept() -> None:
    frames = drive(range(0, 800, 8))
    assert screen(frames, SETTINGS) == (frames, [])


def test_a_frame_closer_than_four_fifths_of_the_spacing_to_the_last_kept_is_too_close() -> None:
    frames = drive([0, 6.3, 6.5, 13.1, 12.8 + 0.3 + 6.5])
    kept, rejected = screen(frames, SETTINGS)
    assert [f.image_id for f in kept] == [frames[i].image_id for i in (0, 2, 3, 4)]
    assert [(r.item, r.reason) for r in rejected] == [(frames[1], "too-close")]


def test_above_24_metres_a_second_the_spacing_is_12_metres() -> None:
    places = range(0, 90, 9)
    assert reasons(drive(places, mps=23.9)) == {}
    assert reasons(drive(places, mps=24.1)) == {"too-close": 5}


def test_without_a_speed_it_is_taken_from_the_positions() -> None:
    frames = [frame(m / 30, m) for m in range(0, 90, 9)]
    assert reasons(frames) == {"too-close": 5}


def test_one_jump_that_no_car_makes_costs_one_frame() -> None:
    frames = drive(range(0, 160, 8))
    wild = frame(4.5, 5_000)
    kept, rejected = screen([*frames[:6], wild, *frames[6:]], SETTINGS)
    assert kept == frames
    assert [(r.item, r.reason) for r in rejected] == [(wild, "too-fast")]


def test_a_receiver_that_woke_up_elsewhere_costs_only_its_first_frames() -> None:
    stale = frame(-1, 1_000_000)
    frames = drive(range(0, 160, 8))
    kept, rejected = screen([stale, *frames], SETTINGS)
    assert kept == frames
    assert [r.reason for r in rejected] == ["too-fast"]


def test_one_wild_clock_costs_one_frame() -> None:
    frames = drive(range(0, 160, 8))
    for wild_s in (-1_000.0, 86_400.0):
        wild = frame(wild_s, 44)
        kept, rejected = screen([*frames[:6], wild, *frames[6:]], SETTINGS)
        assert kept == frames
        assert [(r.item, r.reason) for r in rejected] == [(wild, "time-backwards")]


def test_two_frames_of_one_instant_are_one_frame_and_a_rejection() -> None:
    frames = drive(range(0, 80, 8))
    assert reasons([frames[0], *frames]) == {"time-backwards": 1}


def test_a_frame_at_null_island_is_rejected() -> None:
    frames = [*drive(range(0, 80, 8)), Frame("x", 1, T0_MS + 9_000, 0, 0)]
    assert reasons(frames) == {"null-island": 1}


def test_a_long_pause_ends_a_drive_and_a_red_light_does_not() -> None:
    before = drive(range(0, 40, 8))
    red_light = [frame(4 + 52, 48), frame(58, 56), frame(60, 64)]
    next_trip = [frame(60 + 247, 76), frame(309, 84), frame(311, 92)]
    drives, rejected = screen_drives([*before, *red_light, *next_trip], SETTINGS)
    assert drives == [[*before, *red_light], next_trip]
    assert not rejected


def test_after_a_long_pause_a_drive_may_begin_where_the_last_one_ended() -> None:
    before = drive(range(0, 40, 8))
    next_trip = [frame(400, 32), frame(401, 40), frame(402, 48)]
    assert screen_drives([*before, *next_trip], SETTINGS) == ([before, next_trip], [])
    red_light = [frame(200, 32), frame(201, 40), frame(202, 48)]
    assert reasons([*before, *red_light]) == {"too-close": 1}


def test_a_long_hole_ends_a_drive() -> None:
    tunnel = drive([*range(0, 80, 8), *range(600, 680, 8)], mps=20)
    assert [len(d) for d in screen_drives(tunnel, SETTINGS)[0]] == [10, 10]


def test_a_slow_camera_on_a_motorway_makes_one_drive() -> None:
    frames = drive(range(0, 3_000, 150), mps=30)
    assert screen_drives(frames, SETTINGS) == ([frames], [])


def test_a_parked_camera_that_runs_on_is_too_close_all_night() -> None:
    frames = drive(range(0, 80, 8))
    parked = [frame(8 + s, 72, 0) for s in range(1, 1_000)]
    assert reasons([*frames, *parked]) == {"too-close": 999}


def test_positions_that_jump_away_and_come_back_are_zig_zag() -> None:
    frames = drive(range(0, 400, 8), mps=4)
    away = [frame(52, 208 + 60, 4), frame(54, 216 + 70, 4)]
    kept, rejected = screen([*frames[:26], *away, *frames[28:]], SETTINGS)
    assert kept == [*frames[:26], *frames[28:]]
    assert [(r.item, r.reason) for r in rejected] == [(f, "zig-zag") for f in away]


def test_a_corner_and_a_slow_camera_are_no_zig_zag() -> None:
    east = [frame(24 + n, 192, east_m=8 * n) for n in range(1, 20)]
    assert reasons([*drive(range(0, 200, 8), mps=8), *east]) == {}
    assert reasons(drive(range(0, 3_000, 150), mps=30)) == {}


def test_a_trip_that_begins_elsewhere_after_a_pause_is_no_zig_zag() -> None:
    frames = drive(range(0, 400, 40), mps=20)
    back = [frame(300 + n, 280 - 20 * n) for n in range(9)]
    assert reasons([*frames, *back]) == {}


def test_a_drive_that_never_leaves_its_first_frame_is_stationary() -> None:
    jitter = [frame(10 * n, 7 * (n % 2), 0.1) for n in range(9)]
    assert reasons(jitter) == {"stationary": 9}
    assert reasons([*jitter, frame(90, 12, 1)]) == {}


def test_a_fix_that_its_receiver_calls_weak_is_rejected_and_silence_is_not() -> None:
    frames = drive(range(0, 80, 8))
    told = [replace(f, satellites=4, hdop_centi=400) for f in frames]
    assert reasons(told) == {}
    told[3], told[5] = replace(told[3], satellites=3), replace(told[5], hdop_centi=401)
    assert reasons(told) == {"few-satellites": 1, "poor-hdop": 1}
    assert reasons(told, ScreenSettings(min_satellites=0, max_hdop=99)) == {}


def test_fewer_than_three_frames_are_no_drive() -> None:
    frames = drive([0, 8])
    assert reasons(frames) == {"drive-too-short": 2}
    assert reasons(frames, ScreenSettings(min_frames=1)) == {}


def test_an_endless_drive_is_cut_into_equal_drives() -> None:
    frames = drive(range(0, 8 * 25, 8))
    drives, rejected = screen_drives(frames, ScreenSettings(max_frames=10))
    assert [len(d) for d in drives] == [8, 8, 9]
    assert not rejected


steps = st.tuples(
    st.integers(-2_000, 400_000),  # ms to the next frame
    st.one_of(st.floats(-50, 200), st.sampled_from([-120.0, 120.0, 8.0])),  # metres north
    st.one_of(st.none(), st.integers(0, 5_000)),
)
walks = st.lists(steps, max_size=60)
anything = st.lists(
    st.builds(
        Frame,
        image_id=st.just("x"),
        size=st.just(1),
        t_ms=st.integers(-(2**60), 2**60),
        lat_e7=st.integers(-(2**40), 2**40),
        lon_e7=st.integers(-(2**40), 2**40),
        speed_cmps=st.one_of(st.none(), st.integers(-(2**40), 2**40)),
        hdop_centi=st.one_of(st.none(), st.integers(0, 2**40)),
        satellites=st.one_of(st.none(), st.integers(0, 9)),
    ),
    max_size=30,
)


def walked(walk: list[tuple[int, float, int | None]]) -> list[Frame]:
    t_ms, north_m, frames = 0, 0.0, []
    for dt_ms, dm, speed in walk:
        t_ms, north_m = t_ms + dt_ms, north_m + dm
        frames.append(frame(t_ms / 1000, north_m, None if speed is None else speed / 100))
    return frames


@given(st.one_of(walks.map(walked), anything), st.integers(1, 4))
def test_nothing_vanishes(frames: list[Frame], min_frames: int) -> None:
    kept, rejected = screen(frames, ScreenSettings(min_frames=min_frames))
    ours = Counter(map(id, kept)) + Counter(id(r.item) for r in rejected)
    assert ours == Counter(map(id, frames))


@given(walks.map(walked), st.integers(1, 4))
def test_a_drive_screened_again_is_kept_whole(frames: list[Frame], min_frames: int) -> None:
    settings = ScreenSettings(min_frames=min_frames, max_frames=10)
    for found in screen_drives(frames, settings)[0]:
        assert screen_drives(found, settings) == ([found], [])


@given(st.lists(st.integers(0, 12), max_size=9))
def test_the_longest_increasing_run_is_found(values: list[int]) -> None:
    chosen = [v for v, c in zip(values, increasing(values), strict=True) if c]
    assert chosen == sorted(set(chosen))
    runs = [0] * len(values)
    for i, v in enumerate(values):
        runs[i] = 1 + max((runs[j] for j in range(i) if values[j] < v), default=0)
    assert len(chosen) == max(runs, default=0)
