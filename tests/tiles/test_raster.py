"""Freshness as a picture: the style's colours, where the cells are, on the asked day."""

import cv2
import numpy as np
import pyarrow as pa
import pytest

from roadcomb.cells import Cells, cells_of
from tests.tiles.test_cover import PENTAGONS, tile_around, touching
from tests.tiles.worlds import AT_SEA, coverage_at
from tiles.polygons import outlines_of
from tiles.raster import SIDE_PX, paint
from tiles.style import FRESHNESS
from tiles.webmercator import Tile, degrees, resolution_at

TILE = tile_around(AT_SEA, 16)
DAY = 20_458


def seen(cells: Cells, last_day: int) -> pa.Table:
    coverage = coverage_at(cells)
    days = pa.array(np.full(len(coverage), last_day), pa.int32())
    return coverage.set_column(4, coverage.schema.field("last_day"), days)


def painted(coverage: pa.Table, tile: Tile = TILE, today: int = DAY) -> np.ndarray:
    body = paint(coverage, outlines_of(coverage["cell"].to_numpy(), tile), today)
    picture = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    return picture


def colours(picture: np.ndarray) -> set[str]:
    blue, green, red, opacity = (picture[..., i].astype(int) for i in range(4))
    packed = (red << 16 | green << 8 | blue)[opacity > 0]
    return {f"#{value:06x}" for value in np.unique(packed)}


@pytest.mark.parametrize(("age", "colour"), [*FRESHNESS, (6, "#eaa33a"), (9_999, "#e2e5e9")])
def test_a_cell_has_the_colour_of_its_age_in_the_style(age: int, colour: str) -> None:
    coverage = seen(touching(TILE, 12), DAY - age)
    assert colours(painted(coverage)) == {colour}


def test_a_day_in_the_future_is_as_fresh_as_can_be() -> None:
    assert colours(painted(seen(touching(TILE, 12), DAY + 3))) == {FRESHNESS[0][1]}


@pytest.mark.parametrize("place", [AT_SEA, (35.6, 139.7), PENTAGONS[5]])
@pytest.mark.parametrize("zoom", [3, 9, 16])
def test_what_is_covered_is_painted_and_the_rest_is_clear(
    place: tuple[float, float], zoom: int
) -> None:
    tile, res = tile_around(place, zoom), resolution_at(zoom)
    every = touching(tile, res)
    some = every[::2] if len(every) > 1 else every
    opaque = painted(seen(some, DAY), tile)[..., 3] > 0
    steps = (np.arange(SIDE_PX) + 0.5) / SIDE_PX
    x, y = np.meshgrid((tile.x + steps) * tile.size, (tile.y + steps) * tile.size)
    lon, lat = degrees(x.ravel(), y.ravel())
    inside = np.isin(cells_of(lat, lon, res), some).reshape(opaque.shape)
    kernel = np.ones((5, 5), np.uint8)
    surely = cv2.erode(inside.astype(np.uint8), kernel) > 0
    nowhere = cv2.dilate(inside.astype(np.uint8), kernel) == 0
    nowhere[[0, 1, -1, -2]] = nowhere[:, [0, 1, -1, -2]] = False  # cells beyond the edge
    assert opaque[surely].all()
    assert not opaque[nowhere].any()


def test_a_tile_without_cells_is_no_picture() -> None:
    coverage = seen(touching(TILE, 12), DAY)
    assert paint(coverage, outlines_of(coverage["cell"].to_numpy(), Tile(16, 5, 5)), DAY) == b""
