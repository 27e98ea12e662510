"""A route goes on without a jump and turns where it says."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_data.geodesy import degrees
from sample_data.route import Route

WAY = Route(((0.0, 0.0), (0.0, 100.0), (120.0, 100.0), (120.0, 200.0)), 12.0)


@given(st.floats(0.0, 290.0))
def test_a_metre_driven_is_a_metre_moved(metres: float) -> None:
    here, there = WAY.at(metres), WAY.at(metres + 0.1)
    assert math.dist((here.x_m, here.y_m), (there.x_m, there.y_m)) == pytest.approx(0.1, abs=1e-4)


def test_a_right_and_a_left_turn_end_at_right_angles() -> None:
    assert WAY.at(50.0).heading_deg == 0.0
    assert WAY.at(150.0).heading_deg == 90.0
    assert WAY.at(280.0).heading_deg == 0.0


def test_the_length_is_the_straights_and_the_quarter_circles() -> None:
    assert WAY.length_m == pytest.approx(88 + 96 + 88 + 2 * 12 * math.pi / 2)


def test_the_city_lies_in_the_open_atlantic_and_not_at_zero_zero() -> None:
    assert degrees(0.0, 0.0) == (0.5, -25.0)


def test_a_degree_of_the_city_has_the_length_of_the_ellipsoid() -> None:
    """On WGS 84 at the equator a degree is 110574 m north and 111320 m east."""
    assert degrees(0.0, 110_574.0)[0] == pytest.approx(1.5, abs=1e-4)
    assert degrees(111_316.0, 0.0)[1] == pytest.approx(-24.0, abs=1e-4)
