"""The limits of a worker: a frame that takes too long or too much ends its worker.

Law: limits hold in worker processes only, where the engine turns a dead worker into a retry and
then into `Lost`; in the process that serves nothing is limited and nothing is killed.
"""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import parent_process

__all__ = ["limited"]


@contextmanager
def limited(memory_bytes: int, seconds: int, nice: int = 0) -> Iterator[None]:
    """Work inside with so much memory and time, `nice` steps behind others. The alarm has its
    default action: it ends the process even inside a library's C code."""
    if parent_process() is None:
        yield
        return
    _settle(memory_bytes, nice)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@lru_cache(maxsize=1)
def _settle(memory_bytes: int, nice: int) -> None:
    """Once a worker."""
    os.nice(nice)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    most = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
