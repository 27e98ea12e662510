"""Many damaged files in processes under limits, and who is to blame when one of them ends.

Laws: every input has one outcome: read, refused with a reason, or crashed; an input that hangs or
kills its process is a crash of its own, is kept with its seed, and those after it are still fed.
"""

import json
import re
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.fuzz.targets import TARGETS
from tests.fuzz.worker import KNOWN, damaged

__all__ = ["Limits", "Outcome", "keep", "run", "shares", "summary"]

_BATCH = 1_000
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one process, and CPU seconds of one input (wall time: three times as many)."""

    memory_bytes: int = 6 * 2**30
    seconds: int = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input. reason: "" for one that was read; crash: what it broke."""

    target: str
    number: int
    seconds: float = 0
    reason: str = ""
    crash: str = ""


def shares(total: int) -> dict[str, int]:
    """How many inputs each target gets; at least one."""
    whole = sum(target.share for target in TARGETS.values())
    return {name: max(1, total * target.share // whole) for name, target in TARGETS.items()}


def run(corpora: Path, counts: Mapping[str, int], seed: int, limits: Limits) -> list[Outcome]:
    """Feed each target so many inputs, on two lanes."""
    batches = [
        (target, range(start, min(start + _BATCH, count)))
        for target, count in counts.items()
        for start in range(0, count, _BATCH)
    ]
    feed = partial(_batch, corpora, seed, limits)
    with ThreadPoolExecutor(2) as lanes:
        return [
            outcome for batch in lanes.map(lambda pair: feed(*pair), batches) for outcome in batch
        ]


def keep(outcome: Outcome, corpora: Path, seed: int, folder: Path) -> Path:
    """Write down the input of an outcome, and what it broke."""
    target = KNOWN[outcome.target]
    name, data = damaged(corpora / outcome.target, target.kind, seed, outcome.number)
    kept = folder / f"{outcome.target}-{seed}-{outcome.number}"
    kept.mkdir(parents=True, exist_ok=True)
    (kept / name).write_bytes(data)
    (kept / "crash.txt").write_text(outcome.crash)
    return kept


def summary(outcomes: Sequence[Outcome]) -> str:
    """A table: a line for each target, then the reasons."""
    lines = [f"{'target':18}{'inputs':>8}{'read':>8}{'refused':>9}{'crashed':>9}{'slowest s':>11}"]
    for target in [*TARGETS, "all"]:
        of = [outcome for outcome in outcomes if target in (outcome.target, "all")]
        if of:
            crashed = sum(bool(outcome.crash) for outcome in of)
            refused = sum(bool(outcome.reason) for outcome in of)
            slowest = max(outcome.seconds for outcome in of)
            read = len(of) - refused - crashed
            lines.append(f"{target:18}{len(of):8}{read:8}{refused:9}{crashed:9}{slowest:11.2f}")
    reasons = Counter(_short(outcome.reason) for outcome in outcomes if outcome.reason)
    return "\n".join([*lines, "", *(f"{n:8}  {reason}" for reason, n in reasons.most_common(40))])


def _short(reason: str) -> str:
    """Reasons that differ in a number or a detail are one."""
    words = reason.partition(" is not used: ")[2] or reason.partition(": ")[2] or reason
    return re.sub(r"\d+", "N", words.partition(": ")[0])[:70]


def _batch(
    corpora: Path, seed: int, limits: Limits, target: str, numbers: Sequence[int]
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    while len(outcomes) < len(numbers):
        outcomes += _process(corpora, seed, limits, target, numbers[len(outcomes) :])
    return outcomes


def _process(
    corpora: Path, seed: int, limits: Limits, target: str, numbers: Sequence[int]
) -> Iterator[Outcome]:
    """Those of the inputs that one process answered, and the one that ended it."""
    with tempfile.TemporaryDirectory() as scratch:
        batch = {
            "target": target,
            "corpus": str(corpora / target),
            "scratch": scratch,
            "seed": seed,
            "numbers": list(numbers),
            "memory_bytes": limits.memory_bytes,
            "seconds": limits.seconds,
        }
        ended = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.worker"],
            input=json.dumps(batch),
            capture_output=True,
            text=True,
            errors="replace",
            cwd=_ROOT,
            check=False,
        )
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    for number, answer in zip(numbers, answers, strict=False):
        yield Outcome(target, number, **answer)
    if len(answers) < len(numbers):
        yield Outcome(target, numbers[len(answers)], crash=_end(ended.returncode, ended.stderr))


def _end(code: int, stderr: str) -> str:
    said = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return f"the process ended by {said}\n{stderr[-2000:]}"
