"""Three libraries that have nothing to do with us read the same from our tiles."""

from pathlib import Path

import pytest

from tests.tiles import readers
from tests.tiles.test_cover import PENTAGONS, tile_around, touching
from tests.tiles.test_lines import a_way, pictures_along
from tests.tiles.worlds import AT_SEA, coverage_at
from tiles import drivelayer, framelayer, mvt
from tiles.lines import lines_of
from tiles.webmercator import Tile, resolution_at

Place = tuple[float, float]


def a_tile(place: Place, zoom: int) -> tuple[bytes, Tile]:
    """All layers of a tile full of cells, with one drive from corner to corner."""
    tile = tile_around(place, zoom)
    cells = touching(tile, resolution_at(zoom))
    drive = pictures_along(a_way(place, 90, 20.0), heading=[*range(89), None])
    layers = (
        mvt.encode(coverage_at(cells), tile),
        drivelayer.encode(lines_of(drive), tile),
        framelayer.encode(drive, tile),
    )
    return b"".join(layers), tile


@pytest.mark.skipif(not readers.TIPPECANOE.exists(), reason="needs tippecanoe-decode")
@pytest.mark.parametrize(("place", "zoom"), [(AT_SEA, 16), ((35.6, 139.7), 15), (PENTAGONS[3], 9)])
def test_three_readers_read_the_same(tmp_path: Path, place: Place, zoom: int) -> None:
    body, tile = a_tile(place, zoom)
    wanted = readers.by_mapbox(body, tile)
    assert set(wanted) == ({"cells", "drives", "frames"} if zoom >= 15 else {"cells"})
    assert readers.by_gdal(body, tile, tmp_path) == wanted
    assert readers.by_tippecanoe(body, tile, tmp_path) == wanted


def test_a_pentagon_with_its_ten_corners_is_among_what_was_read() -> None:
    body, tile = a_tile(PENTAGONS[3], 9)
    corners = {len(parts[0]) - 1 for _, parts in readers.by_mapbox(body, tile)["cells"]}
    assert {6, 10} <= corners
