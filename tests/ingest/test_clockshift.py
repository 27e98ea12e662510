"""An offset of the camera's clock is offered only where it puts the pictures on the track."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from ingest.clockshift import suggest
from ingest.tracks import Track, make_track
from roadcomb.records import Fix

HOUR_S = 3600


def track(*spans: tuple[int, int]) -> Track:
    """A fix a second, half-open spans of seconds."""
    seconds = [second for start, end in spans for second in range(start, end)]
    return make_track(Fix(second * 1000, second % 900 / 1e5, 0.0) for second in seconds)


def pictures(start_s: float, count: int = 100) -> list[int]:
    """One every two seconds."""
    return [round((start_s + 2 * n) * 1000) for n in range(count)]


def offered(times_ms: Sequence[int], of: Track) -> tuple[float, ...]:
    found = suggest(times_ms, of, gap_s=10)
    return () if found is None else found.offsets_s


def test_a_clock_in_another_time_zone_is_found() -> None:
    way = track((0, 300))
    assert offered(pictures(20 + 2 * HOUR_S), way) == (-2 * HOUR_S,)
    assert offered(pictures(20 - 7 * HOUR_S), way) == (7 * HOUR_S,)
    assert offered(pictures(20 - 5.75 * HOUR_S), way) == (5.75 * HOUR_S,)


def test_a_clock_that_is_right_or_a_track_of_half_of_the_drive_offers_nothing() -> None:
    assert offered(pictures(20), track((0, 300))) == ()
    assert offered(pictures(150), track((0, 300))) == ()
    assert offered(pictures(20), track()) == ()
    assert offered([], track((0, 300))) == ()


def test_several_zones_that_fit_are_all_offered_the_smallest_first() -> None:
    day = track((0, 5 * HOUR_S))
    assert offered(pictures(-1.5 * HOUR_S), day)[:3] == (2 * HOUR_S, 3 * HOUR_S, 4 * HOUR_S)


def test_a_clock_that_was_never_set_is_laid_on_the_track_s_begin() -> None:
    year_s = 365 * 86_400
    found = suggest(pictures(0.5), track((year_s, year_s + 300)), gap_s=10)
    assert found is not None
    assert found.offsets_s == (year_s - 0.5,)
    assert found.guessed
    assert "--time-offset 31535999.5 " in found.words()


def test_another_drive_s_track_offers_nothing() -> None:
    assert offered(pictures(0, count=300), track((86_400 * 40, 86_400 * 40 + 60))) == ()


@given(st.integers(-60, 60), st.integers(0, 100), st.integers(1, 50), st.integers(10, 400))
def test_with_what_is_offered_nine_of_ten_pictures_lie_on_the_track(
    quarters: int, lead_s: int, count: int, length_s: int
) -> None:
    way = track((0, length_s), (length_s + 60, length_s + 200))
    times = pictures(lead_s + quarters * 900, count)
    for offset_s in offered(times, way):
        on = [way.at(t_ms + round(offset_s * 1000), 10) is not None for t_ms in times]
        assert sum(on) >= 0.9 * len(times)
