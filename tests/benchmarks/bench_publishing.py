"""What publishing a frame costs, in full-colour decodes of it, and how many frames wait.

`python -m tests.benchmarks.bench_publishing [frames]`: CPU seconds of this process, one thread,
sums over the frames of a drive. Real frames of ROADCOMB_REAL_DATA and the drawn drive in git.
"""

import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from quality.masking.settings import MaskingSettings
from quality.publishing.opening import OpenDetector
from quality.publishing.passing import Raw, Workers
from quality.publishing.settings import PublishSettings
from quality.publishing.staffing import staffed
from roadcomb.engine import InlineEngine, Lost, Result, Task
from tests.quality.pictures import drawn_frames, real_frames

REAL = ("bee_tokyo", "seq_rennes_sony_road", "stills_highway")


@dataclass
class Timed:
    """An engine that counts the CPU seconds of each kind of task."""

    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def map(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[Result | Lost]:
        for task in tasks:
            yield self._timed(function, task)

    def _timed(self, function: Callable[[Task], Result], task: Task) -> Result:
        start = time.process_time()
        answer = function(task)
        self.seconds[function.__name__] += time.process_time() - start
        return answer


def main(frames: int = 40) -> None:
    """Print the table."""
    cv2.setNumThreads(1)
    columns = ("frames", "decode ms", "look", "mask and prove", "published", "waiting")
    table = Table(*columns, "masked mean", "p95", box=None)
    for name, pictures in _drives(frames):
        table.add_row(name, *_row(pictures))
    Console().print(table)
    Console().print("look, mask and prove: CPU in full-colour decodes of the same frames")


def _drives(frames: int) -> Iterator[tuple[str, Sequence[bytes]]]:
    folder = Path(os.environ.get("ROADCOMB_REAL_DATA", "../shared/data"))
    for name in REAL:
        if (folder / name).is_dir():
            yield name, real_frames(folder / name)[:frames]
    yield "drawn drive", drawn_frames()[:frames]


def _row(pictures: Sequence[bytes]) -> list[str]:
    settings, timed = PublishSettings(), Timed()
    opened = staffed(InlineEngine(), OpenDetector(MaskingSettings()), settings)
    if isinstance(opened, str):
        return [opened]
    workers = Workers(timed, opened.opening, opened.detector, settings)
    made = list(workers.masked(lambda: (Raw(n, data, 1) for n, data in enumerate(pictures))))
    decode_s = _decoding(pictures)
    masked = [frame.masked for frame, shown in made if shown is not None]
    waiting = Counter(frame.reason for frame, shown in made if shown is None)
    return [
        f"{1000 * decode_s / len(pictures):.1f}",
        f"{timed.seconds['find'] / decode_s:.1f}",
        f"{timed.seconds['conceal'] / decode_s:.1f}",
        str(len(masked)),
        ", ".join(f"{reason}: {count}" for reason, count in waiting.items()) or "0",
        f"{np.mean(masked):.1%}" if masked else "-",
        f"{np.percentile(masked, 95):.1%}" if masked else "-",
    ]


def _decoding(pictures: Sequence[bytes]) -> float:
    start = time.process_time()
    for data in pictures:
        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return time.process_time() - start


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
