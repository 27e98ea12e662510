"""How fast seen frames are found among a million, with what recall, and what memory they take.

`python -m tests.benchmarks.bench_search [frames]`: CPU seconds of one thread. Fingerprints are
random bits; drives of 100 frames 8 m apart lie on a grid of streets 400 m apart, about 50 frames in
a place. Queries come in batches of a drive of 25 frames, each 0 to 31 bits off an indexed one, or
31 exactly. Random bits are kind to tables of keys: fingerprints of the drawn city share a key 3 to
4 times as often.
"""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from quality.columns import CROP_STRIDE, Columns
from quality.disguises import Look, disguises
from quality.fingerprint import CROPS, Words
from quality.frametable import FrameTable
from quality.hashindex import Found, joined
from roadcomb.cells import cells_of

DRIVE, BATCH, RADIUS = 100, 25, 31
STREETS = 70
"""Of the grid, each way, a million frames; more frames drive more streets."""

Numbers = NDArray[np.int64]


def main(frames: int = 1_000_000) -> None:
    """Print the table."""
    chance = np.random.default_rng(5)
    before = _resident_mb()
    started = time.process_time()
    table, places = _built(frames, chance)
    built_s = time.process_time() - started
    shown = Table("question", "queries/s", "recall", box=None)
    for label, rate, recall in _asked(table, places, chance):
        shown.add_row(label, f"{rate:,.0f}", recall)
    Console().print(shown)
    print(f"{frames:,} frames sorted in {built_s:.1f} s, {len(table.segments)} segments")
    print(f"{table.nbytes() / frames:.1f} bytes a frame, {table.nbytes() / 1e6:.0f} MB in all,")
    print(f"{_resident_mb() - before:.0f} MB more resident than before")


def _built(frames: int, chance: np.random.Generator) -> tuple[FrameTable, NDArray[np.uint64]]:
    table, places = FrameTable(), np.zeros(frames, np.uint64)
    streets = max(2, int(STREETS * (frames / 1e6) ** 0.5))
    keyed = np.arange(0, DRIVE, CROP_STRIDE, dtype=np.uint32)
    for first in range(0, frames, DRIVE):
        here = _places(*chance.integers(0, streets, 2).tolist())
        places[first : first + DRIVE] = here
        words = chance.integers(0, 2**64, (DRIVE, 4), np.uint64)
        inner = chance.integers(0, 2**64, (len(keyed), 4), np.uint64)
        pictures = chance.integers(1, 2**64, DRIVE, np.uint64)
        rows = np.arange(DRIVE, dtype=np.uint32)
        columns = Columns(pictures, here, np.ones(DRIVE, np.bool_), rows, words, keyed, inner)
        table.add(f"{first:064x}", columns)
    table.settle()
    return table, places


def _places(row: int, column: int) -> NDArray[np.uint64]:
    lat = 48.0 + row * 0.0036 + np.arange(DRIVE) * 8 / 111_000
    return cells_of(lat, np.full(DRIVE, 2.0 + column * 0.0054), 10)


def _asked(
    table: FrameTable, places: NDArray[np.uint64], chance: np.random.Generator
) -> Iterator[tuple[str, float, str]]:
    for label, bits in (("0 to 31 bits off", None), ("31 bits off", 31)):
        rows = _drives(len(places), 40, chance)
        queries = _planted(table, rows, bits, chance)

        def near(i: slice, queries: Words = queries, rows: Numbers = rows) -> Iterator[Found]:
            return table.near(queries[i], places[rows[i]].tolist(), RADIUS)

        def anywhere(i: slice, queries: Words = queries) -> Iterator[Found]:
            return table.anywhere(queries[i], RADIUS, flips=0)

        def surely(i: slice, queries: Words = queries) -> Iterator[Found]:
            return table.anywhere(queries[i], RADIUS, flips=1)

        yield _timed(f"near the place, {label}", rows, near)
        yield _timed(f"anywhere, {label}, keys as they are", rows, anywhere)
        yield _timed(f"anywhere, {label}, keys with a bit turned", rows, surely)
    yield _disguised(table, places, chance)


def _disguised(
    table: FrameTable, places: NDArray[np.uint64], chance: np.random.Generator
) -> tuple[str, float, str]:
    """All that judging asks for a frame of a long drive."""
    rows = _drives(len(places), 8, chance)
    words = _planted(table, rows, 0, chance)
    looks = [Look(word.tobytes(), word.tobytes() * len(CROPS), 0) for word in words]
    started = time.process_time()
    for first in range(0, len(rows), BATCH):
        for sought in disguises(looks[first : first + BATCH]):
            here = places[rows[first + sought.of]].tolist()
            joined([*table.near(sought.words, here, 48, sought.inner)])
            joined([*table.anywhere(sought.words, 48, 0, sought.inner)])
    rate = len(rows) / (time.process_time() - started)
    return "a frame in every disguise, near and anywhere", rate, ""


def _timed(
    label: str, rows: Numbers, ask: Callable[[slice], Iterator[Found]]
) -> tuple[str, float, str]:
    found, started = 0, time.process_time()
    for first in range(0, len(rows), BATCH):
        batch = slice(first, first + BATCH)
        hits = joined(list(ask(batch)))
        found += int((hits.rows == rows[batch][hits.queries]).sum())
    rate = len(rows) / (time.process_time() - started)
    return label, rate, f"{found / len(rows):.3f}"


def _drives(frames: int, count: int, chance: np.random.Generator) -> Numbers:
    """Rows of some runs of BATCH frames."""
    starts = chance.integers(0, frames // DRIVE, count) * DRIVE
    return (starts[:, None] + np.arange(BATCH)).ravel()


def _planted(
    table: FrameTable, rows: Numbers, bits: int | None, chance: np.random.Generator
) -> Words:
    flags = np.zeros((len(rows), 256), np.uint8)
    for row in flags:
        row[chance.permutation(256)[: chance.integers(0, 32) if bits is None else bits]] = 1
    words = np.empty((len(rows), 4), np.uint64)
    for segment in table.segments:
        here = (rows >= segment.first) & (rows < segment.end)
        words[here] = segment.whole.words[rows[here] - segment.first]
    return words ^ np.packbits(flags, axis=1).view(np.uint64)


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if Path("/proc").is_dir() else 0
    return pages * 4096 / 1e6


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
