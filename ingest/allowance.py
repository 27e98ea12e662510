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
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import FrameType

from ingest.settings import ReadSettings
from roadcomb.errors import InvalidInput

__all__ = ["Allowance", "allowance"]

_USAGE = Path("/proc/self/statm")
_DATA_PAGES = 5
"""proc(5): data and stack."""
_AGAIN_S = 0.5
"""A library that catches everything is told again."""


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

    @contextmanager
    def spent_on(self, size: int = 0) -> Iterator[None]:
        """Around the reading of one file, of which `size` bytes matter. Raises InvalidInput."""
        seconds = self.seconds + self.share_s * size / 2**20
        try:
            self._clock(seconds)
            resource.setrlimit(resource.RLIMIT_DATA, self.most)
            yield
        except _Late as late:
            raise InvalidInput(f"reading it takes more than {seconds:.3g} s of CPU") from late
        except MemoryError as error:
            needs = f"more than {self.memory_bytes // 2**20} MB of memory"
            raise InvalidInput(f"reading it takes {needs}") from error
        finally:
            self._clock(0)
            resource.setrlimit(resource.RLIMIT_DATA, self.usual)

    def _clock(self, seconds: float) -> None:
        """Of CPU, this process's; 0 stops it."""
        if self.timed:
            signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN_S if seconds else 0)


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


def _end(_number: int, _frame: FrameType | None) -> None:
    raise _Late


def _used() -> int:
    """Bytes of the process that RLIMIT_DATA counts; 0 where the system does not tell, nor count."""
    try:
        return int(_USAGE.read_text().split()[_DATA_PAGES]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
