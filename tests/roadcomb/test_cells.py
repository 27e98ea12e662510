"""The array functions agree with h3 itself, and descendants are one contiguous range."""

import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadcomb import cells
from roadcomb.errors import InvalidInput

LATS = st.floats(-89.9, 89.9)
LONS = st.floats(-180, 180)


@given(LATS, LONS, st.integers(0, 15))
def test_cells_and_parents_are_those_of_h3(lat: float, lon: float, res: int) -> None:
    cell = cells.cell_of(lat, lon, res)
    assert cells.format_cell(cell) == h3.latlng_to_cell(lat, lon, res)
    assert cells.cells_of([lat], [lon], res).tolist() == [cell]
    for coarser in range(res + 1):
        expected = h3.str_to_int(h3.cell_to_parent(h3.int_to_str(cell), coarser))
        assert cells.parent(cell, coarser) == expected
        assert cells.parents(np.array([cell], np.uint64), coarser).tolist() == [expected]


@given(LATS, LONS, st.integers(0, 9), st.integers(0, 3))
def test_all_descendants_and_nothing_else_lie_in_the_range(
    lat: float, lon: float, res: int, depth: int
) -> None:
    cell = cells.cell_of(lat, lon, res)
    first, last = cells.descendants(cell, res + depth)
    children = [h3.str_to_int(c) for c in h3.cell_to_children(h3.int_to_str(cell), res + depth)]
    assert first == min(children)
    assert last == max(children)
    for neighbour in h3.grid_ring(h3.int_to_str(cell), 1):
        for outside in h3.cell_to_children(neighbour, res + depth):
            assert not first <= h3.str_to_int(outside) <= last


@given(st.lists(st.tuples(LATS, LONS, st.integers(0, 12)), min_size=1), st.integers(12, 15))
def test_ranges_of_many_cells_are_those_of_each(
    places: list[tuple[float, float, int]], res: int
) -> None:
    several = [cells.cell_of(*place) for place in places]
    first, last = cells.descendant_ranges(np.array(several, np.uint64), res)
    found = zip(first.tolist(), last.tolist(), strict=True)
    assert list(found) == [cells.descendants(cell, res) for cell in several]


def test_a_pentagon_and_a_cell_on_an_icosahedron_edge_keep_all_their_corners() -> None:
    pentagon = h3.str_to_int(next(iter(h3.get_pentagons(5))))
    array = np.array([pentagon, cells.cell_of(35.65, 139.7)], np.uint64)
    corners, offsets = cells.boundaries(array)
    for index, cell in enumerate(array):
        expected = np.array(h3.cell_to_boundary(h3.int_to_str(int(cell))))[:, ::-1]
        assert np.allclose(corners[offsets[index] : offsets[index + 1]], expected, atol=1e-9)


def test_centres_are_those_of_h3() -> None:
    cell = cells.cell_of(-33.9, 18.4, 9)
    lat, lon = cells.centres(np.array([cell], np.uint64))
    assert (lat[0], lon[0]) == pytest.approx(h3.cell_to_latlng(h3.int_to_str(cell)))


def test_the_disk_is_that_of_h3() -> None:
    cell = cells.cell_of(0.5, -25.0)
    expected = {h3.str_to_int(c) for c in h3.grid_disk(h3.int_to_str(cell), 2)}
    assert set(cells.disk(cell, 2)) == expected


@pytest.mark.parametrize("text", ["", "8c", "zzz", "8c2f5a364d143fg", "f" * 16, "f" * 40, "-1"])
def test_texts_that_are_no_cell_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        cells.parse_cell(text)


def test_a_cell_of_another_resolution_is_refused_when_one_is_asked_for() -> None:
    text = cells.format_cell(cells.cell_of(1, 2, 9))
    assert cells.parse_cell(text) == cells.parse_cell(text, 9)
    with pytest.raises(InvalidInput, match="resolution 9"):
        cells.parse_cell(text, 12)


def test_a_finer_cell_has_no_coarser_descendants() -> None:
    with pytest.raises(InvalidInput):
        cells.descendants(cells.cell_of(1, 2, 9), 8)
