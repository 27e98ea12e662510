"""What judging a frame costs, as a ratio to one full-colour decode of the same frame.

`python -m tests.benchmarks.bench_judging [frames]`: CPU seconds of this process, one thread. In
each of 9 rounds all frames are decoded one after the other and then judged one after the other, as
a worker does; the median round counts. Real frames of ROADCOMB_REAL_DATA where there are any, and
frames of the drawn city. `evidence`: all signals that a drive's own pictures and track give, a
frame, over neighbouring frames.

Then the drawn drives through a whole judge on one core and on two, by the wall's clock: the median
of the pairs says how much faster two cores judge.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from quality.decode import half_scale
from quality.evidence.combined import signals_of
from quality.evidence.watching import Watcher
from quality.examine import FrameTask, examine
from quality.fingerprint import fingerprint
from quality.judge import Judge
from quality.measures import measure
from quality.settings import QualitySettings
from roadcomb.engine import InlineEngine, ProcessEngine
from roadcomb.memory import keep_memory
from sample_data.conditions import Conditions
from sample_data.draw import draw
from sample_data.scenario import Drive, demo
from sample_data.timeline import Timeline
from tests.drives import NOW_MS, contributor, make_node
from tests.quality.deliveries import along, deliver, frames_at
from tests.quality.pictures import grey_half, jpeg, real_frames

ROUNDS = range(9)
BUDGET = 1.2
PARTS = ("half decode", "measures", "fingerprint")
NEIGHBOURS = 32
SPED_UP = 1.8
SETTINGS = QualitySettings()
REAL = ("bee_tokyo", "seq_rennes_sony_road", "stills_highway")


def main(frames: int = 12) -> None:
    """Print the table."""
    cv2.setNumThreads(1)
    keep_memory()  # as in a worker
    columns = ("frames", "pixels", "kB", "decode ms", "judging ms", "ratio", *PARTS, "evidence")
    table = Table(*columns, box=None)
    for name, whole in _drives():
        table.add_row(name, *_row(_spread(whole, frames)), f"{_evidence(whole[:NEIGHBOURS]):.2f}")
    Console().print(table)
    Console().print(f"ratio: CPU of judging to a full-colour decode; at most {BUDGET} is wanted")
    Console().print("evidence: the same of a drive's signals, a frame; at most 1.0 is wanted")
    faster = _faster_on_two(_drawn_drives())
    Console().print(f"two cores judge {faster:.2f} times as fast as one; {SPED_UP} is wanted")


def _faster_on_two(drives: Sequence[Sequence[bytes]]) -> float:
    """Wall seconds of judging the same drives on one core over those on two, median of rounds."""
    both = sorted(os.sched_getaffinity(0))[:2]
    try:
        return median(_judged_s(drives, both[:1]) / _judged_s(drives, both) for _ in range(3))
    finally:
        os.sched_setaffinity(0, both)


def _judged_s(drives: Sequence[Sequence[bytes]], cores: Sequence[int]) -> float:
    """A whole judge at work: packs, examining, evidence, search, thumbnails, catalog."""
    os.sched_setaffinity(0, cores)
    engine = ProcessEngine(len(cores))
    try:
        for _ in engine.map(examine, [FrameTask(drives[0][0], 1, SETTINGS)] * 8):
            pass  # the workers are there
        with tempfile.TemporaryDirectory() as folder:
            node = make_node(Path(folder))
            judge = Judge(node, engine)
            deliver(node, contributor(99), drives[0][-4:])
            judge.judge_pending()  # a judge loads some of its modules with its first drive
            for number, drive in enumerate(drives):
                deliver(node, contributor(number), drive[:-4])
            started = time.perf_counter()
            assert judge.judge_pending() == len(drives)
            took = time.perf_counter() - started
            node.catalog.close()
            return took
    finally:
        engine.close()


def _drives() -> list[tuple[str, Sequence[bytes]]]:
    """Real drives, and the demo's first one at its full size."""
    folder = Path(os.environ.get("ROADCOMB_REAL_DATA", "../shared/data"))
    real = [(name, real_frames(folder / name)) for name in REAL if (folder / name).is_dir()]
    return [*real, ("drawn city", _drive_drawn(demo(seed=7).drives[0]))]


def _drawn_drives() -> list[Sequence[bytes]]:
    """The honest drives of the demo, whole."""
    return [_drive_drawn(drive) for drive in demo(seed=7).drives if drive.copies is None]


def _drive_drawn(drive: Drive) -> Sequence[bytes]:
    scenario = demo(seed=7)
    conditions = Conditions(scenario.seed, drive.day_seed, light=drive.light, device=drive.device)
    poses = [shot.pose for shot in Timeline(scenario.seed, drive).shots()]
    drawn = (jpeg(draw(pose, conditions), drive.jpeg_quality) for pose in poses)
    return list(dict.fromkeys(drawn))  # a car that stands is drawn the same


def _spread(pictures: Sequence[bytes], frames: int) -> Sequence[bytes]:
    return pictures[:: max(1, len(pictures) // frames)][:frames]


def _row(pictures: Sequence[bytes]) -> list[str]:
    rounds = [(_ms(lambda: _decoded(pictures)), _ms(lambda: _judged(pictures))) for _ in ROUNDS]
    decode, judging = (median(each) / len(pictures) for each in zip(*rounds, strict=True))
    header, _ = half_scale(pictures[0], SETTINGS)
    size = sum(map(len, pictures)) // len(pictures) // 1000
    return [
        f"{header.width} x {header.height}",
        str(size),
        f"{decode:.2f}",
        f"{judging:.2f}",
        f"{median(judged / full for full, judged in rounds):.2f}",
        *_parts(pictures[0], decode),
    ]


def _evidence(pictures: Sequence[bytes]) -> float:
    """CPU of a drive's signals by that of decoding its frames, median of rounds taken in turns."""
    frames = frames_at(pictures, along(len(pictures)))
    small = [examine(FrameTask(data, 1, SETTINGS)).small for data in pictures]

    def signals() -> None:
        watcher = Watcher(InlineEngine())
        for n, (frame, picture) in enumerate(zip(frames, small, strict=True)):
            watcher.see(n, frame, picture)
        signals_of(frames, watcher.seen(), NOW_MS)

    return median(_ms(signals) / _ms(lambda: _decoded(pictures)) for _ in ROUNDS)


def _parts(data: bytes, decode: float) -> list[str]:
    """The columns PARTS: shares of one frame, as ratios too."""
    grey = grey_half(data)
    parts: tuple[Callable[[], object], ...] = (
        lambda: half_scale(data, SETTINGS),
        lambda: measure(grey),
        lambda: fingerprint(grey),
    )
    return [f"{median(_ms(part) for _ in ROUNDS) / decode:.2f}" for part in parts]


def _decoded(pictures: Sequence[bytes]) -> None:
    for data in pictures:
        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def _judged(pictures: Sequence[bytes]) -> None:
    for data in pictures:
        examine(FrameTask(data, 1, SETTINGS))


def _ms(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return 1000 * (time.process_time() - started)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
