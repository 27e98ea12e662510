"""Three passes: `python -m tests.benchmarks.bench_passes [rows] [frames]`.

First what the sums by account and device cost beside a plain pyarrow scan of the same rows, with
and without factors, in CPU seconds of this process. Then whether 200 orders of the drives, and 200
random shardings by cell, give the same published files, root and rows of every owner.
"""

import io
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from rewards.books import close_books, first_standing, raw_weights, refill_days, weighed, worth
from rewards.commitments import Owner
from rewards.documents import DERIVED, tree_document
from rewards.earned import LEVELS, Device, Earned, device_of, joined
from rewards.factors import counted
from rewards.inputs import Inputs
from rewards.policy import RULES_VERSION, Policy, parse_policy
from rewards.rows import book_digest, make_rows, rows_digest
from rewards.visits import chains_of, gathered
from rewards.week import NO_WEEK, turned
from roadcomb.cells import cell_of, disk
from roadcomb.epochs import DAY_MS, start_ms
from roadcomb.keys import account_of
from tests.rewards.earning import POLICY
from tests.rewards.town import DAY

FACTORS = """
[factors]
none = 300
software_key = 300
hardware_key = 900
floor = 20
ceiling = 40
"""
TIMES = 200
PEOPLE, DEVICES = 40, 3
MOST_SHARDS = 32
SCANS = 5


@dataclass(frozen=True, slots=True)
class Town:
    """Accepted frames of many drives. owners, devices: of each drive."""

    frames: pa.Table
    owners: list[Owner]
    devices: list[Device]

    def in_order(self, order: NDArray[np.intp]) -> "Town":
        """The same drives, come in another order."""
        new = np.empty(len(order), np.uint32)
        new[order] = np.arange(len(order), dtype=np.uint32)
        drive = new[self.frames["drive"].to_numpy()]
        by_drive = pa.array(np.argsort(drive, kind="stable"))
        place = self.frames.schema.get_field_index("drive")
        frames = self.frames.set_column(place, "drive", pa.array(drive)).take(by_drive)
        return Town(
            frames,
            [self.owners[which] for which in order.tolist()],
            [self.devices[which] for which in order.tolist()],
        )


def main(rows: int = 1_000_000, frames: int = 10_000) -> None:
    """Print both tables."""
    _print_cost(rows)
    town, draw = town_of(frames, PEOPLE * DEVICES), np.random.default_rng(3)
    policy = _policy(FACTORS)
    first = published(town, policy)
    orders = sum(
        published(town.in_order(draw.permutation(len(town.owners))), policy) == first
        for _ in range(TIMES)
    )
    shardings = sum(_sharded(town, policy, draw) for _ in range(TIMES))
    print(f"{frames:,} frames of {len(town.owners)} drives, {len(first['rows']):,} rows:")
    print(f"  {orders} of {TIMES} orders of the drives give the same files, root and rows")
    print(f"  {shardings} of {TIMES} shardings by cell give the same sums")


