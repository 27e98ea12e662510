"""The lattice: corners without H3 are where H3 has them, or H3 is asked."""

import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadcomb.cells import boundaries, cell_of, resolution
from tests.tiles.test_cover import PENTAGONS
from tests.tiles.worlds import PLACES
from tiles import lattice
from tiles.webmercator import world

SOME = np.random.default_rng(1).integers(0, 7**lattice.DEPTH, 60)


def cells_in(patch: int, res: int) -> np.ndarray:
    children = sorted(map(h3.str_to_int, h3.cell_to_children(h3.int_to_str(patch), res)))
    return np.array(children, np.uint64)[np.unique(SOME % len(children))]


def wrong(cells: np.ndarray, places: np.ndarray) -> float:
    """Largest distance between a corner and H3's, in widths of the cell."""
    corners, _ = boundaries(cells)
    there = np.stack(world(corners[:, 0], corners[:, 1]), axis=-1).reshape(len(cells), 6, 2)
    apart = places.transpose(1, 0, 2)[:, :, None] - there[:, None]
    apart[..., 0] -= np.round(apart[..., 0])
    width = np.hypot(*(there[:, 0] - there[:, 3]).T)
    return float((np.hypot(apart[..., 0], apart[..., 1]).min(axis=2).T / width).max())


@given(PLACES, st.integers(lattice.DEPTH, 12))
def test_corners_are_those_of_h3_to_a_ten_thousandth_of_a_cell(
    place: tuple[float, float], res: int
) -> None:
    cells = cells_in(cell_of(*place, res - lattice.DEPTH), res)
    places = lattice.placed(cells, res)
    assert places is None or wrong(cells, places) < 1e-4


@given(PLACES, st.integers(0, 5))
def test_a_corner_depends_on_its_cell_alone_to_the_last_bits_of_a_float(
    place: tuple[float, float], first: int
) -> None:
    cells = cells_in(cell_of(*place, 8), 12)
    together, alone = lattice.placed(cells, 12), lattice.placed(cells[first : first + 1], 12)
    assert (together is None) == (alone is None)
    if together is not None and alone is not None:
        assert np.abs(together[:, first] - alone[:, 0]).max() < 1e-15


def test_nearly_every_patch_of_the_paid_cells_is_placed_without_h3() -> None:
    draw = np.random.default_rng(3)
    places = zip(draw.uniform(-80, 80, 300), draw.uniform(-180, 180, 300), strict=True)
    cells = [cell_of(lat, lon, 12) for lat, lon in places]
    found = [lattice.placed(np.array([cell], np.uint64), 12) for cell in cells]
    assert sum(one is None for one in found) < 10


@pytest.mark.parametrize("res", [7, 9, 12])
def test_h3_is_asked_around_pentagons_and_poles(res: int) -> None:
    for lat, lon in (*PENTAGONS, (90.0, 0.0), (-90.0, 0.0)):
        cell = cell_of(lat, lon, res)
        assert lattice.placed(np.array([cell], np.uint64), res) is None


def test_h3_is_asked_where_two_faces_meet() -> None:
    draw, bent = np.random.default_rng(4), 0
    for lat, lon in zip(draw.uniform(-80, 80, 400), draw.uniform(-180, 180, 400), strict=True):
        patch = h3.latlng_to_cell(lat, lon, 4)
        if len(h3.get_icosahedron_faces(patch)) > 1:
            cell = h3.str_to_int(h3.cell_to_center_child(patch, 8))
            assert lattice.placed(np.array([cell], np.uint64), 8) is None
            bent += 1
    assert bent > 5


@given(PLACES, st.integers(lattice.DEPTH, 12))
def test_a_patch_is_the_ancestor_of_its_cells(place: tuple[float, float], res: int) -> None:
    cell = cell_of(*place, res)
    patch = lattice.patch_of(cell, res)
    assert resolution(patch) == res - lattice.DEPTH
    assert h3.cell_to_parent(h3.int_to_str(cell), res - lattice.DEPTH) == h3.int_to_str(patch)
