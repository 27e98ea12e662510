"""Coverage and drives as GIS layers: GeoPackage, GeoParquet or CSV, in WGS 84.

A cell is a polygon, a drive a line with its random public id, its day and its grade: what the
tiles tell, for programs that read tables. Of a box, those cells and drives that touch it.
"""

from collections.abc import Mapping
from pathlib import Path

import geopandas
import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from roadcomb.cells import Cells, boundaries
from roadcomb.errors import UsageError
from tiles import sketch
from tiles.lines import FINE, Lines
from tiles.webmercator import degrees

__all__ = ["export", "frame_of", "frame_of_drives", "inside"]

_WHOLE_TURN = 360.0

Bounds = tuple[float, float, float, float]


def export(frame: geopandas.GeoDataFrame, path: Path, layer: str = "cells") -> int:
    """Write a layer to a `.gpkg`, `.parquet` or `.csv` file; answers the number of its rows.

    Raises UsageError for another suffix.
    """
    match path.suffix:
        case ".gpkg":
            frame.to_file(path, layer=layer, driver="GPKG", index=False)
        case ".parquet":
            frame.to_parquet(path, index=False)
        case ".csv":
            frame.to_wkt(rounding_precision=7).to_csv(path, index=False)
        case other:
            known = "a .pmtiles, .gpkg, .parquet or .csv file"
            raise UsageError(f"{path}: {other!r} cannot be written, name {known}")
    return len(frame)


def inside(frame: geopandas.GeoDataFrame, box: Bounds) -> geopandas.GeoDataFrame:
    """The rows that touch a box of west, south, east, north; across 180 degrees east < west."""
    west, south, east, north = box
    boxes = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    turns = [(a + t, b + t) for a, b in boxes for t in (-_WHOLE_TURN, 0.0, _WHOLE_TURN)]
    area = shapely.union_all([shapely.box(a, south, b, north) for a, b in turns])
    return frame[frame.intersects(area)].reset_index(drop=True)


def frame_of(coverage: pa.Table) -> geopandas.GeoDataFrame:
    """One row a cell: hex text, days as dates, contributors as an estimate (20: 20 or more)."""
    cells = coverage["cell"].to_numpy()
    passes, frames = coverage["passes"].to_numpy(), coverage["frames"].to_numpy()
    columns = {
        "cell": np.char.mod("%x", cells) if len(cells) else np.zeros(0, str),
        "passes": passes.astype(np.int64),
        "frames": frames.astype(np.int64),
        "contributors": sketch.estimate(coverage["contributors"].to_numpy()).astype(np.int64),
        "first_seen": coverage["first_day"].to_numpy().astype("datetime64[D]"),
        "last_seen": coverage["last_day"].to_numpy().astype("datetime64[D]"),
        "best_grade": coverage["best_grade"].to_numpy().astype(np.int64),
        "mean_grade": (coverage["grade_sum"].to_numpy() // np.maximum(frames, 1)).astype(np.int64),
        "sectors": coverage["sectors"].to_numpy().astype(np.int64),
    }
    return geopandas.GeoDataFrame(columns, geometry=_polygons(cells), crs="EPSG:4326")


def frame_of_drives(lines: Lines, licences: Mapping[str, str]) -> geopandas.GeoDataFrame:
    """One row a drive that has a line: public id, day, frames, mean grade, and what its pictures
    are under (licences: SPDX ids by public id)."""
    drawn = np.unique(lines.drives)
    lon, lat = degrees(lines.x / FINE, lines.y / FINE)
    piece = np.repeat(np.arange(len(lines.drives)), np.diff(lines.starts))
    pieces = np.asarray(shapely.linestrings(np.stack((lon, lat), axis=1), indices=piece))
    order = np.argsort(lines.drives, kind="stable")
    ways = shapely.multilinestrings(
        pieces[order], indices=np.searchsorted(drawn, lines.drives[order])
    )
    columns = {
        "drive": np.array(lines.names, np.object_)[drawn],
        "day": lines.day[drawn].astype("datetime64[D]"),
        "frames": lines.frames[drawn],
        "grade": lines.grade[drawn],
        "licence": [licences[lines.names[drive]] for drive in drawn],
    }
    return geopandas.GeoDataFrame(columns, geometry=ways, crs="EPSG:4326")


def _polygons(cells: Cells) -> NDArray[np.object_]:
    """Polygons of n cells; across 180 degrees longitudes go on beyond it, so none is torn."""
    corners, offsets = boundaries(cells)
    counts = np.diff(offsets)
    first = np.repeat(corners[offsets[:-1], 0], counts)
    turns = np.round((first - corners[:, 0]) / _WHOLE_TURN)
    unwrapped = corners + [_WHOLE_TURN, 0.0] * turns[:, None]
    rings = shapely.linearrings(unwrapped, indices=np.repeat(np.arange(len(cells)), counts))
    return np.asarray(shapely.polygons(rings), np.object_)
