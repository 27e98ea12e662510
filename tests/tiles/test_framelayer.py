"""The layer of frames: a dot for each, with what a picture may tell."""

from typing import Any

import mapbox_vector_tile
import numpy as np

from tests.tiles.test_cover import tile_around
from tests.tiles.test_lines import METRE_DEG, a_way, pictures_along
from tests.tiles.worlds import AT_SEA
from tiles import framelayer
from tiles.features import EXTENT
from tiles.pictures import index_of
from tiles.webmercator import Tile

HERE = tile_around(AT_SEA, 16)


def drawn(pictures: Any, tile: Tile = HERE) -> list[dict[str, Any]]:
    body = framelayer.encode(pictures, tile)
    if not body:
        return []
    layers = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    features: list[dict[str, Any]] = layers[framelayer.LAYER]["features"]
    return features


def test_a_dot_tells_its_picture_its_day_and_no_more() -> None:
    pictures = pictures_along(a_way(AT_SEA, 3, 8.0), heading=[0, None, 359])
    told = sorted((f["properties"] for f in drawn(pictures)), key=lambda p: int(p["n"]))
    assert told == [
        {"drive": "d", "n": 0, "day": 20_458, "grade": 500, "heading": 0},
        {"drive": "d", "n": 1, "day": 20_458, "grade": 501},
        {"drive": "d", "n": 2, "day": 20_458, "grade": 502, "heading": 359},
    ]


def test_a_dot_at_the_edge_is_in_both_tiles_at_one_place() -> None:
    way = [(AT_SEA[0], AT_SEA[1] + n * 2 * METRE_DEG) for n in range(600)]
    pictures = index_of([pictures_along(way)])
    east = Tile(16, HERE.x + 1, HERE.y)
    left, right = (
        {f["properties"]["n"]: f["geometry"]["coordinates"] for f in drawn(pictures, tile)}
        for tile in (HERE, east)
    )
    near = {n for n, (x, _) in left.items() if x > EXTENT - framelayer.BUFFER}
    assert near
    assert near <= set(right)
    assert all(left[n][0] - EXTENT == right[n][0] for n in left.keys() & right.keys())
    assert left.keys() | right.keys() <= set(range(600))


def test_frames_are_drawn_from_zoom_15_on() -> None:
    pictures = pictures_along(a_way(AT_SEA, 3, 8.0))
    assert len(drawn(pictures, tile_around(AT_SEA, 15))) == 3
    assert drawn(pictures, tile_around(AT_SEA, 14)) == []
    assert drawn(pictures, Tile(16, 5, 5)) == []


def test_a_crowded_tile_keeps_its_newest_frames_and_stays_small() -> None:
    way = [(AT_SEA[0] + n % 7 * METRE_DEG, AT_SEA[1] + n % 9 * METRE_DEG) for n in range(1_000)]
    pictures = index_of([pictures_along(way, f"d{i}", 20_000 + i) for i in range(6)])
    found = drawn(pictures)
    assert len(found) == framelayer.MOST
    assert len(framelayer.encode(pictures, HERE)) < 200_000
    days = np.array([f["properties"]["day"] for f in found])
    assert np.bincount(days - 20_000).tolist() == [0, 0, 1_000, 1_000, 1_000, 1_000]
