"""Web Mercator: tiles, and the resolution that each zoom draws."""

import math

import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadcomb.cells import PAID_RESOLUTION
from roadcomb.errors import UsageError
from tests.tiles.worlds import PLACES
from tiles.webmercator import MAX_ZOOM, TILE_PX, degrees, resolution_at, tile_at, world

EQUATOR_M = 40_075_016.686
LEAST_PX = 8


def width_px(res: int, zoom: int) -> float:
    """Of the average hexagon, from side to side, at the equator."""
    width_m: float = math.sqrt(3) * h3.average_hexagon_edge_length(res, "m")
    return width_m / (EQUATOR_M / TILE_PX / 2.0**zoom)


@pytest.mark.parametrize("zoom", range(MAX_ZOOM + 1))
def test_a_zoom_draws_the_finest_hexagons_that_are_eight_pixels_wide(zoom: int) -> None:
    res = resolution_at(zoom)
    assert width_px(res, zoom) >= LEAST_PX
    assert res == PAID_RESOLUTION or width_px(res + 1, zoom) < LEAST_PX


def test_the_last_zoom_is_the_first_that_shows_the_paid_cells() -> None:
    assert resolution_at(MAX_ZOOM) == PAID_RESOLUTION
    assert resolution_at(MAX_ZOOM - 1) < PAID_RESOLUTION


@given(PLACES)
def test_world_units_and_degrees_are_each_others_inverse(place: tuple[float, float]) -> None:
    lat, lon = place
    x, y = world(np.array([lon]), np.array([lat]))
    back_lon, back_lat = degrees(x, y)
    assert back_lat[0] == pytest.approx(lat, abs=1e-9)
    assert back_lon[0] == pytest.approx(lon, abs=1e-9)
    assert 0 <= x[0] < 1
    assert 0 < y[0] < 1


def test_known_places_lie_in_their_known_tiles() -> None:
    # Tokyo station is in the well-known tile 14/14552/6451; the map's corners are its corners.
    x, y = world(np.array([139.7671, -180.0]), np.array([35.6812, 85.0511287798]))
    assert (int(x[0] * 2**14), int(y[0] * 2**14)) == (14_552, 6_451)
    assert (x[1], y[1]) == (0.0, pytest.approx(0.0, abs=1e-12))


@given(st.integers(-2, 30), st.integers(-2, 2**17), st.integers(-2, 2**17))
def test_a_tile_that_is_not_there_is_refused(z: int, x: int, y: int) -> None:
    there = 0 <= z <= MAX_ZOOM and 0 <= x < 2 ** max(z, 0) and 0 <= y < 2 ** max(z, 0)
    if there:
        assert tile_at(z, x, y).size == 2.0**-z
    else:
        with pytest.raises(UsageError):
            tile_at(z, x, y)
