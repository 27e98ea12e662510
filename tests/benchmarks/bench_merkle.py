"""What the claim tree costs: `python -m tests.benchmarks.bench_merkle [leaves]`.

CPU seconds of the tree over a million leaves that are given, and over a million claims (which are
encoded and hashed twice); the same code with SHA-256 in Keccak's place, in turns; medians of three.
"""

import hashlib
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from statistics import median

import sha3
from rich.console import Console
from rich.table import Table

from rewards.merkle import Hash, claims_tree, tree_of

ROUNDS = 3
TOKEN = "0x" + "01" * 20
HASHES: Mapping[str, Hash] = {"SHA-256": hashlib.sha256, "Keccak-256": sha3.keccak_256}


def main(leaves: int = 1_000_000) -> None:
    """Print the table."""
    claims = {_address(number): 10**9 + number for number in range(leaves)}
    given = [hashlib.sha256(address.encode()).digest() for address in claims]
    table = Table("tree", *(f"{name}, CPU s" for name in HASHES), "ratio", box=None)
    works: dict[str, Callable[[Hash], object]] = {
        "of leaves that are given": partial(tree_of, given),
        "of claims": partial(claims_tree, claims, TOKEN),
    }
    for label, work in works.items():
        plain, keccak = _in_turns(work)
        table.add_row(label, f"{plain:.2f}", f"{keccak:.2f}", f"{keccak / plain:.2f}")
    Console().print(table)
    print(f"{leaves:,} leaves")


def _in_turns(work: Callable[[Hash], object]) -> list[float]:
    """Median CPU seconds with each hash."""
    seconds: dict[str, list[float]] = {name: [] for name in HASHES}
    for _ in range(ROUNDS):
        for name, hashed in HASHES.items():
            started = time.process_time()
            work(hashed)
            seconds[name].append(time.process_time() - started)
    return [median(found) for found in seconds.values()]


def _address(number: int) -> str:
    return f"0x{hashlib.sha256(number.to_bytes(8)).hexdigest()[:40]}"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
