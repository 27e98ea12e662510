"""A frame is placed only between two fixes that are near enough in time, and there on the line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.heldfix import spread_held
from ingest.tracks import make_track
from roadcomb.records import Fix

FIXES = [Fix(0, 10.0, 20.0, heading_deg=350), Fix(1000, 10.001, 20.0, heading_deg=10)]


def test_a_frame_stands_on_the_line_between_two_fixes() -> None:
    found = make_track(FIXES).at(250, gap_s=2)
    assert found is not None
    assert (found.lat_deg, found.lon_deg) == pytest.approx((10.00025, 20.0))
    assert found.heading_deg == pytest.approx(355)
    assert found.alt_m is None


def test_nothing_is_guessed_before_after_or_across_a_hole() -> None:
    track = make_track([*FIXES, Fix(60_000, 10.01, 20.0)])
    assert [track.at(t, gap_s=2) for t in (-1, 1001, 30_000, 60_001)] == [None] * 4
    assert track.at(60_000, gap_s=2) is not None


def test_the_date_line_is_crossed_the_short_way() -> None:
    found = make_track([Fix(0, 0, 179.999), Fix(1000, 0, -179.999)]).at(750, gap_s=2)
    assert found is not None
    assert found.lon_deg == pytest.approx(-179.9995)


def test_places_off_earth_are_no_part_of_a_track() -> None:
    assert make_track([Fix(0, float("nan"), 0), Fix(1, 91, 0), Fix(2, 0, 181)]).fixes == ()


@given(st.lists(st.integers(0, 50)), st.integers(-5, 55))
def test_a_place_always_lies_between_its_neighbours(times: list[int], t_ms: int) -> None:
    found = make_track(Fix(t, t / 1000, 0) for t in times).at(t_ms, gap_s=60)
    assert (found is not None) == (bool(times) and min(times) <= t_ms <= max(times))
    assert found is None or found.lat_deg == pytest.approx(t_ms / 1000)


def staircase(seconds: int, speed: float | None = None) -> list[Fix]:
    """Five frames a second at 20 m/s under a receiver of one fix a second."""
    return [Fix(n * 200, n // 5 * 20.0, 0.0, speed_mps=speed) for n in range(seconds * 5)]


def test_frames_that_repeat_a_fix_are_spread_to_the_next_one() -> None:
    places = [fix.lat_deg for fix in spread_held(staircase(10), held_s=10)]
    assert places[:46] == pytest.approx([n * 4.0 for n in range(46)])
    assert places[46:] == [180.0] * 4


def test_a_standing_or_long_repeated_fix_is_left_alone() -> None:
    assert spread_held(staircase(10, speed=0.2), held_s=10) == staircase(10, speed=0.2)
    assert spread_held(staircase(10), held_s=0.9) == staircase(10)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2))))
def test_spreading_keeps_every_frame_at_its_own_time(pairs: list[tuple[int, int]]) -> None:
    fixes = [Fix(t, float(lat), 0.0) for t, lat in pairs]
    spread = spread_held(fixes, held_s=10)
    assert [fix.t_ms for fix in spread] == [fix.t_ms for fix in fixes]
    assert all(-1 < fix.lat_deg < 3 for fix in spread)
