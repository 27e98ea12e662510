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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.benchmarks.asking import answer_times_ms
from tests.tiles.test_cover import tile_around
from tests.tiles.worlds import AT_SEA, Drive, a_node, decide, seal
from tiles.webmercator import Tile

ZOOM = 15
FRAMES = 250
CONNECTIONS = 8
WARM_ROUNDS = 6
_BOX_DEG = (0.16, 0.135)


def main(count: int = 400) -> None:
    """Measure and print."""
    drives = drives_in_a_box(count)
    tiles = tiles_of(drives)
    with tempfile.TemporaryDirectory() as folder:
        filled(Path(folder), drives)
        with serving(folder) as (url, pid):
            address = f"{url}/tiles/drives,frames/{{z}}/{{x}}/{{y}}.mvt"
            cold = asked(address, tiles, [pid])
            warm = asked(address, in_any_order(tiles, WARM_ROUNDS), [pid])
    print(
        f"{count * FRAMES:,} frames, {len(tiles)} tiles of zoom {ZOOM}, {CONNECTIONS} connections"
    )
    print(f"  cold {cold.cpu_ms:6.2f} ms CPU a tile   warm {warm.cpu_ms:6.2f} ms", end="   ")
    print(f"p99 {warm.p99_ms:6.1f} ms")


def drives_in_a_box(count: int) -> list[Drive]:
    """Drives to the north, 8 m a frame, somewhere in the box."""
    draw = np.random.default_rng(1)
    starts = AT_SEA + draw.random((count, 2)) * _BOX_DEG
    return [
        Drive(f"d{number}", start=(float(lat), float(lon)), grades=(600,) * FRAMES)
        for number, (lat, lon) in enumerate(starts)
    ]


def tiles_of(drives: Sequence[Drive]) -> list[Tile]:
    """The tiles that drives pass."""
    places = ((float(lat), drive.start[1]) for drive in drives for lat in drive.lat[::20])
    found = {tile_around(place, ZOOM) for place in places}
    return sorted(found, key=lambda tile: (tile.x, tile.y))


def in_any_order(tiles: Sequence[Tile], rounds: int) -> list[Tile]:
    """All of them, so many times, each time in another order."""
    draw = random.Random(1)
    return [tile for _ in range(rounds) for tile in draw.sample(tiles, len(tiles))]


def filled(folder: Path, drives: Sequence[Drive]) -> None:
    """A node with these drives, accepted."""
    node = a_node(folder)
    for drive in drives:
        seal(node, drive)
        decide(node, drive)
    node.catalog.close()


@contextmanager
def serving(folder: str) -> Iterator[tuple[str, int]]:
    """The node of a folder in a process of its own: its address, and the process."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_serving", "serve", folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip(), server.pid
        finally:
            server.terminate()


def serve(folder: str) -> None:
    """The node as `roadcomb serve` runs it, on a free port; its address is printed."""
    from api.serve import listen
    from api.serve import serve as run
    from roadcomb.node import open_node
    from roadcomb.settings import NodeSettings

    settings = NodeSettings(
        data=Path(folder), port=0, key_seed="tiles", clock_file=Path(folder) / "clock"
    )
    listening = listen(settings.host, settings.port)
    run(open_node(settings), listening, False, False, lambda url, _: print(url, flush=True))


@dataclass(frozen=True, slots=True)
class Asked:
    """What answers cost: CPU of all of them, and the time of each."""

    cpu_s: float
    times_ms: tuple[float, ...]

    @property
    def cpu_ms(self) -> float:
        """A tile."""
        return 1000 * self.cpu_s / len(self.times_ms)

    @property
    def p99_ms(self) -> float:
        """One of a hundred took longer."""
        return float(np.percentile(self.times_ms, 99))


def asked(address: str, tiles: Sequence[Tile], pids: Sequence[int]) -> Asked:
    """Ask for tiles over all connections; address: with {z}, {x} and {y}. pids: the processes
    that answer, with all that these have started."""
    urls = [address.format(z=tile.z, x=tile.x, y=tile.y) for tile in tiles]
    before = sum(map(_cpu_s, pids))
    times = answer_times_ms(urls, CONNECTIONS)
    spent = sum(map(_cpu_s, pids)) - before
    return Asked(spent, tuple(times))


def _cpu_s(pid: int) -> float:
    """User and system time of a process, its descendants and those that ended (proc(5): fields 14
    to 17 of stat)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0  # it ended just now: its parent has its time
    own: float = sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    return own + sum(_cpu_s(int(child)) for child in children)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", folder]:
            serve(folder)
        case counts:
            main(*map(int, counts))