def town_of(frames: int, drives: int, seed: int = 1) -> Town:
    """Drives through a small town, some in one visit with others."""
    draw = np.random.default_rng(seed)
    cells = np.array(disk(cell_of(47.0, 8.0), 40), np.uint64)
    drive = np.sort(draw.integers(0, drives, frames)).astype(np.uint32)
    columns = {
        "t_ms": start_ms(DAY) + draw.integers(0, DAY_MS // 4, frames),
        "heading_cdeg": pa.array(draw.integers(0, 36_000, frames), pa.uint16()),
        "cell": draw.choice(cells, frames),
        "grade": draw.integers(50, 1001, frames).astype(np.uint16),
        "drive": drive,
    }
    keys = [draw.bytes(32).hex() for _ in range(drives)]
    owners = [Owner(draw.bytes(32), keys[number // DEVICES]) for number in range(drives)]
    devices = [
        device_of(account_of(owner.contributor), f"{number % DEVICES:064x}", LEVELS[number % 3])
        for number, owner in enumerate(owners)
    ]
    return Town(pa.table(columns), owners, devices)


def published(town: Town, policy: Policy) -> dict[str, Any]:
    """All that an epoch publishes of its money, and the rows by the salt that opens them."""
    frozen, drive_of_row, rows = _rows(town, policy)
    earned = raw_weights(rows, drive_of_row, town.devices, policy)
    digest = rows_digest(frozen)
    inputs = Inputs(
        DAY, None, RULES_VERSION, policy.digest, len(town.owners), digest, len(rows), {}, 0, ""
    )
    books = close_books(inputs, policy, rows, earned, first_standing())
    files: dict[str, Any] = {name: made(books) for name, made in DERIVED.items()}
    salts = [town.owners[drive].salt for drive in drive_of_row.tolist()]
    commitments = rows["commitment"].to_pylist()
    return {
        **files,
        "tree.json": tree_document(books.balances, policy),
        "digest": book_digest(digest, rows),
        "rows": list(zip(salts, commitments, rows["weight"].to_pylist(), strict=True)),
    }


def _rows(town: Town, policy: Policy) -> tuple[pa.Table, NDArray[np.uint32], pa.Table]:
    gap_ms = policy.coverage.visit_gap_s * 1000
    chains = gathered([chains_of(town.frames, gap_ms)], len(town.owners))
    frozen, drive_of_row = make_rows(chains, gap_ms, town.owners, DAY, b"secret")
    return frozen, drive_of_row, _weighed(frozen, policy)


def _weighed(frozen: pa.Table, policy: Policy) -> pa.Table:
    before = first_standing()
    days = refill_days(frozen, before, DAY, policy)
    return weighed(frozen, worth(frozen, days, before, DAY, policy), DAY, policy)


def _sharded(town: Town, policy: Policy, draw: np.random.Generator) -> bool:
    """Whether the sums of a random sharding are those of the whole."""
    frozen, drive_of_row, rows = _rows(town, policy)
    distinct, cell = np.unique(frozen["cell"].to_numpy(), return_inverse=True)
    shard = draw.integers(0, draw.integers(1, MOST_SHARDS + 1), len(distinct))[cell]
    parts = []
    for number in np.unique(shard).tolist():
        mine = np.flatnonzero(shard == number)
        own = _weighed(frozen.take(pa.array(mine)), policy)
        parts.append(raw_weights(own, drive_of_row[mine], town.devices, policy))
    return joined(parts) == raw_weights(rows, drive_of_row, town.devices, policy)


def _print_cost(rows: int) -> None:
    """One shard of so many rows, each of some drive of 5,000."""
    policy = _policy(FACTORS)
    town = town_of(min(rows, 20_000), 5_000)
    _, _, few = _rows(town, policy)
    copies = -(-rows // len(few))
    tall = (
        pa.concat_tables([few] * copies)
        .slice(0, rows)
        .sort_by([("cell", "ascending"), ("visit", "ascending")])
    )
    drive = np.random.default_rng(2).integers(0, 5_000, rows).astype(np.uint32)
    sink = io.BytesIO()
    pq.write_table(tall, sink, compression="zstd", use_dictionary=False)
    scan_s = median(_cpu_s(lambda: _scan(sink.getvalue())) for _ in range(SCANS))
    without = [Device(device.account) for device in town.devices]
    plain = _cpu_s(lambda: raw_weights(tall, drive, without, _policy("")))
    earned: list[Earned] = []
    asked = _cpu_s(lambda: earned.append(raw_weights(tall, drive, town.devices, policy)))
    reduced = _cpu_s(lambda: reduce(lambda one, other: joined([one, other]), earned * 4))
    factored = _cpu_s(lambda: counted(earned[0], policy.factors, turned(NO_WEEK, DAY)))
    table = Table("pass", "CPU s per million rows", "ratio to a scan", box=None)
    for name, spent in (
        ("shard -> account", plain),
        ("shard -> account, device, passes", asked),
        ("reduce, of four shards", reduced),
        ("factors and the week", factored),
    ):
        table.add_row(name, f"{spent / rows * 1e6:.3f}", f"{spent / scan_s:.2f}")
    Console().print(table)


def _scan(rows: bytes) -> None:
    """Read all columns and add up the numbers among them, as bench_nightly does."""
    for column in pq.read_table(io.BytesIO(rows)).columns:
        if pa.types.is_integer(column.type):
            pc.sum(column)


def _policy(more: str) -> Policy:
    return parse_policy((POLICY.format(pool=10**12, ceiling=10**12, minimum=1) + more).encode())


def _cpu_s(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
