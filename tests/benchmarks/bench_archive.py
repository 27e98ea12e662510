"""A PMTiles archive of a whole map: `python -m tests.benchmarks.bench_archive [cells]`.

Zoom 0 to 14 of a million cells of resolution 12, by `roadcomb export` and by tippecanoe, which is
given the same cells as a FlatGeobuf file (writing it is not counted). CPU seconds of all threads
and the most memory that each took. tippecanoe drops what makes a tile too large; ours draws coarser
cells.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from roadcomb.blobs import open_blobs
from tests.benchmarks.towns import coverage_of, town_cells
from tiles.accepted import Position
from tiles.archive import LAST_ZOOM, write_archive
from tiles.export import frame_of
from tiles.pictures import index_of
from tiles.snapshot import open_snapshot, write
from tiles.state import MapState, overlay_of
from tiles.tilejson import Terms

TIPPECANOE = Path(sys.executable).parent / "tippecanoe"


def main(cells: int = 1_000_000) -> None:
    """Measure both and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        coverage = coverage_of(town_cells(cells))
        blobs = open_blobs((folder / "blobs").as_uri())
        snapshot = open_snapshot(blobs, write(blobs, coverage))
        state = MapState(Position(), snapshot, overlay_of([]), index_of([]), {})
        print(f"PMTiles, zoom 0 to {LAST_ZOOM}, of {cells:,} cells of resolution 12")
        start = time.process_time()
        count = write_archive(state, folder / "ours.pmtiles", Terms("", ""), layers=("cells",))
        ours = time.process_time() - start
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"  roadcomb export  {ours:8.1f} s CPU  {most:5.2f} GB  {count} tiles", flush=True)
        frame_of(coverage).to_file(folder / "cells.fgb", driver="FlatGeobuf")
        theirs, most = _tippecanoe(folder)
        print(f"  tippecanoe       {theirs:8.1f} s CPU  {most:5.2f} GB  {theirs / ours:.1f} x ours")


def _tippecanoe(folder: Path) -> tuple[float, float]:
    """Its CPU seconds and gigabytes."""
    out, source = folder / "theirs.pmtiles", folder / "cells.fgb"
    command = [str(TIPPECANOE), "-q", "-z", str(LAST_ZOOM), "-l", "cells"]
    subprocess.run([*command, "--drop-densest-as-needed", "-o", str(out), str(source)], check=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
