"""Are honest grades borne out by published pictures, and made up ones named?

`python -m tests.benchmarks.bench_regrading [each n-th frame]`: frames of the drawn drive and real
ones (where ROADCOMB_REAL_DATA has them) and their worse twins (tests/benchmarks/degrading.py), all
masked by the real detector and encoded as they are published. A grade is made up by adding or
taking away 150 or 300; counted are those that `audit --pictures` would name.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from quality.borne import borne_grades
from quality.masking.settings import MaskingSettings
from quality.publishing.fates import Named
from quality.publishing.opening import OpenDetector
from quality.publishing.passing import Raw, Workers
from quality.publishing.settings import PublishSettings
from roadcomb.engine import InlineEngine
from tests.benchmarks.degrading import FRAME_KINDS
from tests.quality.pictures import decoded, drawn_frames, jpeg, look_at, real_frames

REAL = ("bee_tokyo", "seq_rennes_sony_road", "stills_highway", "stills_mapillary")
ADDED = (-300, -150, 150, 300)


def main(every: int = 6) -> None:
    """Print the table."""
    cv2.setNumThreads(1)
    opening = OpenDetector(MaskingSettings())
    workers = Workers(InlineEngine(), opening, Named("bench", "1"), PublishSettings())
    table = Table("frames of", "pictures", "borne out", *(f"{by:+}" for by in ADDED), box=None)
    spent = {"look": 0.0, "again": 0.0}
    for name, frames in _drives(every):
        table.add_row(name, *_row(workers, frames, spent))
    Console(width=120).print(table)
    print(f"judging again costs {spent['again'] / spent['look']:.2f} of judging")


def _drives(every: int) -> Iterator[tuple[str, list[bytes]]]:
    folder = Path(os.environ.get("ROADCOMB_REAL_DATA", "../shared/data"))
    known = [("drawn", list(drawn_frames()[::every]))]
    known += [
        (name, real_frames(folder / name, every)) for name in REAL if (folder / name).is_dir()
    ]
    for name, frames in known:
        dice = np.random.default_rng(5)
        twins = [
            jpeg(kind(decoded(data), dice)) for data in frames for kind in FRAME_KINDS.values()
        ]
        yield name, frames
        yield f"{name}, worse", twins


def _row(workers: Workers, frames: list[bytes], spent: dict[str, float]) -> list[str]:
    raws = [Raw(n, data, 1) for n, data in enumerate(frames)]
    count, borne, named, tried = 0, 0, Counter[int](), Counter[int]()
    for record, made in workers.masked(lambda: raws):
        if made is None:
            continue
        began = time.process_time()
        grade = look_at(frames[record.n]).grade.value
        middle = time.process_time()
        bears = borne_grades(made.full, record.zones)
        spent["look"] += middle - began
        spent["again"] += time.process_time() - middle
        count, borne = count + 1, borne + bears.bears(grade)
        for by in ADDED:
            if 0 <= grade + by <= 1000:
                tried[by] += 1
                named[by] += not bears.bears(grade + by)
    return [str(count), str(borne), *(f"{named[by]} of {tried[by]}" for by in ADDED)]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
