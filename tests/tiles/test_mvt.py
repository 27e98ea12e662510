"""The encoder: what others decode from its tiles is what H3 says."""

import math
from itertools import pairwise
from typing import Any

import h3
import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from roadcomb.cells import Cells, cells_of, disk
from tests.tiles.test_cover import PENTAGONS, tile_around, touching
from tests.tiles.worlds import PLACES, coverage_at
from tiles import sketch, varints
from tiles.features import EXTENT
from tiles.mvt import KEYS, LAYER, encode
from tiles.webmercator import MAX_ZOOM, Tile, resolution_at

Point = tuple[float, float]
A_CENTIMETRE_DEG = 1e-7


def decoded(tile: Tile, cells: Cells) -> list[dict[str, Any]]:
    """Features as another library reads them, y pointing down as in the tile."""
    body = encode(coverage_at(cells), tile)
    if not body:
        return []
    layers = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    assert list(layers) == [LAYER]
    assert (layers[LAYER]["extent"], layers[LAYER]["version"]) == (EXTENT, 2)
    features: list[dict[str, Any]] = layers[LAYER]["features"]
    return features


def ring(feature: dict[str, Any]) -> list[Point]:
    """Corners of a feature's only ring, the first repeated at the end."""
    [corners] = feature["geometry"]["coordinates"]
    return [(x, y) for x, y in corners]


def reference(cell: str, tile: Tile) -> shapely.Polygon:
    """The cell by h3 and textbook formulas, in tile units, at the turn of the world nearest it."""
    corners = []
    for lat, lon in h3.cell_to_boundary(cell):
        y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
        corners.append([(lon + 180) / 360 * 2**tile.z - tile.x, y * 2**tile.z - tile.y])
    for corner in corners:
        corner[0] -= 2**tile.z * round((corner[0] - corners[0][0]) / 2**tile.z)
    middle = sum(x for x, _ in corners) / len(corners)
    turn = 2**tile.z * round((middle - 0.5) / 2**tile.z)
    return shapely.Polygon([(EXTENT * (x - turn), EXTENT * y) for x, y in corners])


@settings(max_examples=20)  # the other library takes half a second a tile
@given(PLACES, st.integers(1, MAX_ZOOM))
def test_geometry_is_that_of_h3_within_rounding(place: tuple[float, float], zoom: int) -> None:
    tile = tile_around(place, zoom)
    features = decoded(tile, touching(tile, resolution_at(zoom)))
    assert features
    for feature in features[::20]:
        drawn = shapely.Polygon(ring(feature))
        wanted = reference(feature["properties"]["cell"], tile)
        assert drawn.is_valid
        if abs(drawn.centroid.x - wanted.centroid.x) < EXTENT * 2**zoom / 2:
            assert shapely.hausdorff_distance(drawn, wanted) <= 1


@settings(max_examples=20)  # the other library takes half a second a tile
@given(PLACES, st.integers(1, MAX_ZOOM))
def test_rings_are_wound_as_outer_rings(place: tuple[float, float], zoom: int) -> None:
    tile = tile_around(place, zoom)
    for feature in decoded(tile, touching(tile, resolution_at(zoom))):
        corners = ring(feature)
        pairs = pairwise(corners)
        # The surveyor's formula, y down: positive is clockwise on the screen (MVT 2.1, 4.3.3.3).
        assert sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs) > 0
        assert all(a != b for a, b in pairwise(corners))


@settings(max_examples=20)  # the other library takes half a second a tile
@given(PLACES, st.integers(1, MAX_ZOOM))
def test_every_cell_that_touches_a_tile_stands_in_it(place: tuple[float, float], zoom: int) -> None:
    tile = tile_around(place, zoom)
    cells = touching(tile, resolution_at(zoom))
    drawn = {int(f["properties"]["cell"], 16) for f in decoded(tile, cells)}
    assert drawn == set(map(int, cells))


def test_a_hexagon_on_an_edge_stands_in_both_tiles_with_one_shape() -> None:
    left, right = Tile(16, 28_300, 32_600), Tile(16, 28_301, 32_600)
    both = np.unique(np.concatenate([touching(left, 12), touching(right, 12)]))
    in_left, in_right = (
        {f["properties"]["cell"]: ring(f) for f in decoded(tile, both)} for tile in (left, right)
    )
    crossing = [
        cell for cell, corners in in_left.items() if max(corners)[0] > EXTENT > min(corners)[0]
    ]
    assert len(crossing) > 20
    for cell in crossing:
        moved = [(x + EXTENT, y) for x, y in in_right[cell]]
        assert moved == in_left[cell]


