"""What a map of millions of cells costs: `python -m tests.benchmarks.bench_growth [cells ...]`.

For each size, in processes of their own: opening the snapshot (every shard hashed, and at the next
start taken unread), memory resident after it and after tiles of every zoom, CPU of the densest
town's tiles once they are in memory, a tile (from afar it holds more, the more there is) and a
thousand hexagons; and the fold of as many passes as there are cells.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from roadcomb.blobs import open_blobs
from roadcomb.canonical import Json, canonical_json, parse_json
from roadcomb.cells import PAID_RESOLUTION, Cells, centres, parents
from tests.benchmarks.towns import coverage_of, town_cells
from tiles.accepted import Position
from tiles.checked import Checked
from tiles.fold import fold
from tiles.pictures import index_of
from tiles.shards import SHARD_RESOLUTION
from tiles.snapshot import PREFIX, open_snapshot, write
from tiles.state import MapState, overlay_of
from tiles.webmercator import MAX_ZOOM, Tile, world

ROUNDS = 5
PART = 12_000_000


def main(*sizes: int) -> None:
    """Measure each size and print."""
    print(
        "million cells   open s   next start s   resident MB   after tiles   warm tile ms"
        "   a thousand hexagons ms   fold s CPU (wall)"
    )
    for cells in sizes or (1_000_000, 10_000_000):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "tests.benchmarks.bench_growth"]
            name, folded = _made(Path(folder), cells)
            starts = [
                subprocess.run(
                    [*command, "serve", folder, name], check=True, capture_output=True, text=True
                )
                for _ in range(2)
            ]
        opened, *_ = json.loads(starts[0].stdout)
        again, resident, after, tile, thousand = json.loads(starts[1].stdout)
        print(
            f"{cells / 1e6:13.0f} {opened:8.2f} {again:14.2f} {resident:13.0f} {after:13.0f}"
            f" {tile:14.2f} {thousand:24.2f}   {folded[1]:.1f} ({folded[0]:.1f})",
            flush=True,
        )


def serve(folder: str, name: str) -> None:
    """Open a snapshot, draw tiles, and print what it cost as JSON."""
    start = time.perf_counter()
    checked = Checked(Path(folder))
    snapshot = open_snapshot(open_blobs(Path(folder).as_uri()), name, checked)
    checked.save()
    state = MapState(Position(), snapshot, overlay_of([]), index_of([]), {})
    opened, resident = time.perf_counter() - start, _resident_mb()
    cells = max(snapshot.table(PAID_RESOLUTION)["cell"].chunks, key=len).to_numpy()
    tiles = _tiles_over(cells[len(cells) // 2 : len(cells) // 2 + 1])
    warm = [_cpu_ms(partial(state.tile, tile)) for tile in tiles]
    hexagons = sum(len(state.outlines(tile)[1]) for tile in tiles)
    mean, thousand = statistics.mean(warm), 1000 * sum(warm) / hexagons
    print(json.dumps([opened, resident, _resident_mb(), mean, thousand]))


def _made(folder: Path, count: int) -> tuple[str, tuple[float, float]]:
    """A snapshot's name, and wall and CPU seconds of a fold of as many passes.

    Beyond PART cells it is made of whole shards at a time, since it all would not fit in memory.
    """
    blobs, shards = open_blobs(folder.as_uri()), dict[str, Json]()
    took = np.zeros(2)
    for seed, cells in enumerate(_parts(town_cells(count)), 1):
        coverage = coverage_of(cells, seed)
        rows = _passes(cells)
        began = np.array((time.perf_counter(), time.process_time()))
        folded = fold(coverage, rows)
        took += np.array((time.perf_counter(), time.process_time())) - began
        document = parse_json(blobs.get_addressed(PREFIX, write(blobs, folded)))
        assert isinstance(document, dict)
        assert isinstance(document["shards"], dict)
        shards |= document["shards"]
    name = blobs.put_addressed(PREFIX, canonical_json({"v": 1, "shards": shards}))
    return name, (float(took[0]), float(took[1]))


def _parts(cells: Cells) -> Iterator[Cells]:
    """Sorted cells, cut between shards, at most about PART at a time."""
    owners = parents(cells, SHARD_RESOLUTION)
    starts = np.unique(owners, return_index=True)[1].tolist()
    begin = 0
    for start, end in zip(starts, [*starts[1:], len(cells)], strict=True):
        if end - begin > PART and start > begin:
            yield cells[begin:start]
            begin = start
    yield cells[begin:]


def _passes(cells: np.ndarray) -> pa.Table:
    """As many passes as cells, through random ones of them, sorted as a night's rows are."""
    draw, n = np.random.default_rng(3), len(cells)
    columns = {
        "cell": cells[np.sort(draw.integers(0, n, n))],
        "day": np.full(n, 20_461, np.int32),
        "sectors": draw.integers(0, 256, n).astype(np.uint8),
        "best_grade": draw.integers(0, 1001, n).astype(np.uint16),
        "grade_sum": draw.integers(0, 3000, n).astype(np.uint32),
        "frames": np.full(n, 3, np.uint16),
        "sketch": draw.integers(0, 64, n).astype(np.uint8),
    }
    return pa.table(columns)


def _tiles_over(cell: np.ndarray) -> list[Tile]:
    """The tile of each zoom around a cell."""
    lat, lon = centres(cell)
    [x], [y] = world(lon, lat)
    return [Tile(zoom, int(x * 2**zoom), int(y * 2**zoom)) for zoom in range(MAX_ZOOM + 1)]


def _cpu_ms(work: Callable[[], object]) -> float:
    """Median CPU of some rounds, after one to warm up."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(1000 * (time.process_time() - start))
    return statistics.median(times)


def _resident_mb() -> float:
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", folder, name]:
            serve(folder, name)
        case asked:
            main(*map(int, asked))
