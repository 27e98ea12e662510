"""Exported layers: the coverage as GIS programs read it."""

from datetime import date
from pathlib import Path

import geopandas
import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from api.main import build
from roadcomb.cells import cells_of
from roadcomb.errors import UsageError
from tests.tiles.test_lines import a_way, pictures_along
from tests.tiles.worlds import AT_SEA, Drive, a_node, coverage_at, decide, scattered, seal
from tiles.export import export, frame_of, frame_of_drives, inside
from tiles.fold import empty
from tiles.lines import NO_LINES, joined, lines_of

COVERAGE = coverage_at(scattered(300))


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
def test_a_layer_is_read_again_as_it_was_known(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cells{suffix}"
    assert export(frame_of(COVERAGE), path) == len(COVERAGE)
    read = geopandas.read_file if suffix == ".gpkg" else geopandas.read_parquet
    layer = read(path)
    assert layer.crs == "EPSG:4326"
    assert list(layer["cell"]) == [h3.int_to_str(c) for c in COVERAGE["cell"].to_pylist()]
    assert list(layer["best_grade"]) == COVERAGE["best_grade"].to_pylist()
    days = COVERAGE["last_day"].to_numpy().astype("datetime64[D]").astype(date)
    assert list(layer["last_seen"].dt.date) == list(days)


def test_polygons_are_the_boundaries_of_the_cells() -> None:
    frame = frame_of(COVERAGE)
    for cell, polygon in zip(frame["cell"], frame.geometry, strict=True):
        wanted = shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)])
        assert polygon.is_valid
        assert shapely.hausdorff_distance(polygon, wanted) < 1e-9


def test_a_cell_across_180_degrees_is_not_torn() -> None:
    cell = h3.str_to_int(h3.latlng_to_cell(0.01, 179.9999999, 9))
    [polygon] = frame_of(coverage_at(np.array([cell], np.uint64))).geometry
    west, _, east, _ = polygon.bounds
    assert east - west < 0.01


def test_a_table_of_text_holds_the_same_with_the_shape_in_words(tmp_path: Path) -> None:
    export(frame_of(COVERAGE), tmp_path / "cells.csv")
    table = pd.read_csv(tmp_path / "cells.csv")
    assert list(table["passes"]) == COVERAGE["passes"].to_pylist()
    drawn = shapely.from_wkt(table["geometry"].to_numpy())
    assert shapely.hausdorff_distance(drawn, frame_of(COVERAGE).geometry.to_numpy()).max() < 1e-6


def test_a_drive_is_one_row_whose_line_goes_through_its_frames(tmp_path: Path) -> None:
    ways = [a_way((AT_SEA[0] + i / 100, AT_SEA[1]), 300, 9.0) for i in range(3)]
    parts = [lines_of(pictures_along(way, f"d{i}", 20_458 + i)) for i, way in enumerate(ways)]
    one = lines_of(pictures_along(a_way(AT_SEA, 1, 9.0), "short"))
    path = tmp_path / "drives.parquet"
    licences = {"d0": "CC0-1.0", "d1": "CC-BY-4.0", "d2": "CC0-1.0", "short": "CC0-1.0"}
    lines = joined([*parts[:1], one, *parts[1:]])
    assert export(frame_of_drives(lines, licences), path, "drives") == 3
    layer = geopandas.read_parquet(path)
    assert list(layer["drive"]) == ["d0", "d1", "d2"]
    assert list(layer["licence"]) == ["CC0-1.0", "CC-BY-4.0", "CC0-1.0"]
    assert list(layer["day"].dt.date) == [date(2026, 1, 5 + i) for i in range(3)]
    assert set(layer["frames"]) == {300}
    for way, line in zip(ways, layer.geometry, strict=True):
        wanted = shapely.linestrings([(lon, lat) for lat, lon in way])
        assert shapely.hausdorff_distance(line, wanted) < 3e-7


@pytest.mark.parametrize("lon", [0.0, 179.9999])
def test_of_a_box_come_the_cells_that_touch_it_also_across_180_degrees(lon: float) -> None:
    cells = cells_of(np.zeros(200), (lon + np.linspace(-0.1, 0.1, 200) + 180) % 360 - 180, 9)
    frame = frame_of(coverage_at(cells))
    west, east = lon - 0.01, (lon + 0.01 + 180) % 360 - 180
    found = inside(frame, (west, -1, east, 1))
    assert 3 < len(found) < len(frame) / 4
    near = {h3.latlng_to_cell(0, at, 9) for at in (west, lon, east)}
    assert near <= set(found["cell"])


def test_an_empty_coverage_is_an_empty_layer(tmp_path: Path) -> None:
    assert export(frame_of(empty()), tmp_path / "cells.parquet") == 0
    assert export(frame_of_drives(NO_LINES, {}), tmp_path / "drives.gpkg") == 0


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="gpkg"):
        export(frame_of(COVERAGE), tmp_path / "cells.shp")


def test_the_verb_writes_the_map_of_a_node_as_it_is_now(tmp_path: Path) -> None:
    node, drive, path = a_node(tmp_path / "node"), Drive("one"), tmp_path / "cells.parquet"
    seal(node, drive)
    decide(node, drive)
    verb = ["export", str(path), "--data", str(tmp_path / "node"), "--resolution", "11"]
    said = CliRunner().invoke(build(), verb, env={"ROADCOMB_KEY_SEED": "tiles"})
    assert said.exit_code == 0
    layer = geopandas.read_parquet(path)
    assert said.stdout.startswith(f"{len(layer)} cells of resolution 11")
    assert {h3.get_resolution(cell) for cell in layer["cell"]} == {11}
    assert layer["frames"].sum() == len(drive.grades)
