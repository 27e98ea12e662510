"""Lines of drives: they join what was seen in a row, and nothing else."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import shapely
from hypothesis import given
from hypothesis import strategies as st

from roadcomb.cells import cells_of
from roadcomb.records import e7
from tests.tiles.test_cover import tile_around
from tests.tiles.worlds import AT_SEA
from tiles import drivelayer
from tiles.features import EXTENT
from tiles.lines import FINE, GAP_M, MIN_ZOOM, NO_LINES, Lines, joined, lines_of
from tiles.pictures import PICTURES
from tiles.webmercator import MAX_ZOOM, TILE_PX, Tile, world

METRE_DEG = 1 / 111_195
Way = Sequence[tuple[float, float]]


def a_way(start: tuple[float, float], n: int, step_m: float, bend: float = 0.4) -> Way:
    """A winding way: latitudes and longitudes of n frames, step_m apart."""
    turns = np.cumsum(bend * np.sin(np.arange(n) / 7))
    north, east = np.cumsum(np.cos(turns)) - 1, np.cumsum(np.sin(turns))
    lat = start[0] + step_m * METRE_DEG * north
    lon = start[1] + step_m * METRE_DEG * east / np.cos(np.radians(start[0]))
    return list(zip(lat.tolist(), lon.tolist(), strict=True))


def pictures_along(
    way: Way, name: str = "d", day: int = 20_458, heading: Sequence[int | None] | None = None
) -> pa.Table:
    """PICTURES of one drive."""
    lat, lon = zip(*way, strict=True)
    n = len(way)
    columns: dict[str, Any] = {
        "cell": cells_of(lat, lon),
        "day": [day] * n,
        "grade": list(range(500, 500 + n)),
        "public_id": pa.DictionaryArray.from_arrays(np.zeros(n, np.int32), [name]),
        "n": list(range(n)),
        "lat_e7": [e7(v) for v in lat],
        "lon_e7": [e7(v) for v in lon],
        "heading_cdeg": [None if h is None else 100 * h for h in heading or [0] * n],
        "ms": [None] * n,
    }
    return pa.table([pa.array(columns[f.name], f.type) for f in PICTURES], schema=PICTURES)


def drawn(lines: Lines, tile: Tile) -> list[dict[str, Any]]:
    body = drivelayer.encode(lines, tile)
    if not body:
        return []
    layers = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    features: list[dict[str, Any]] = layers[drivelayer.LAYER]["features"]
    return features


def steps(features: list[dict[str, Any]], tile: Tile) -> set[tuple[tuple[int, int], ...]]:
    """Pairs of neighbouring vertices, in units of the whole map."""
    moved = [
        [(x + tile.x * EXTENT, y + tile.y * EXTENT) for x, y in f["geometry"]["coordinates"]]
        for f in features
    ]
    return {pair for line in moved for pair in pairwise(line)}


def around(tile: Tile) -> list[Tile]:
    return [Tile(tile.z, tile.x + i, tile.y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]


def test_a_drive_is_one_line_with_its_day_and_its_random_name() -> None:
    way = a_way(AT_SEA, 60, 8.0)
    lines = lines_of(pictures_along(way))
    tiles = {tile_around(place, 14) for place in way}
    for tile in tiles:
        for feature in drawn(lines, tile):
            assert feature["geometry"]["type"] == "LineString"
            known = {"drive": "d", "day": 20_458, "grade": 529, "frames": 60}
            assert feature["properties"] == known


def test_a_hole_is_not_bridged() -> None:
    first, second = a_way(AT_SEA, 5, 8.0), a_way((AT_SEA[0] + 300 * METRE_DEG, AT_SEA[1]), 5, 8.0)
    lines = lines_of(pictures_along([*first, *second]))
    assert np.diff(lines.starts).tolist() == [5, 5]
    near = a_way((first[-1][0] + (GAP_M - 1) * METRE_DEG, first[-1][1]), 5, 8.0)
    assert np.diff(lines_of(pictures_along([*first, *near])).starts).tolist() == [10]


def test_one_frame_is_no_line() -> None:
    lines = lines_of(pictures_along(a_way(AT_SEA, 1, 8.0)))
    assert (lines.names, len(lines.x)) == (("d",), 0)
    assert drawn(lines, tile_around(AT_SEA, 16)) == []
    assert drawn(NO_LINES, tile_around(AT_SEA, 16)) == []


@given(st.floats(-75, 75), st.floats(-179, 179), st.integers(MIN_ZOOM, MAX_ZOOM))
def test_a_line_strays_by_less_than_a_pixel(lat: float, lon: float, zoom: int) -> None:
    way = a_way((lat, lon), 300, 9.0)
    x, y = world(np.array([p[1] for p in way]), np.array([p[0] for p in way]))
    whole = shapely.linestrings(np.stack((x, y), axis=1) * EXTENT * 2**zoom)
    lines = lines_of(pictures_along(way))
    for tile in {tile_around(place, zoom) for place in way[::20]}:
        for feature in drawn(lines, tile):
            corner = np.array([tile.x, tile.y]) * EXTENT
            vertices = np.array(feature["geometry"]["coordinates"]) + corner
            assert shapely.distance(shapely.points(vertices), whole).max() < 2
    seen = [
        p for tile in {tile_around(p, zoom) for p in way} for p in steps(drawn(lines, tile), tile)
    ]
    together = shapely.multilinestrings([shapely.linestrings(pair) for pair in seen])
    assert shapely.hausdorff_distance(together, whole, 0.5) < EXTENT / TILE_PX + 2


def test_close_by_every_frame_is_a_vertex() -> None:
    way = a_way(AT_SEA, 200, 8.0)
    lines = lines_of(pictures_along(way))
    found = {
        p
        for tile in {tile_around(w, 16) for w in way}
        for s in steps(drawn(lines, tile), tile)
        for p in s
    }
    assert len(found) == 200


@given(st.integers(MIN_ZOOM, MAX_ZOOM))
def test_a_step_across_an_edge_is_in_both_tiles_with_the_same_ends(zoom: int) -> None:
    way = a_way(AT_SEA, 400, 60.0)
    lines = lines_of(pictures_along(way))
    for tile in {tile_around(place, zoom) for place in way}:
        own = steps(drawn(lines, tile), tile)
        for other in around(tile):
            left, top = other.x * EXTENT, other.y * EXTENT
            inside = {
                pair
                for pair in own
                if any(left <= x < left + EXTENT and top <= y < top + EXTENT for x, y in pair)
            }
            assert inside <= steps(drawn(lines, other), other)


def test_below_the_first_zoom_there_are_no_lines() -> None:
    lines = lines_of(pictures_along(a_way(AT_SEA, 400, 60.0)))
    assert drawn(lines, tile_around(AT_SEA, MIN_ZOOM))
    assert drawn(lines, tile_around(AT_SEA, MIN_ZOOM - 1)) == []


def test_a_crowded_tile_keeps_its_newest_drives_and_stays_small() -> None:
    ways = [a_way(AT_SEA, 300, 1.5, bend=b / 50) for b in range(150)]
    lines = joined([lines_of(pictures_along(w, f"d{i}", 20_000 + i)) for i, w in enumerate(ways)])
    tile = tile_around((AT_SEA[0] + 40 * METRE_DEG, AT_SEA[1]), 16)
    body = drivelayer.encode(lines, tile)
    names = {f["properties"]["drive"] for f in drawn(lines, tile)}
    assert len(body) < 200_000
    assert "d149" in names
    assert sum(len(f["geometry"]["coordinates"]) for f in drawn(lines, tile)) <= drivelayer.MOST


def test_the_lines_of_many_drives_are_those_of_each() -> None:
    ways = [a_way((AT_SEA[0] + i / 1000, AT_SEA[1]), 200 + i, 9.0) for i in range(3)]
    parts = [lines_of(pictures_along(way, f"d{i}")) for i, way in enumerate(ways)]
    whole, tile = joined(parts), tile_around(AT_SEA, 13)
    together = {(f["properties"]["drive"], str(f["geometry"])) for f in drawn(whole, tile)}
    each = {(f["properties"]["drive"], str(f["geometry"])) for p in parts for f in drawn(p, tile)}
    assert together == each
    assert (whole.x < FINE).all()
