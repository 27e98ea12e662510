"""How far a region is: of each polygon the cells seen and fresh, and the share of its streets.

A cell counts in the region that holds its centre, a piece of road in the one that holds its middle;
a street that may be driven both ways counts twice, once a direction.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import geopandas
import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from roadcomb.cells import centres
from roadcomb.errors import InvalidInput, NotFound
from tiles.lines import Lines
from tiles.matching import NEVER, places_of, seen_days
from tiles.roads import Network

__all__ = ["CELLS_A_KM", "FRESH_DAYS", "Progress", "StreetProgress", "progress", "read_regions"]

FRESH_DAYS = 7
"""Seen less than these days ago, a cell is fresh: after them it earns fully again."""
CELLS_A_KM = 53
"""Cells of resolution 12 along a kilometre of way."""
_WGS84 = "EPSG:4326"


@dataclass(frozen=True, slots=True)
class Progress:
    """Of one region: cells seen and fresh, and the way that they make."""

    name: str
    cells: int
    cells_fresh: int
    km_seen: float


@dataclass(frozen=True, slots=True)
class StreetProgress:
    """Kilometres of street by direction, of these seen and fresh; directed edges seen whole."""

    roads_km: float
    roads_km_seen: float
    roads_km_fresh: float
    share_seen: float
    edges: int
    edges_seen: int


def read_regions(path: Path, column: str | None = None) -> geopandas.GeoDataFrame:
    """Polygons in WGS 84 with a column `name`, from any file that geopandas reads.

    column: which holds the names; else `name`, else they are numbered. Raises NotFound,
    InvalidInput.
    """
    if not path.exists():
        raise NotFound(f"there is no {path}")
    try:
        read = geopandas.read_parquet if path.suffix == ".parquet" else geopandas.read_file
        frame = read(path)
    except (OSError, ValueError, RuntimeError) as error:
        raise InvalidInput(f"{path} cannot be read as a map layer: {error}") from error
    if column is not None and column not in frame.columns:
        raise InvalidInput(f"{path} has no column {column!r}, but {', '.join(frame.columns)}")
    frame = frame.set_crs(_WGS84) if frame.crs is None else frame.to_crs(_WGS84)
    frame = frame[frame.geom_type.isin(("Polygon", "MultiPolygon"))].reset_index(drop=True)
    if not len(frame):
        raise InvalidInput(f"{path} holds no polygon")
    named = column or ("name" if "name" in frame.columns else None)
    names = frame.index + 1 if named is None else frame[named]
    shapes = shapely.make_valid(frame.geometry.to_numpy())
    return geopandas.GeoDataFrame({"name": names.astype(str)}, geometry=shapes, crs=_WGS84)


def progress(
    regions: geopandas.GeoDataFrame,
    coverage: pa.Table,
    today: int,
    roads: tuple[Network, Lines] | None = None,
) -> geopandas.GeoDataFrame:
    """The regions with the columns of Progress and, given roads, of StreetProgress.

    coverage: COVERAGE of resolution 12. roads: a network, and the lines of the drives that are
    laid on it.
    """
    lat, lon = centres(coverage["cell"].to_numpy())
    fresh = today - coverage["last_day"].to_numpy() < FRESH_DAYS
    streets = None if roads is None else _Streets.of(*roads, today)
    rows = []
    for name, shape in zip(regions["name"], regions.geometry, strict=True):
        shapely.prepare(shape)
        inside = shapely.contains_xy(shape, lon, lat)
        seen = int(inside.sum())
        counted = int((inside & fresh).sum())
        row = asdict(Progress(name, seen, counted, round(seen / CELLS_A_KM, 3)))
        rows.append(row if streets is None else row | asdict(streets.within(shape)))
    return geopandas.GeoDataFrame(rows, geometry=regions.geometry.to_numpy(), crs=_WGS84)


@dataclass(frozen=True, slots=True)
class _Streets:
    """Pieces of road: where their middles lie (lon, lat), and when each was seen."""

    network: Network
    middle: NDArray[np.float64]
    days: NDArray[np.int64]
    today: int

    @classmethod
    def of(cls, network: Network, lines: Lines, today: int) -> "_Streets":
        days = seen_days(network, places_of(lines, network))
        metres = shapely.line_interpolate_point(network.lines, 0.5, normalized=True)
        return cls(network, network.degrees(shapely.get_coordinates(metres)), days, today)

    def within(self, shape: shapely.Geometry) -> StreetProgress:
        inside = shapely.contains_xy(shape, *self.middle.T)
        seen = inside & (self.days != NEVER)
        fresh = seen & (self.today - self.days < FRESH_DAYS)
        whole_km, seen_km, fresh_km = (
            float(self.network.length_m[which].sum()) / 1000 for which in (inside, seen, fresh)
        )
        edges = np.unique(self.network.edge[inside])
        missing = np.unique(self.network.edge[inside & ~seen])
        return StreetProgress(
            round(whole_km, 3),
            round(seen_km, 3),
            round(fresh_km, 3),
            round(seen_km / whole_km, 4) if whole_km else 0.0,
            len(edges),
            len(edges) - len(missing),
        )
