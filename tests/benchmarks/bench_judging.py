"""What judging a frame costs, as a ratio to one full-colour decode of the same frame.

`python -m tests.benchmarks.bench_judging [frames]`: CPU seconds of this process, one thread. Each
frame is timed 5 times, both ways in turns, and its median counts; the table shows the median frame.
Real frames of ROADCOMB_REAL_DATA where there are any, and frames of the drawn city.

Then the same frames through the engine with one worker and with two, by the wall's clock: the
median of the pairs says how much faster two cores judge.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from quality.decode import half_scale
from quality.examine import FrameTask, examine
from quality.fingerprint import fingerprint
from quality.measures import measure
from quality.settings import QualitySettings
from roadcomb.engine import ProcessEngine, keep_memory
from sample_data.conditions import Conditions
from sample_data.draw import draw
from sample_data.scenario import demo
from sample_data.timeline import Timeline
from tests.quality.pictures import grey_half, jpeg, real_frames

ROUNDS = 5
BUDGET = 1.2
PARTS = ("half decode", "measures", "fingerprint")
SPED_UP = 1.8
BATCH = 240
SETTINGS = QualitySettings()
REAL = ("bee_tokyo", "seq_rennes_sony_road", "stills_highway")


def main(frames: int = 12) -> None:
    """Print the table."""
    cv2.setNumThreads(1)
    keep_memory()  # as in a worker
    columns = ("frames", "pixels", "kB", "decode ms", "judging ms", "ratio", *PARTS)
    table = Table(*columns, box=None)
    drives = _drives(frames)
    for name, pictures in drives:
        table.add_row(name, *_row(pictures))
    Console().print(table)
    Console().print(f"ratio: CPU of judging to a full-colour decode; at most {BUDGET} is wanted")
    faster = _faster_on_two(drives[0][1])
    Console().print(f"two workers judge {faster:.2f} times as fast as one; {SPED_UP} is wanted")


def _faster_on_two(pictures: Sequence[bytes]) -> float:
    """Wall seconds of one worker over those of two, median of rounds taken in turns."""
    tasks = [FrameTask(pictures[n % len(pictures)], 1, SETTINGS) for n in range(BATCH)]
    one, two = ProcessEngine(1), ProcessEngine(2)
    try:
        _wall_s(one, tasks)
        _wall_s(two, tasks)  # the first round starts the workers
        return median(_wall_s(one, tasks) / _wall_s(two, tasks) for _ in range(ROUNDS))
    finally:
        one.close()
        two.close()


def _wall_s(engine: ProcessEngine, tasks: Sequence[FrameTask]) -> float:
    started = time.perf_counter()
    for _ in engine.map(examine, tasks):
        pass
    return time.perf_counter() - started


def _drives(frames: int) -> list[tuple[str, Sequence[bytes]]]:
    folder = Path(os.environ.get("ROADCOMB_REAL_DATA", "../shared/data"))
    real = [(name, real_frames(folder / name)) for name in REAL if (folder / name).is_dir()]
    spread = [(name, _spread(pictures, frames)) for name, pictures in real]
    return [*spread, ("drawn city", _drawn(frames))]


def _drawn(frames: int) -> Sequence[bytes]:
    """Frames of the demo's first drive, at its full size."""
    scenario = demo(seed=7)
    drive = scenario.drives[0]
    conditions = Conditions(scenario.seed, drive.day_seed, light=drive.light, device=drive.device)
    poses = [shot.pose for shot in Timeline(scenario.seed, drive).shots()]
    step = max(1, len(poses) // frames)
    return [jpeg(draw(pose, conditions), drive.jpeg_quality) for pose in poses[::step][:frames]]


def _spread(pictures: Sequence[bytes], frames: int) -> Sequence[bytes]:
    return pictures[:: max(1, len(pictures) // frames)][:frames]


def _row(pictures: Sequence[bytes]) -> list[str]:
    timed = [_timed(data) for data in pictures]
    decode = median(full for full, _ in timed)
    judging = median(judged for _, judged in timed)
    header, _ = half_scale(pictures[0], SETTINGS)
    size = sum(map(len, pictures)) // len(pictures) // 1000
    return [
        f"{header.width} x {header.height}",
        str(size),
        f"{decode:.2f}",
        f"{judging:.2f}",
        f"{median(judged / full for full, judged in timed):.2f}",
        *_parts(pictures[0], decode),
    ]


def _timed(data: bytes) -> tuple[float, float]:
    """(full-colour decode, judging) of a frame, ms of CPU, medians of rounds taken in turns."""
    rounds = [(_ms(lambda: _decode(data)), _ms(lambda: _judge(data))) for _ in range(ROUNDS)]
    return median(full for full, _ in rounds), median(judged for _, judged in rounds)


def _parts(data: bytes, decode: float) -> list[str]:
    """The columns PARTS: shares of one frame, as ratios too."""
    grey = grey_half(data)
    parts: tuple[Callable[[], object], ...] = (
        lambda: half_scale(data, SETTINGS),
        lambda: measure(grey),
        lambda: fingerprint(grey),
    )
    return [f"{median(_ms(part) for _ in range(ROUNDS)) / decode:.2f}" for part in parts]


def _decode(data: bytes) -> object:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def _judge(data: bytes) -> object:
    return examine(FrameTask(data, 1, SETTINGS))


def _ms(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return 1000 * (time.process_time() - started)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
