"""The process that is fed damaged files: `python -m tests.fuzz.worker`, a batch as JSON on stdin.

It answers one line of JSON for each input, in their order. A hang and a hunger for memory are its
end: the alarm and the limit of CPU time have no handler, so that they also end what loops in C.
Law: the first input without an answer is the one that ended it.
"""

import json
import os
import resource
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path
from random import Random
from typing import Any

from roadcomb.errors import RoadcombError
from tests.fuzz.canaries import CANARIES
from tests.fuzz.mutators import mutate
from tests.fuzz.targets import TARGETS, Target

__all__ = ["KNOWN", "damaged", "main"]

KNOWN = {**TARGETS, **CANARIES}
_START_S = 60


def damaged(corpus: Path, kind: str, seed: int, number: int) -> tuple[str, bytes]:
    """(name, bytes) of an input: the same for the same corpus, seed and number."""
    chance = Random(f"{seed}:{number}")
    sample = chance.choice(sorted((corpus / "samples").iterdir()))
    return sample.name, mutate(chance, sample.read_bytes(), kind)


def main() -> None:
    """Feed the target each input of the batch on stdin."""
    batch = json.load(sys.stdin)
    with os.fdopen(os.dup(1), "w", buffering=1) as answers:
        os.dup2(2, 1)  # what a parser prints is no part of the answer
        signal.setitimer(signal.ITIMER_REAL, _START_S)
        target, corpus = KNOWN[batch["target"]], Path(batch["corpus"])
        folder = Path(batch["scratch"], "card")
        shutil.copytree(corpus / "beside", folder)
        _limit("AS", batch["memory_bytes"])
        _limit("CORE", 0)
        for number in batch["numbers"]:
            name, data = damaged(corpus, target.kind, batch["seed"], number)
            path = folder / name
            path.write_bytes(data)
            answers.write(json.dumps(_fed(target, path, batch["seconds"])) + "\n")
            path.unlink(missing_ok=True)
        answers.flush()
        os._exit(0)  # a served node has threads that nobody waits for


def _fed(target: Target, path: Path, seconds: int) -> dict[str, Any]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    most = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (most, hard))
    signal.setitimer(signal.ITIMER_REAL, 3 * seconds)
    started = time.monotonic()
    answer = _answer(target, path)
    return {**answer, "seconds": time.monotonic() - started}


def _answer(target: Target, path: Path) -> dict[str, str]:
    try:
        return {"reason": target.run(path)}
    except RoadcombError as error:
        words = str(error)
        if not words.strip() or len(words.splitlines()) > 1:
            return {"crash": f"no reason in one line of words: {words!r}"}
        return {"reason": error.type}
    except BaseException:
        return {"crash": traceback.format_exc()}


def _limit(name: str, most: int) -> None:
    number = getattr(resource, f"RLIMIT_{name}")
    hard = resource.getrlimit(number)[1]
    resource.setrlimit(number, (most if hard < 0 else min(most, hard), hard))


if __name__ == "__main__":
    main()
