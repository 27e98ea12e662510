"""Real drives (ROADCOMB_REAL_DATA): how many honest ones are held, and how many lies of them."""

import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from quality.evidence.combined import signals_of, suspicious
from quality.evidence.watching import Seen, Watcher
from roadcomb.engine import InlineEngine
from roadcomb.records import Frame, e7
from sample_data.dice import Bytes

__all__ = ["say_real"]

Drive = tuple[str, list[Frame], list[Bytes]]
_RECEIVED_MS = 1_800_000_000_000
_PAUSE_MS = 240_000


def say_real() -> None:
    """Print the counts of every folder that has a frames.csv."""
    drives = list(_drives(Path(os.environ.get("ROADCOMB_REAL_DATA", "../shared/data"))))
    for name, frames, pictures in drives:
        honest = _held(frames, pictures)
        back = _held(frames, pictures[::-1])
        same = _held(frames, [pictures[0]] * len(frames))
        mixed = [pictures[(n * 7) % len(pictures)] for n in range(len(pictures))]
        print(
            f"real {name}, {len(frames)} frames: held {honest}; reversed {back}, "
            f"one picture {same}, out of order {_held(frames, mixed)}"
        )
    for (name, frames, _), (other, _, pictures) in (*pairwise(drives), *pairwise(drives[::-1])):
        count = min(len(frames), len(pictures))
        if count >= 20:
            print(f"pictures of {other} on {name}: held {_held(frames[:count], pictures[:count])}")


def _drives(folder: Path) -> Iterator[Drive]:
    for table in sorted(folder.glob("*/frames.csv")):
        rows = list(csv.DictReader(table.open()))
        frames = [_frame(n, row) for n, row in enumerate(rows)]
        starts = [n for n in range(1, len(frames)) if _paused(frames[n - 1], frames[n])]
        for part, (a, b) in enumerate(pairwise((0, *starts, len(frames)))):
            pictures = [_small(table.parent, row["file"]) for row in rows[a:b]]
            yield f"{table.parent.name} {part + 1}", frames[a:b], pictures


def _paused(before: Frame, after: Frame) -> bool:
    return after.t_ms - before.t_ms > _PAUSE_MS


def _frame(n: int, row: dict[str, str]) -> Frame:
    t_s = row["t_unix"] if "t_unix" in row else row["t_exif_as_utc"]
    t_ms = round(float(t_s) * 1000)
    return Frame(f"{n:064x}", 1, t_ms, e7(float(row["lat"])), e7(float(row["lon"])))


def _small(folder: Path, file: str) -> Bytes:
    path = next(folder.rglob(Path(file).name))
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    scale = 320 / max(grey.shape)
    shrunk = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return shrunk.astype(np.uint8)


def _held(frames: Sequence[Frame], pictures: Sequence[Bytes]) -> bool:
    return suspicious(signals_of(frames, _watched(frames, pictures), _RECEIVED_MS))


def _watched(frames: Sequence[Frame], pictures: Sequence[Bytes]) -> Seen:
    watcher = Watcher(InlineEngine())
    for n, (frame, picture) in enumerate(zip(frames, pictures, strict=True)):
        watcher.see(n, replace(frame, image_id=f"{n:064x}"), picture)
    return watcher.seen()
