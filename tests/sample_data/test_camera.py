"""The camera is a pinhole: what it draws lies where the projection says."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_data import Conditions, Pose
from sample_data.camera import direction
from sample_data.upright import Board, span

VIEW = Conditions().view(Pose(1.7, -60.0, 0.0))


@given(st.floats(0.0, 359.9), st.floats(2.0, 100.0))
def test_a_point_straight_ahead_is_seen_in_the_middle_column(heading: float, metres: float) -> None:
    east, north = direction(heading)
    view = Conditions().view(Pose(10.0, 20.0, heading))
    right, ahead = view.ahead(np.array([10.0 + east * metres]), np.array([20.0 + north * metres]))
    assert view.column(float(right[0]), float(ahead[0])) == pytest.approx(view.width / 2, abs=0.01)
    assert float(ahead[0]) == pytest.approx(metres, abs=1e-5)


def test_a_row_of_the_ground_and_its_depth_belong_together() -> None:
    depth = VIEW.ground_depths(500, 501)
    assert VIEW.row(0.0, float(depth[0])) == pytest.approx(500.5)


def test_what_is_at_the_height_of_the_camera_is_on_the_horizon() -> None:
    assert VIEW.row(VIEW.height_m, 17.0) == VIEW.horizon_row


def test_a_board_twice_as_far_is_half_as_wide() -> None:
    near = span(VIEW, Board((-2.0, 10.0), (2.0, 10.0), 0.0, 3.0))
    far = span(VIEW, Board((-2.0, 20.0), (2.0, 20.0), 0.0, 3.0))
    assert near is not None
    assert far is not None
    assert near.last - near.first == pytest.approx(2 * (far.last - far.first), abs=2)


def test_a_board_shows_its_face_only_from_the_front() -> None:
    assert span(VIEW, Board((2.0, 10.0), (-2.0, 10.0), 0.0, 3.0)) is None


@given(st.floats(-8, 8), st.floats(-20, 60), st.floats(-8, 8), st.floats(-20, 60))
def test_every_column_of_a_span_sees_the_board_in_front_of_the_camera(
    x0: float, z0: float, x1: float, z1: float
) -> None:
    found = span(VIEW, Board((x0, z0), (x1, z1), 0.0, 5.0))
    if found is not None:
        assert 0 <= found.first < found.last <= VIEW.width
        assert float(found.depth_m.min()) > 0.0
        assert float(found.share.min()) >= 0.0
        assert float(found.share.max()) <= 1.0


def test_a_polygon_that_passes_the_camera_is_cut_and_not_turned_inside_out() -> None:
    square = [(0.0, -70.0, 0.0), (3.0, -70.0, 0.0), (3.0, -50.0, 0.0), (0.0, -50.0, 0.0)]
    seen = VIEW.seen_polygon(square)
    assert len(seen) == 4
    assert all(row > VIEW.horizon_row for _, row in seen)


def test_a_direction_is_a_unit_vector_clockwise_from_north() -> None:
    assert direction(90.0) == (1.0, 0.0)
    assert math.hypot(*direction(33.0)) == pytest.approx(1.0, abs=1e-8)
