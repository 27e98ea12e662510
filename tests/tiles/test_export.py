"""Exported layers: the coverage as GIS programs read it."""

from datetime import date
from pathlib import Path

import geopandas
import h3
import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

from api.main import build
from roadcomb.errors import UsageError
from tests.tiles.worlds import Drive, a_node, coverage_at, decide, scattered, seal
from tiles.export import export, frame_of
from tiles.fold import empty

COVERAGE = coverage_at(scattered(300))


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
def test_a_layer_is_read_again_as_it_was_known(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cells{suffix}"
    assert export(COVERAGE, path) == len(COVERAGE)
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


def test_an_empty_coverage_is_an_empty_layer(tmp_path: Path) -> None:
    assert export(empty(), tmp_path / "cells.parquet") == 0


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="gpkg"):
        export(COVERAGE, tmp_path / "cells.shp")


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
