"""What reading one file of a card may cost: seconds of CPU, and memory beyond what the process has.

The law: a reader that takes more is ended where it stands, with InvalidInput that says which was
too much; the next file has a whole allowance again. A slow card costs nothing of it. Python
asks for the time between two of its instructions; what runs longer inside one is a call of the
standard library, and takes as long as its file is large, which has limits of its own. Videos are
read by libraries of which that is not known, in processes of their own (ingest/video/sandbox.py).

Signals reach the main thread only: readers in other threads have no limit of time.
"""

import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from types import FrameType

from ingest.settings import ReadSettings
from roadcomb.errors import InvalidInput

__all__ = ["Allowance", "allowance"]

_USAGE = Path("/proc/self/statm")
_DATA_PAGES = 5
"""proc(5): data and stack."""
_AGAIN_S = 0.02
"""A library that catches everything is told again; so is Python itself, where it was in a callback
of its collector, out of which nothing is raised."""


class _Late(BaseException):
    """No Exception: parsers catch these."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """seconds: of any file; share_s: more for each MiB of it. memory_bytes: what may come on top.
    most, usual: RLIMIT_DATA (soft, hard) while a file is read, and else. timed: signals arrive.
    """

    seconds: float
    share_s: float
    memory_bytes: int
    most: tuple[int, int]
    usual: tuple[int, int]
    timed: bool

    def spent_on(self, size: int = 0) -> "_Spending":
        """Around the reading of one file, of which `size` bytes matter. Raises InvalidInput."""
        return _Spending(self, self.seconds + self.share_s * size / 2**20)

    def clock(self, seconds: float) -> None:
        """Of CPU, this process's; 0 stops it."""
        if self.timed:
            signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN_S if seconds else 0)


class _Spending:
    """Begins and ends an allowance. It is no generator: to be late on the way in or out must not
    raise, so all that happens there is in this module, which `_end` knows."""

    def __init__(self, allowed: Allowance, seconds: float) -> None:
        self._allowed, self._seconds = allowed, seconds
        self._told = sys.unraisablehook

    def __enter__(self) -> None:
        sys.unraisablehook = partial(_unless_late, self._told)
        resource.setrlimit(resource.RLIMIT_DATA, self._allowed.most)
        self._allowed.clock(self._seconds)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._allowed.clock(0)
        resource.setrlimit(resource.RLIMIT_DATA, self._allowed.usual)
        sys.unraisablehook = self._told
        if isinstance(error, _Late):
            raise InvalidInput(
                f"reading it takes more than {self._seconds:.3g} s of CPU"
            ) from error
        if isinstance(error, MemoryError):
            needs = f"more than {self._allowed.memory_bytes // 2**20} MB of memory"
            raise InvalidInput(f"reading it takes {needs}") from error


def allowance(settings: ReadSettings) -> Allowance:
    """What each file may cost that this thread reads from now on."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = _used() + settings.memory_bytes
    most = min(limit for limit in (wanted, soft, hard) if limit != resource.RLIM_INFINITY)
    timed = threading.current_thread() is threading.main_thread()
    if timed:
        _listen()
    return Allowance(
        settings.cpu_s,
        settings.cpu_s_per_mb,
        settings.memory_bytes,
        (most, hard),
        (soft, hard),
        timed,
    )


@lru_cache(maxsize=1)
def _listen() -> None:
    signal.signal(signal.SIGPROF, _end)


def _end(_number: int, frame: FrameType | None) -> None:
    if frame is None or frame.f_globals is not globals():
        raise _Late


def _unless_late(
    told: Callable[["sys.UnraisableHookArgs"], object], ignored: "sys.UnraisableHookArgs"
) -> None:
    """What a callback could not raise is told, but for what is raised again at once."""
    if ignored.exc_type is not _Late:
        told(ignored)


def _used() -> int:
    """Bytes of the process that RLIMIT_DATA counts; 0 where the system does not tell, nor count."""
    try:
        return int(_USAGE.read_text().split()[_DATA_PAGES]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
