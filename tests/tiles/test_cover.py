"""The cover: no cell that touches a tile is missed."""

import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadcomb.cells import Cells, cells_of, parents, resolution
from tests.tiles.worlds import PLACES
from tiles.cover import ancestors, near
from tiles.webmercator import MAX_ZOOM, Tile, degrees, resolution_at, world

PENTAGONS = [h3.cell_to_latlng(cell) for cell in h3.get_pentagons(0)]
ZOOMS = st.integers(0, MAX_ZOOM)


def tile_around(place: tuple[float, float], zoom: int) -> Tile:
    x, y = world(np.array([place[1]]), np.array([place[0]]))
    return Tile(zoom, int(x[0] * 2**zoom), int(np.clip(y[0], 0, 1 - 1e-12) * 2**zoom))


def touching(tile: Tile, res: int) -> Cells:
    """Cells of a fine grid of points inside the tile, its edges and corners among them."""
    steps = np.concatenate(([1e-9], np.linspace(0.001, 0.999, 60), [1 - 1e-9]))
    x, y = np.meshgrid((tile.x + steps) * tile.size, (tile.y + steps) * tile.size)
    lon, lat = degrees(x.ravel(), y.ravel())
    return np.unique(cells_of(lat, lon, res))


def check(tile: Tile, res: int) -> None:
    cells = touching(tile, res)
    owners = ancestors(tile, res)
    assert near(cells, tile, res).all()
    if owners:
        above = [h3.cell_to_parent(h3.int_to_str(int(c)), resolution(owners[0])) for c in cells]
        assert {h3.str_to_int(cell) for cell in above} <= set(owners)


@given(PLACES, ZOOMS, st.integers(0, 1))
def test_every_cell_that_touches_a_tile_is_found(
    place: tuple[float, float], zoom: int, coarser: int
) -> None:
    check(tile_around(place, zoom), max(0, resolution_at(zoom) - coarser))


@pytest.mark.parametrize("zoom", range(2, MAX_ZOOM + 1))
def test_also_where_h3_is_most_stretched_and_at_the_ends_of_the_map(zoom: int) -> None:
    ends = [(0.3, -179.999), (-0.3, 179.999), (84.9, 10.0), (-84.9, -100.0)]
    for place in (*PENTAGONS, *ends):
        check(tile_around(place, zoom), resolution_at(zoom))


@given(PLACES, st.integers(8, MAX_ZOOM))
def test_a_cover_is_small(place: tuple[float, float], zoom: int) -> None:
    assert len(ancestors(tile_around(place, zoom), resolution_at(zoom))) <= 100


def test_children_that_spill_over_their_parents_edge_are_found() -> None:
    draw, missed = np.random.default_rng(5), 0
    for _ in range(400):
        zoom = int(draw.integers(4, MAX_ZOOM + 1))
        x, y = draw.random(), 0.1 + 0.8 * draw.random()
        tile, res = Tile(zoom, int(x * 2**zoom), int(y * 2**zoom)), resolution_at(zoom)
        above = parents(on_the_edges(tile, res), res - 3)
        missed += len(np.setdiff1d(above, np.array(ancestors(tile, res), np.uint64)))
    assert missed == 0


def on_the_edges(tile: Tile, res: int) -> Cells:
    """Cells along the four sides of a tile, just inside."""
    steps = np.linspace(1e-9, 1 - 1e-9, 300)
    first, last = np.full_like(steps, steps[0]), np.full_like(steps, steps[-1])
    x = (tile.x + np.concatenate([steps, steps, first, last])) * tile.size
    y = (tile.y + np.concatenate([first, last, steps, steps])) * tile.size
    lon, lat = degrees(x, y)
    return np.unique(cells_of(lat, lon, res))
