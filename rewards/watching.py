"""Every step of a night in the log, with what it counted and how long it took.

The law: the log names an epoch, a step, counts and seconds; no account, no drive and no cell. What
it says changes nothing: a night that nobody listens to gives the same bytes.
"""

import logging
import sys
import time
from collections.abc import Callable

from roadcomb.jsonlog import JsonFormatter
from roadcomb.settings import LogFormat

__all__ = ["Reached", "Watch", "log_to_stderr", "unheard"]

Reached = Callable[[str], None]
Seconds = Callable[[], float]

_log = logging.getLogger("roadcomb.nightly")


def unheard(step: str) -> None:
    """Nobody listens."""


class Watch:
    """Logs the steps of one epoch after the other, and tells each to `reached`."""

    def __init__(self, reached: Reached = unheard, seconds: Seconds = time.perf_counter) -> None:
        self._reached = reached
        self._seconds = seconds
        self._last = seconds()

    def step(self, epoch: int, name: str, **counts: int) -> None:
        """A step is done. Raises what `reached` does."""
        now = self._seconds()
        took, self._last = now - self._last, now
        told = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in counts.items())
        fields = {"epoch": epoch, "step": name, "seconds": round(took, 3), **counts}
        _log.info(
            "epoch %d: %s in %.3f s%s",
            epoch,
            name,
            took,
            f": {told}" if told else "",
            extra={"fields": fields},
        )
        self._reached(name)

    def begin(self) -> None:
        """What was done since the last step belongs to none."""
        self._last = self._seconds()


def log_to_stderr(form: LogFormat) -> None:
    """From here on each step is a line on stderr, plain or as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    if form is LogFormat.JSON:
        handler.setFormatter(JsonFormatter())
    _log.handlers = [handler]
    _log.propagate = False
    _log.setLevel(logging.INFO)
