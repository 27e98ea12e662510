"""What a night costs: `python -m tests.benchmarks.bench_nightly [passes] [contributors]`.

CPU seconds, all threads, for one epoch of a million passes by 5,000 contributors (one drive each,
two accepted frames a pass), step by step, per million passes, and as a ratio to a plain pyarrow
scan of the rows that it publishes; and the most memory that the night's own process held. The
judgements lie in a folder in memory where the machine has one, so that no disk is measured.

The night is its process's first, and so is the scan that it is compared with: the median of five
processes. A process that scans the same rows again needs no new memory; that ratio stands beside.
"""

import hashlib
import io
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from quality import judgement
from rewards.nightly import STEPS, nightly
from rewards.policy import read_policy
from roadcomb.blobs import Blobs
from roadcomb.catalog.tables import contributors, decisions, drives
from roadcomb.cells import Cells, cell_of, disk
from roadcomb.epochs import start_ms
from roadcomb.keys import account_of
from roadcomb.memory import collect_late
from roadcomb.node import Node
from tests.rewards.town import DAY, open_town

FRAMES_A_PASS = 2
TOWN_RADIUS = 180
"""Cells: about 98,000 of them, 10 passes each; more passes have a larger town."""
IN_MEMORY = Path("/dev/shm")
PROCESSES = 5
SCANS = 3
"""Of each process."""


def main(passes: int = 1_000_000, people: int = 5_000) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        _apart(_fill, Path(folder), people, passes // people)
        steps, file, peak_mb = _apart(_measured, Path(folder))
        scans = [_apart(_scans, file) for _ in range(PROCESSES)]
        rows = pq.read_metadata(file).num_rows
    first = median(each[0] for each in scans)
    again = median(took for each in scans for took in each[1:])
    _print(steps, first, again, rows)
    Console().print(f"{rows:,} passes in one epoch, at most {peak_mb:,} MB", highlight=False)


def _apart(work: Callable[..., Any], *arguments: Any) -> Any:
    """Done by a process of its own, whose memory is its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def _measured(folder: Path) -> tuple[dict[str, float], Path, int]:
    """Seconds of each step, the published rows, MB held at most."""
    collect_late()  # as every command does
    node = open_town(folder)
    steps = _cpu_of_steps(node)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    node.catalog.close()
    return steps, node.settings.published / str(DAY) / "rows.parquet", peak_mb


def _cpu_of_steps(node: Node) -> dict[str, float]:
    """CPU seconds up to each step since the one before; all published files are one step."""
    steps = dict.fromkeys([*STEPS, "published"], 0.0)
    last = time.process_time()

    def reached(step: str) -> None:
        nonlocal last
        now = time.process_time()
        steps[step.split()[0]] += now - last
        last = now

    nightly(node, read_policy(), reached=reached)
    return steps


def _scans(file: Path) -> list[float]:
    """CPU of reading all columns of the published rows and adding up the numbers among them, so
    many times one after the other; what it imports is there."""
    rows, few = file.read_bytes(), io.BytesIO()
    pq.write_table(pq.ParquetFile(file).read_row_group(0), few)
    _scan(few.getvalue())
    return [_cpu_s(partial(_scan, rows)) for _ in range(SCANS)]


def _scan(rows: bytes) -> None:
    table = pq.read_table(io.BytesIO(rows))
    for column in table.columns:
        if pa.types.is_integer(column.type):
            pc.sum(column)


def _print(steps: dict[str, float], first: float, again: float, passes: int) -> None:
    columns = ("step", "CPU s per million passes", "ratio to a first scan", "to one again")
    per_million, table = 1_000_000 / passes, Table(*columns, box=None)
    named = [*steps.items(), ("whole night", sum(steps.values())), ("first scan", first)]
    for step, seconds in [*named, ("scanned again", again)]:
        ratios = (f"{seconds / scan_s:.1f}" for scan_s in (first, again))
        table.add_row(step, f"{seconds * per_million:.3f}", *ratios)
    Console().print(table)


def _fill(folder: Path, people: int, passes_each: int) -> None:
    """Drives through the town, each along its own run of neighbouring cells at its own hour."""
    node = open_town(folder)
    dice = np.random.default_rng(7)
    radius = max(TOWN_RADIUS, round(TOWN_RADIUS * (people * passes_each / 1e6) ** 0.5))
    town = np.array(disk(cell_of(0.5, -25.0), radius), np.uint64)
    written: list[dict[str, Any]] = []
    for number in range(people):
        start = int(dice.integers(0, max(1, len(town) - passes_each)))
        digest = _judged(node.blobs, town[start : start + passes_each], dice)
        written.append({"key": _digest("key", number), "judgement": digest, "number": number})
    with node.catalog.writing() as connection:
        connection.execute(sa.insert(contributors), [_contributor(one) for one in written])
        connection.execute(sa.insert(drives), [_drive(one) for one in written])
        connection.execute(sa.insert(decisions), [_decision(one) for one in written])
    node.catalog.close()


def _judged(blobs: Blobs, cells: Cells, dice: np.random.Generator) -> str:
    count = len(cells) * FRAMES_A_PASS
    began_ms = start_ms(DAY) + int(dice.integers(0, 60_000_000))
    zeros = np.zeros(count)
    columns = {
        "n": np.arange(count),
        "image_id": _random(count, dice),
        "t_ms": began_ms + 1000 * np.arange(count),
        "lat_e7": zeros.astype(np.int32),
        "lon_e7": zeros.astype(np.int32),
        "heading_cdeg": dice.integers(0, 36_000, count),
        "cell": np.repeat(cells, FRAMES_A_PASS),
        "verdict": ["accepted"] * count,
        "reason": pa.nulls(count, pa.string()),
        "grade": dice.integers(100, 1001, count),
        "grade_reasons": [[]] * count,
        "sharpness": zeros.astype(np.float32),
        "exposure": zeros.astype(np.float32),
        "contrast": zeros.astype(np.float32),
        "fingerprint": _random(count, dice),
        "width": np.full(count, 1280),
        "height": np.full(count, 720),
        "crop_fingerprint": pa.nulls(count, pa.binary(32)),
    }
    arrays = [pa.array(columns[field.name], field.type) for field in judgement.SCHEMA]
    return judgement.store(blobs, pa.Table.from_arrays(arrays, schema=judgement.SCHEMA))


def _random(count: int, dice: np.random.Generator) -> pa.FixedSizeBinaryArray:
    """That many digests."""
    values = pa.py_buffer(dice.bytes(32 * count))
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(32), count, [None, values])


def _contributor(one: dict[str, Any]) -> dict[str, Any]:
    return {"key": one["key"], "account": account_of(one["key"]), "first_seen_ms": 0}


def _drive(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "drive_id": _digest("drive", one["number"]),
        "public_id": _digest("drive", one["number"])[:32],
        "contributor": one["key"],
        "device": "",
        "frames": 0,
        "bytes": 0,
        "started_ms": start_ms(DAY),
        "ended_ms": start_ms(DAY),
        "salt": bytes.fromhex(_digest("salt", one["number"])),
        "opened_ms": start_ms(DAY),
        "sealed_ms": start_ms(DAY),
    }


def _decision(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "drive_id": _digest("drive", one["number"]),
        "verdict": "accepted",
        "judgement": one["judgement"],
        "accepted": 0,
        "held": 0,
        "rejected": 0,
        "evidence": "{}",
        "decided_ms": start_ms(DAY),
        "epoch": DAY,
        "decided_by": "bench",
    }


def _digest(what: str, number: int) -> str:
    return hashlib.sha256(f"{what} {number}".encode()).hexdigest()


def _cpu_s(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
