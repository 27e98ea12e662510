"""Areas hold the cells whose middle is inside: side by side they share none and miss none."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadcomb.cells import Cells, cell_of, cells_of, centres, format_cell, parent, parents
from roadcomb.errors import InvalidInput
from tests.tiles.test_state import overlay_only
from tests.tiles.worlds import AT_SEA, scattered
from tiles.areas import MOST_CORNERS, Area, area_around, box_of, cell_area, polygon_area
from tiles.state import MapState
from tiles.within import coverage_in

SEA = np.unique(scattered(400))
WORLD = np.unique(
    cells_of(
        np.random.default_rng(5).uniform(-89.9, 89.9, 3_000),
        np.random.default_rng(6).uniform(-180, 180, 3_000),
    )
)


@pytest.fixture(scope="module")
def sea() -> MapState:
    """A few hundred cells around one place."""
    return overlay_only(SEA)


@pytest.fixture(scope="module")
def world() -> MapState:
    """Cells scattered over the whole globe, poles and antimeridian included."""
    return overlay_only(WORLD)


def found(state: MapState, area: Area, res: int = 12) -> Cells:
    cells: Cells = coverage_in(state, area, res)["cell"].to_numpy()
    return cells


longitudes = st.floats(-180, 180).filter(lambda lon: abs(lon) > 0)


@settings(max_examples=40, deadline=None)
@given(
    longitudes, longitudes, st.floats(-90, 89), st.floats(0.5, 60), st.sampled_from([0, 3, 7, 12])
)
def test_a_box_finds_every_cell_whose_middle_it_holds(
    world: MapState, west: float, east: float, south: float, height: float, res: int
) -> None:
    north = min(90.0, south + height)
    area = box_of(f"{west},{south},{east},{north}") if west != east else box_of("0,0,1,1")
    cells = np.unique(parents(WORLD, res))
    assert found(world, area, res).tolist() == cells[area.holds(cells)].tolist()


def test_a_box_across_the_antimeridian_holds_both_sides(world: MapState) -> None:
    lat, lon = centres(WORLD)
    expected = WORLD[(np.abs(lat) < 30) & (np.abs(lon) > 170)]
    assert found(world, box_of("170,-30,-170,30")).tolist() == sorted(expected.tolist())


def test_the_whole_world_holds_every_cell(world: MapState) -> None:
    assert found(world, box_of("-180,-90,180,90")).tolist() == WORLD.tolist()


@settings(max_examples=30, deadline=None)
@given(st.floats(-0.4, 0.4), st.floats(-0.4, 0.4))
def test_boxes_side_by_side_share_no_cell_and_miss_none(
    sea: MapState, right: float, up: float
) -> None:
    lat, lon = AT_SEA[0] + up, AT_SEA[1] + right
    parts = [
        box_of(f"{west},{south},{east},{north}")
        for west, east in ((-30, lon), (lon, -20))
        for south, north in ((-5, lat), (lat, 5))
    ]
    together = [int(cell) for part in parts for cell in found(sea, part)]
    assert sorted(together) == SEA.tolist()


def test_a_polygon_with_a_hole_leaves_out_what_is_in_it(sea: MapState) -> None:
    lat, lon = AT_SEA

    def ring(half: float) -> list[list[float]]:
        corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
        return [[lon + half * x, lat + half * y] for x, y in corners]

    whole = {"type": "Polygon", "coordinates": [ring(0.4)]}
    holed = {"type": "Polygon", "coordinates": [ring(0.4), ring(0.2)]}
    outer = set(found(sea, polygon_area(json.dumps(whole))).tolist())
    inner = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring(0.2)]}}
    inside = set(found(sea, polygon_area(json.dumps(inner))).tolist())
    assert set(found(sea, polygon_area(json.dumps(holed))).tolist()) == outer - inside
    assert 0 < len(inside) < len(outer) < len(SEA)


def test_a_cell_holds_its_descendants(sea: MapState) -> None:
    own = parent(int(SEA[7]), 6)
    expected = SEA[parents(SEA, 6) == own]
    assert found(sea, cell_area(format_cell(own), 12)).tolist() == expected.tolist()
    assert found(sea, cell_area(format_cell(int(SEA[7])), 12)).tolist() == [int(SEA[7])]


@pytest.mark.parametrize("place", [(0.0, 0.0), (89.99, 10.0), (-89.99, 10.0), (10.0, 179.9999)])
def test_a_box_around_a_point_holds_the_point_wherever_it_is(place: tuple[float, float]) -> None:
    cell = np.array([cell_of(*place)], np.uint64)
    assert area_around(*place, radius_m=500).holds(cell).all()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "nan,0,1,1",
        "0,5,1,5",
        "0,6,1,5",
        "5,0,5,1",
        "-181,0,1,1",
        "0,-91,1,1",
        "0,0,1,inf",
    ],
)
def test_a_box_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="bbox"):
        box_of(text)


BOW_TIE = [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("", "GeoJSON"),
        ("[]", "GeoJSON"),
        ("5", "GeoJSON"),
        ('{"type":"Point","coordinates":[0,0]}', "GeoJSON"),
        ('{"type":"Polygon","coordinates":[]}', "GeoJSON"),
        ('{"type":"Polygon","coordinates":[[[0,0]]]}', "polygon"),
        ('{"type":"Polygon","coordinates":"x"}', "GeoJSON"),
        (json.dumps({"type": "Polygon", "coordinates": BOW_TIE}), "Self-intersection"),
        ('{"type":"Polygon","coordinates":[[[0,0],[200,0],[200,1],[0,0]]]}', "within 180"),
        ("[" * 5000, "GeoJSON"),
    ],
)
def test_a_polygon_that_is_none_is_refused_with_the_reason(document: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        polygon_area(document)


def test_a_polygon_of_too_many_corners_is_refused() -> None:
    turns = np.linspace(0, 2 * np.pi, MOST_CORNERS + 2)
    ring = np.column_stack((np.cos(turns), np.sin(turns))).tolist()
    with pytest.raises(InvalidInput, match="simplify"):
        polygon_area(json.dumps({"type": "Polygon", "coordinates": [[*ring, ring[0]]]}))


def test_a_cell_finer_than_the_answer_is_refused() -> None:
    with pytest.raises(InvalidInput, match="finer"):
        cell_area(format_cell(int(SEA[0])), 11)
