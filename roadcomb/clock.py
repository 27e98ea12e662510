"""The clock is passed in: logic takes `now_ms`, only the edges ask one of these.

The injected clock reads its instant from a file, so that the processes of a demo or a test share
one moving "now". A server that is not on loopback refuses it (roadcomb/node.py).
"""

import time
from pathlib import Path
from typing import Protocol

from roadcomb.errors import UsageError

__all__ = ["Clock", "FileClock", "SystemClock"]


class Clock(Protocol):
    """Where "now" comes from."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000


class FileClock:
    """An injected clock: the file holds the instant in milliseconds, as decimal text."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now_ms(self) -> int:
        try:
            return int(self._path.read_text("ascii"))
        except (OSError, ValueError) as error:
            raise UsageError(f"the injected clock {self._path} cannot be read: {error}") from error

    def set_ms(self, t_ms: int) -> None:
        """Move the clock; readers see the old or the new instant, never half of one."""
        temporary = self._path.with_suffix(".new")
        temporary.write_text(str(t_ms), "ascii")
        temporary.replace(self._path)