def test_a_tile_far_away_is_empty() -> None:
    assert encode(coverage_at(cells_of([0.5], [-25.0], 12)), Tile(16, 100, 100)) == b""
    assert encode(coverage_at(cells_of([], [])), Tile(0, 0, 0)) == b""


def test_properties_are_the_coverage() -> None:
    coverage = coverage_at(np.array(disk(h3.str_to_int(h3.latlng_to_cell(0.5, -25, 12)), 8)))
    tile = tile_around((0.5, -25.0), 16)
    features = mapbox_vector_tile.decode(encode(coverage, tile))[LAYER]["features"]
    by_cell = {feature["properties"]["cell"]: feature["properties"] for feature in features}
    assert len(by_cell) > 100
    estimates = sketch.estimate(coverage["contributors"].to_numpy())
    for row, contributors in zip(coverage.to_pylist(), estimates, strict=True):
        values = (row["last_day"], row["first_day"], row["best_grade"], row["passes"])
        found = by_cell.get(h3.int_to_str(row["cell"]))
        wanted = (h3.int_to_str(row["cell"]), *values, contributors, row["sectors"])
        assert found is None or found == dict(zip(KEYS, wanted, strict=True))


@pytest.mark.parametrize("lat", [0.0, 51.0, -70.0])
@pytest.mark.parametrize("zoom", [0, 1, 4, 9, 16])
def test_a_cell_across_180_degrees_stands_whole_at_both_ends_of_the_map(
    lat: float, zoom: int
) -> None:
    res = resolution_at(zoom)
    cell = h3.str_to_int(h3.latlng_to_cell(lat, 180 - A_CENTIMETRE_DEG, res))
    for lon, edge in ((180 - A_CENTIMETRE_DEG, EXTENT), (-180.0, 0)):
        rings = [ring(f) for f in decoded(tile_around((lat, lon), zoom), np.array([cell]))]
        [corners] = [r for r in rings if min(r)[0] < edge < max(r)[0]]
        assert max(corners)[0] - min(corners)[0] < EXTENT / 2


def test_a_cell_around_a_pole_is_on_no_tile_and_its_neighbours_are_whole() -> None:
    for lat in (90.0, -90.0):
        for zoom in (1, 2, 3):
            pole = h3.str_to_int(h3.latlng_to_cell(lat, 0, resolution_at(zoom)))
            tile = tile_around((lat, 0), zoom)
            assert decoded(tile, np.array([pole])) == []
            for feature in decoded(tile, np.array(disk(pole, 3))):
                assert shapely.Polygon(ring(feature)).is_valid


def test_cells_with_five_and_with_ten_corners_are_drawn_with_them() -> None:
    for place in PENTAGONS:
        for zoom in (4, 11, 16):
            tile = tile_around(place, zoom)
            cell = h3.latlng_to_cell(*place, resolution_at(zoom))
            assert h3.is_pentagon(cell)
            [feature] = decoded(tile, np.array([h3.str_to_int(cell)]))
            assert len(ring(feature)) - 1 == len(h3.cell_to_boundary(cell))


@given(st.lists(st.integers(0, 2**35 - 1)))
def test_varints_are_those_of_protocol_buffers(values: list[int]) -> None:
    assert varints.encode(np.array(values, np.int64)).tobytes() == b"".join(map(_varint, values))
    assert list(map(varints.encode_one, values)) == list(map(_varint, values))
    assert varints.lengths(np.array(values, np.int64)).tolist() == [len(_varint(v)) for v in values]


@given(st.lists(st.integers(-(2**31), 2**31)))
def test_zigzag_keeps_small_numbers_small(values: list[int]) -> None:
    wanted = [2 * value if value >= 0 else -2 * value - 1 for value in values]
    assert varints.zigzag(np.array(values, np.int64)).tolist() == wanted


def _varint(value: int) -> bytes:
    more, last = value >> 7, value & 0x7F
    return bytes([last | 0x80]) + _varint(more) if more else bytes([last])
