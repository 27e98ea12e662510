"""CPU of the densest tile: `python -m tests.benchmarks.bench_tiles`.

The tile is full: every hexagon of zoom 11, which packs them tightest, is covered, at the equator
away from H3's distortions. Measured: our whole way (find the cells in a memory-mapped snapshot,
place corners, encode), our encoder with its corners, and mapbox-vector-tile's encode of the same
geometry.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely

from roadcomb.blobs import open_blobs
from roadcomb.cells import cells_of, centres, disk
from tests.tiles.worlds import coverage_at
from tiles.accepted import Position
from tiles.mvt import LAYER, encode
from tiles.pictures import index_of
from tiles.snapshot import open_snapshot, write
from tiles.state import MapState, overlay_of
from tiles.webmercator import Tile

FULL = Tile(11, 882, 1023)
"""24.96 W, just north of the equator: open sea."""
PLACE = (0.088, -24.87)
ROUNDS = 5


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        state = _full_map(Path(folder))
        tile = state.tile(FULL)
        layer = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})[LAYER]
        coverage = state.snapshot.table(9)
        drawn = {int(f["properties"]["cell"], 16) for f in layer["features"]}
        ours = coverage.filter(np.isin(coverage["cell"].to_numpy(), np.array(list(drawn))))
        whole = _cpu_ms(lambda: state.tile(FULL))
        encoder = _cpu_ms(lambda: encode(ours, FULL))
        theirs = _cpu_ms(lambda: _reference(layer["features"]))
    print(f"densest tile 11/{FULL.x}/{FULL.y}: {len(drawn)} hexagons, {len(tile)} bytes")
    print(f"  tile from snapshot   {whole:8.2f} ms CPU   {theirs / whole:6.1f} x faster")
    print(f"  encode (project too) {encoder:8.2f} ms CPU   {theirs / encoder:6.1f} x faster")
    print(f"  mapbox-vector-tile   {theirs:8.2f} ms CPU   encode of the same, projected, geometry")


def _full_map(folder: Path) -> MapState:
    """A map on which a paid cell inside every drawn hexagon is covered."""
    cell = int(cells_of([PLACE[0]], [PLACE[1]], 9)[0])
    lat, lon = centres(np.array(disk(cell, 70), np.uint64))
    blobs = open_blobs(folder.as_uri())
    name = write(blobs, coverage_at(cells_of(lat, lon)))
    return MapState(Position(), open_snapshot(blobs, name), overlay_of([]), index_of([]), {})


def _reference(features: list[dict[str, Any]]) -> bytes:
    """mapbox-vector-tile's encode of features in tile units."""
    named = [
        {"geometry": shapely.geometry.shape(f["geometry"]), "properties": f["properties"]}
        for f in features
    ]
    options = {"y_coord_down": True}
    encoded: bytes = mapbox_vector_tile.encode(
        [{"name": LAYER, "features": named}], default_options=options
    )
    return encoded


def _cpu_ms(work: Callable[[], object]) -> float:
    """Median CPU of some rounds, after one to warm up."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(1000 * (time.process_time() - start))
    return statistics.median(times)


if __name__ == "__main__":
    main()
