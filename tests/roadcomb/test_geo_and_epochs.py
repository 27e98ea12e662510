"""Distances and directions against published values; an epoch is a half-open UTC day."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roadcomb import epochs, geo
from roadcomb.records import degrees, e7

LATS, LONS = st.floats(-89, 89), st.floats(-180, 180)


def test_a_degree_of_the_equator_is_a_360th_of_the_sphere() -> None:
    assert geo.distance_m(0, 0, 0, 1) == pytest.approx(111_195.08, abs=0.01)


def test_paris_to_london_within_the_spheres_error() -> None:
    assert geo.distance_m(48.8566, 2.3522, 51.5074, -0.1278) == pytest.approx(343_900, rel=0.006)


@given(LATS, LONS, LATS, LONS)
@example(0.0, 1e-106, 1.0, 0.0)  # a hair west of north is 0, not 360
def test_distance_is_symmetric_and_bearings_are_in_range(
    lat1: float, lon1: float, lat2: float, lon2: float
) -> None:
    there, back = geo.distance_m(lat1, lon1, lat2, lon2), geo.distance_m(lat2, lon2, lat1, lon1)
    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= geo.bearing_deg(lat1, lon1, lat2, lon2) < 360


@pytest.mark.parametrize(
    ("lat", "lon", "bearing"), [(1, 0, 0), (0, 1, 90), (-1, 0, 180), (0, -1, 270)]
)
def test_bearings_of_the_four_winds(lat: float, lon: float, bearing: float) -> None:
    assert geo.bearing_deg(0, 0, lat, lon) == pytest.approx(bearing)


def test_a_heading_is_interpolated_over_north_the_short_way() -> None:
    assert geo.interpolate_heading(350, 20, 0.5) == pytest.approx(5)
    assert geo.interpolate_heading(20, 350, 0.5) == pytest.approx(5)


@pytest.mark.parametrize(
    ("heading_cdeg", "sector"),
    [(0, 0), (2_249, 0), (2_250, 1), (33_750, 0), (33_749, 7), (18_000, 4), (36_000, 0)],
)
def test_sectors_are_centred_on_the_eight_winds(heading_cdeg: int, sector: int) -> None:
    assert geo.heading_sector(heading_cdeg) == sector


@given(st.integers(0, 2**45))
def test_every_instant_lies_in_exactly_one_epoch(t_ms: int) -> None:
    epoch = epochs.epoch_of(t_ms)
    assert epochs.start_ms(epoch) <= t_ms < epochs.end_ms(epoch) == epochs.start_ms(epoch + 1)
    assert epochs.last_closed(t_ms) == epoch - 1


def test_an_epoch_is_written_as_number_or_day() -> None:
    assert epochs.date_of(20_458) == date(2026, 1, 5)
    assert epochs.parse_epoch("2026-01-05") == epochs.parse_epoch("20458") == 20_458
    with pytest.raises(ValueError, match="isoformat"):
        epochs.parse_epoch("yesterday")


@given(st.integers(-1_800_000_000, 1_800_000_000))
def test_positions_survive_the_way_through_integers(value: int) -> None:
    assert e7(degrees(value)) == value
