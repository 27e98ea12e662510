"""Instants are chosen by distance."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.settings import ReadSettings, ScreenSettings
from ingest.tracks import make_track
from ingest.video.choosing import STEP_MS, choose, even
from roadcomb.geo import distance_m
from roadcomb.records import Fix
from tests.ingest.pictures import LAT, LON, METRE_DEG

SCREENING, READING = ScreenSettings(), ReadSettings()


def track(speeds_mps: list[float]) -> tuple[Fix, ...]:
    """One fix a second, northwards."""
    ways = [sum(speeds_mps[:n]) for n in range(len(speeds_mps) + 1)]
    return tuple(Fix(n * 1000, LAT + way * METRE_DEG, LON) for n, way in enumerate(ways))


def chosen(fixes: tuple[Fix, ...], duration_ms: int = 10**9) -> list[Fix]:
    return choose(even(fixes, READING), duration_ms, SCREENING, READING)


def ways_m(fixes: list[Fix]) -> list[float]:
    return [distance_m(a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg) for a, b in pairwise(fixes)]


def test_a_car_twice_as_fast_gives_pictures_twice_as_often() -> None:
    slow, fast = chosen(track([8.1] * 20)), chosen(track([16.2] * 20))
    assert len(slow) == 21
    assert len(fast) == pytest.approx(2 * len(slow), abs=3)


def test_a_standing_car_adds_no_picture() -> None:
    assert len(chosen(track([8.1] * 5 + [0.0] * 300 + [8.1] * 5))) == 11


def test_above_24_m_per_s_pictures_stand_further_apart() -> None:
    assert all(11.9 <= way <= 13.3 for way in ways_m(chosen(track([30.0] * 10))))


@given(st.lists(st.floats(0, 38), min_size=1, max_size=40))
def test_pictures_are_a_spacing_apart_and_hardly_more(speeds: list[float]) -> None:
    step_m = max(speeds) * STEP_MS / 1000
    for way in ways_m(chosen(track(speeds))):
        assert SCREENING.spacing_m <= way <= SCREENING.fast_spacing_m + step_m + 1e-6


def test_nothing_is_chosen_in_a_hole_of_the_track_or_after_the_video() -> None:
    first, second = track([10.0] * 10), track([10.0] * 70)[60:]
    times = [fix.t_ms for fix in chosen((*first, *second), duration_ms=65_000)]
    assert all(t <= 10_000 or 60_000 <= t < 65_000 for t in times)
    assert max(times) > 63_000


def test_places_that_a_slow_receiver_repeats_lose_no_picture() -> None:
    held = tuple(
        Fix(n * 1000, LAT + n // 4 * 4 * 10 * METRE_DEG, LON, speed_mps=10.0) for n in range(41)
    )
    assert len(chosen(held)) >= 48


def test_no_track_gives_no_picture() -> None:
    assert choose(make_track([]), 60_000, SCREENING, READING) == []
