"""One state of the map: what a tile shows of it."""

import h3
import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import pytest

from roadcomb.cells import Cells, cells_of, centres, disk, resolution
from tests.tiles.test_cover import PENTAGONS, tile_around, touching
from tests.tiles.test_lines import a_way, pictures_along
from tests.tiles.worlds import AT_SEA, coverage_at, rows_at
from tiles import drivelayer, framelayer
from tiles.accepted import Position
from tiles.fold import coarsen, empty
from tiles.lines import joined, lines_of
from tiles.mvt import LAYER, encode
from tiles.pictures import index_of
from tiles.shards import shards_of
from tiles.snapshot import Snapshot, digest
from tiles.state import MAX_CELLS, MapState, overlay_of
from tiles.webmercator import resolution_at

Place = tuple[float, float]


def filled(place: Place, res: int, steps: int) -> Cells:
    """A paid cell in each cell of a wide disk of a resolution."""
    around = disk(h3.str_to_int(h3.latlng_to_cell(*place, res)), steps)
    return cells_of(*centres(np.array(around, np.uint64)))


def drawn(state: MapState, place: Place, zoom: int) -> list[int]:
    """Cells in the tile around a place."""
    layers = mapbox_vector_tile.decode(state.tile(tile_around(place, zoom)))
    return [int(feature["properties"]["cell"], 16) for feature in layers[LAYER]["features"]]


def overlay_only(cells: Cells) -> MapState:
    overlay = overlay_of([rows_at(cells)])
    return MapState(Position(), Snapshot(digest(empty()), {}), overlay, index_of([]), {})


@pytest.mark.parametrize("place", [AT_SEA, PENTAGONS[5]])
def test_a_full_tile_never_holds_more_than_five_thousand_cells(place: Place) -> None:
    state = overlay_only(filled(place, 9, 90))
    cells = drawn(state, place, 11)
    assert 500 < len(cells) <= MAX_CELLS
    assert {resolution(cell) for cell in cells} == {9 if place == AT_SEA else 8}


def told_apart(coverage: pa.Table) -> pa.Table:
    """The same cells, of which no two have a value alike: the most that a tile has to say."""
    chance, columns = np.random.default_rng(0), []
    for field, column in zip(coverage.schema, coverage.columns, strict=True):
        most = int(min(np.iinfo(field.type.to_pandas_dtype()).max, 2**31))
        other = pa.array(chance.integers(1, most, len(coverage)), field.type)
        columns.append(column if field.name == "cell" else other)
    return pa.table(columns, schema=coverage.schema)


def test_five_thousand_cells_of_any_values_are_less_than_500_kilobytes() -> None:
    tile = tile_around(PENTAGONS[5], 11)
    coverage = told_apart(coverage_at(touching(tile, 9)))
    assert len(coverage) > 3_500
    size = len(encode(coverage, tile))
    assert size * MAX_CELLS / len(coverage) < 500_000


def test_all_layers_of_a_crowded_tile_are_less_than_500_kilobytes() -> None:
    tile = tile_around(AT_SEA, 16)
    ways = [a_way(AT_SEA, 300, 1.5, bend=bend / 50) for bend in range(150)]
    drives = [pictures_along(way, f"d{n}", 20_000 + n) for n, way in enumerate(ways)]
    layers = (
        encode(told_apart(coverage_at(touching(tile, resolution_at(16)))), tile),
        drivelayer.encode(joined([lines_of(drive) for drive in drives]), tile),
        framelayer.encode(index_of(drives), tile),
    )
    assert all(layers)
    assert len(b"".join(layers)) < 500_000


@pytest.mark.parametrize("zoom", [0, 3, 7, 12, 16])
def test_a_tile_is_the_same_from_the_snapshot_from_the_overlay_and_from_both(zoom: int) -> None:
    cells = filled(AT_SEA, 12, 20)
    rows = rows_at(cells)
    coverage = coverage_at(cells)
    tables = {(shard.cell, shard.resolution): shard.table for shard in shards_of(coverage)}
    whole = Snapshot(digest(coverage), tables)
    nothing = overlay_of([])
    from_snapshot = MapState(Position(), whole, nothing, index_of([]), {})
    tile = tile_around(AT_SEA, zoom)
    assert from_snapshot.tile(tile) == overlay_only(cells).tile(tile) != b""
    both = MapState(Position(), whole, overlay_of([rows]), index_of([]), {})
    assert sum(both.table(12)["passes"].to_pylist()) == 2 * len(cells)
    assert drawn(both, AT_SEA, zoom) == drawn(from_snapshot, AT_SEA, zoom)


def test_one_cell_is_known_at_every_resolution() -> None:
    state = overlay_only(filled(AT_SEA, 12, 20))
    for res in range(13):
        cell = h3.str_to_int(h3.latlng_to_cell(*AT_SEA, res))
        wanted = coarsen(state.table(12), res).to_pylist()
        assert state.cell(cell).to_pylist() == [row for row in wanted if row["cell"] == cell]


def test_each_zoom_draws_its_resolution() -> None:
    state = overlay_only(filled(AT_SEA, 12, 3))
    for zoom in range(17):
        assert {resolution(c) for c in drawn(state, AT_SEA, zoom)} == {resolution_at(zoom)}
