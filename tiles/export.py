"""Coverage as a GIS layer: a GeoPackage or a GeoParquet file, one polygon a cell, WGS 84."""

from pathlib import Path

import geopandas
import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from roadcomb.cells import Cells, boundaries
from roadcomb.errors import UsageError
from tiles import sketch

__all__ = ["export", "frame_of"]


def export(coverage: pa.Table, path: Path) -> int:
    """Write COVERAGE to a `.gpkg` or `.parquet` file; answers the number of cells.

    Raises UsageError for another suffix.
    """
    frame = frame_of(coverage)
    match path.suffix:
        case ".gpkg":
            frame.to_file(path, layer="cells", driver="GPKG", index=False)
        case ".parquet":
            frame.to_parquet(path, index=False)
        case other:
            raise UsageError(f"{path}: {other!r} cannot be written, name a .gpkg or .parquet file")
    return len(frame)


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


def _polygons(cells: Cells) -> NDArray[np.object_]:
    """Polygons of n cells; across 180 degrees longitudes go on beyond it, so none is torn."""
    corners, offsets = boundaries(cells)
    counts = np.diff(offsets)
    first = np.repeat(corners[offsets[:-1], 0], counts)
    unwrapped = corners + [360.0, 0.0] * np.round((first - corners[:, 0]) / 360.0)[:, None]
    rings = shapely.linearrings(unwrapped, indices=np.repeat(np.arange(len(cells)), counts))
    return np.asarray(shapely.polygons(rings), np.object_)
