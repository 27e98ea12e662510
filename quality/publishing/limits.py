"""The limits of a publishing worker: a frame that takes too long or too much ends its worker.

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

from quality.publishing.settings import PublishSettings

__all__ = ["limited"]

_NICE = 10
"""Judging, which pays, and answering come before publishing."""


@contextmanager
def limited(settings: PublishSettings) -> Iterator[None]:
    """Work inside under the settings' memory and seconds. The alarm has its default action: it
    ends the process even inside a library's C code."""
    if parent_process() is None:
        yield
        return
    _settle(settings.memory_bytes)
    signal.setitimer(signal.ITIMER_REAL, settings.seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@lru_cache(maxsize=1)
def _settle(memory_bytes: int) -> None:
    """Once a worker."""
    os.nice(_NICE)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    most = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
