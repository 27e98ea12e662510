"""A PMTiles archive holds the tiles that the node serves, all of them."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles
from typer.testing import CliRunner

from api.main import build
from roadcomb.blobs import open_blobs
from roadcomb.cells import cells_of
from roadcomb.errors import UsageError
from tests.tiles.test_cover import tile_around
from tests.tiles.test_lines import a_way, pictures_along
from tests.tiles.worlds import AT_SEA, Drive, a_node, coverage_at, decide, scattered, seal
from tiles.accepted import Position
from tiles.archive import write_archive
from tiles.fold import empty
from tiles.lines import lines_of
from tiles.pictures import index_of
from tiles.snapshot import open_snapshot, write
from tiles.state import LAYERS, MapState, overlay_of
from tiles.tilejson import Terms
from tiles.webmercator import Tile

TERMS = Terms("somebody", "CC0-1.0")
WAY = a_way(AT_SEA, 200, 60.0)


@pytest.fixture(scope="module")
def state() -> MapState:
    far = cells_of([0.2, -85.04, 85.0], [179.9999, 30.0, -60.0])
    along = cells_of([lat for lat, _ in WAY], [lon for _, lon in WAY])
    cells = np.concatenate([scattered(300, spread_deg=0.05), far, along])
    blobs = open_blobs("memory:///")
    snapshot = open_snapshot(blobs, write(blobs, coverage_at(cells)))
    pictures = pictures_along(WAY)
    lines = lines_of(pictures)
    index = index_of([pictures])
    return MapState(Position(), snapshot, overlay_of([]), index, {}, lines=lines)


def opened(path: Path) -> tuple[dict[tuple[int, int, int], bytes], Any, Any]:
    with path.open("rb") as file:
        source = MmapSource(file)
        reader = Reader(source)
        return dict(all_tiles(source)), reader.header(), reader.metadata()


def test_every_tile_with_content_is_in_it_as_it_is_served(state: MapState, tmp_path: Path) -> None:
    path = tmp_path / "map.pmtiles"
    count = write_archive(state, path, TERMS, last_zoom=7)
    tiles, header, metadata = opened(path)
    assert len(tiles) == count
    for zoom in range(8):
        for number in range(4**zoom) if zoom < 6 else ():
            tile = Tile(zoom, number >> zoom, number % (1 << zoom))
            wanted = state.tile(tile, LAYERS)
            found = tiles.get((tile.z, tile.x, tile.y), b"")
            assert (gzip.decompress(found) if found else b"") == wanted
    assert (header["min_zoom"], header["max_zoom"]) == (0, 7)
    assert metadata["attribution"] == "somebody (CC0-1.0)"
    assert [layer["id"] for layer in metadata["vector_layers"]] == ["cells"]


def test_close_by_it_holds_all_layers(state: MapState, tmp_path: Path) -> None:
    path = tmp_path / "map.pmtiles"
    write_archive(state, path, TERMS, last_zoom=16)
    tiles, _, metadata = opened(path)
    assert [layer["id"] for layer in metadata["vector_layers"]] == list(LAYERS)
    for place in WAY[::10]:
        tile = tile_around(place, 16)
        for other in (Tile(16, tile.x + i, tile.y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            body = tiles.get((16, other.x, other.y), b"")
            assert (gzip.decompress(body) if body else b"") == state.tile(other, LAYERS)


def test_of_a_box_it_holds_the_tiles_that_touch_it(state: MapState, tmp_path: Path) -> None:
    path = tmp_path / "map.pmtiles"
    lat, lon = AT_SEA
    write_archive(state, path, TERMS, (lon, lat, lon + 0.02, lat + 0.02), last_zoom=12)
    tiles, header, _ = opened(path)
    assert header["max_lon_e7"] == round((lon + 0.02) * 1e7)
    assert {tile[0] for tile in tiles} == set(range(13))
    assert len([tile for tile in tiles if tile[0] == 12]) <= 4
    across = (179.99, -1.0, -179.99, 1.0)
    write_archive(state, path, TERMS, across, last_zoom=8)
    assert {x for z, x, _ in opened(path)[0] if z == 8} <= {0, 255}


def test_where_nothing_was_seen_no_file_is_left(tmp_path: Path) -> None:
    blobs = open_blobs("memory:///")
    snapshot = open_snapshot(blobs, write(blobs, empty()))
    nothing = MapState(Position(), snapshot, overlay_of([]), index_of([]), {})
    with pytest.raises(UsageError, match="nothing was seen"):
        write_archive(nothing, tmp_path / "map.pmtiles", TERMS, last_zoom=3)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "0,5,1,4", "0,0,200,1", "nan,0,1,1"])
def test_an_impossible_box_is_refused_by_the_verb(tmp_path: Path, box: str) -> None:
    said = CliRunner().invoke(build(), ["export", str(tmp_path / "a.pmtiles"), "--bbox", box])
    assert isinstance(said.exception, UsageError)


def test_the_verb_writes_tiles_and_drives(tmp_path: Path) -> None:
    node, drive = a_node(tmp_path / "node"), Drive("one")
    seal(node, drive)
    decide(node, drive)
    for name, wanted in (("a.pmtiles", "tiles"), ("b.csv", "1 drives")):
        verb = [
            "export",
            str(tmp_path / name),
            "--data",
            str(tmp_path / "node"),
            "--layer",
            "drives",
        ]
        said = CliRunner().invoke(build(), verb, env={"ROADCOMB_KEY_SEED": "tiles"})
        assert said.exit_code == 0, said.exception
        assert wanted in said.stdout
