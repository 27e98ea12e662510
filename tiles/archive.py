"""A PMTiles archive: every tile of the map, or of a box of it, in one file that needs no server.

The law: a tile in the archive is the tile that the node serves, byte for byte (gzipped), and no
tile that has content is missing. Format: PMTiles specification, version 3.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import pmtiles.tile
from pmtiles.writer import Writer

from roadcomb.errors import UsageError
from tiles.compression import compress
from tiles.cover import tiles_of
from tiles.lines import GAP_M, TURN_M
from tiles.state import LAYERS, Bounds, MapState
from tiles.tilejson import Terms, vector_layers
from tiles.webmercator import Tile, resolution_at, world_box

__all__ = ["LAST_ZOOM", "write_archive"]

LAST_ZOOM = 14
"""Clients enlarge it: cells of resolution 11, 28 m across, are then the finest."""
_E7 = 10_000_000


def write_archive(
    state: MapState,
    path: Path,
    terms: Terms,
    box: Bounds | None = None,
    layers: Sequence[str] = LAYERS,
    last_zoom: int = LAST_ZOOM,
) -> int:
    """Write the tiles of zoom 0 to `last_zoom` that touch a box; answers how many.

    Raises UsageError when nothing was seen there.
    """
    shown = [layer["id"] for layer in vector_layers(layers, last_zoom)]
    bodies = _bodies(state, sorted(_tiles(state, box, last_zoom), key=_number), shown)
    first, around = next(bodies, None), box or state.bounds
    if first is None or around is None:
        raise UsageError(f"nothing was seen there yet: {path} would hold no tile")
    part, count = path.with_name(path.name + ".part"), 0
    with part.open("wb") as file:
        writer = Writer(file)
        for tile, body in chain([first], bodies):
            writer.write_tile(_number(tile), body)
            count += 1
        writer.finalize(_header(around), _metadata(terms, shown, last_zoom))
    part.replace(path)
    return count


def _bodies(
    state: MapState, tiles: Sequence[Tile], layers: Sequence[str]
) -> Iterator[tuple[Tile, bytes]]:
    for tile in tiles:
        body = state.tile(tile, layers)
        if body:
            yield tile, compress(body)


def _tiles(state: MapState, box: Bounds | None, last_zoom: int) -> Iterator[Tile]:
    for zoom in range(last_zoom + 1):
        cells = state.table(resolution_at(zoom))["cell"].to_numpy()
        inside = None if box is None else world_box(box, zoom)
        for tile in tiles_of(cells, zoom, GAP_M / TURN_M):
            if inside is None or inside.touches(tile):
                yield tile


def _number(tile: Tile) -> int:
    number: int = pmtiles.tile.zxy_to_tileid(tile.z, tile.x, tile.y)
    return number


def _header(box: Bounds) -> dict[str, object]:
    west, south, east, north = (round(degrees * _E7) for degrees in box)
    return {
        "tile_type": pmtiles.tile.TileType.MVT,
        "tile_compression": pmtiles.tile.Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": 0,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }


def _metadata(terms: Terms, layers: Sequence[str], last_zoom: int) -> dict[str, object]:
    return {
        "name": "Roadcomb",
        "attribution": f"{terms.attribution} ({terms.licence})",
        "roadcomb:licence": terms.licence,
        "vector_layers": vector_layers(layers, last_zoom),
    }
