"""Tiles over HTTP: `python -m tests.benchmarks.bench_serving [drives]`.

A node with 100,000 frames (400 drives of 250, 8 m apart, in a box of 18 by 15 km) serves from a
process of its own; eight connections ask for all tiles of zoom 15 with anything in them, layers
`drives` and `frames`, as peers serve them. CPU of the server a tile, the first time after a
snapshot (cold) and again (warm), and the slowest answer of a hundred.
"""

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import urllib3

from tests.tiles.test_cover import tile_around
from tests.tiles.worlds import AT_SEA, STEP_DEG, Drive, a_node, decide, seal
from tiles.webmercator import Tile

ZOOM = 15
FRAMES = 250
CONNECTIONS = 8
WARM_ROUNDS = 6
_BOX_DEG = (0.16, 0.135)


def main(drives: int = 400) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        tiles = _filled(Path(folder), drives)
        with _serving(folder) as (url, pid):
            cold, _ = _asked(url, tiles, pid)
            draw = random.Random(1)
            again = [tile for _ in range(WARM_ROUNDS) for tile in draw.sample(tiles, len(tiles))]
            warm, slowest = _asked(url, again, pid)
    print(
        f"{drives * FRAMES:,} frames, {len(tiles)} tiles of zoom {ZOOM}, {CONNECTIONS} connections"
    )
    print(f"  cold {cold:6.2f} ms CPU a tile   warm {warm:6.2f} ms   p99 {slowest:6.1f} ms")


def _filled(folder: Path, drives: int) -> list[Tile]:
    """A node with accepted drives in a box; answers the tiles that they pass."""
    draw, node, tiles = np.random.default_rng(1), a_node(folder), set()
    for number in range(drives):
        north, east = draw.random(2) * _BOX_DEG
        start = (AT_SEA[0] + float(north), AT_SEA[1] + float(east))
        drive = Drive(f"d{number}", start=start, grades=(600,) * FRAMES)
        seal(node, drive)
        decide(node, drive)
        ways = ((start[0] + n * STEP_DEG, start[1]) for n in range(0, FRAMES, 20))
        tiles |= {tile_around(place, ZOOM) for place in ways}
    node.catalog.close()
    return sorted(tiles, key=lambda tile: (tile.x, tile.y))


@contextmanager
def _serving(folder: str) -> Iterator[tuple[str, int]]:
    command = [sys.executable, "-m", "tests.benchmarks.bench_serving", "serve", folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip(), server.pid
        finally:
            server.terminate()


def serve(folder: str) -> None:
    """The node's real app on a free port, which it prints, until it is ended."""
    from api.app import create_app
    from roadcomb.node import open_node
    from roadcomb.settings import NodeSettings
    from tests.api.serving import serving

    settings = NodeSettings(data=Path(folder), key_seed="tiles", clock_file=Path(folder) / "clock")
    with serving(create_app(open_node(settings))) as client:
        print(client.base_url, flush=True)
        threading.Event().wait()


def _asked(url: str, tiles: Sequence[Tile], pid: int) -> tuple[float, float]:
    """Milliseconds of the server's CPU a tile, and the 99th percentile of the answers' times."""
    pool = urllib3.PoolManager(maxsize=CONNECTIONS, block=True)

    def ask(tile: Tile) -> float:
        start = time.perf_counter()
        path = f"{url}/tiles/drives,frames/{tile.z}/{tile.x}/{tile.y}.mvt"
        answer = pool.request(
            "GET", path, headers={"Accept-Encoding": "gzip"}, decode_content=False
        )
        assert answer.status == 200, answer.status
        return 1000 * (time.perf_counter() - start)

    before = _cpu_s(pid)
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        times = list(threads.map(ask, tiles))
    return 1000 * (_cpu_s(pid) - before) / len(tiles), float(np.percentile(times, 99))


def _cpu_s(pid: int) -> float:
    """User and system time of a process (proc(5): fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", folder]:
            serve(folder)
        case asked:
            main(*map(int, asked))
