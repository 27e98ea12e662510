"""Work beside the requests: small steps, each in a thread of its own, until the node stops.

A step that fails is logged and tried again at its next turn; keeping things whole is its own task.
"""

import logging
import threading
from collections.abc import Callable

__all__ = ["Repeating"]

_log = logging.getLogger("roadcomb.background")


class Repeating:
    """Calls `step` again and again, `pause_s` after it last ended."""

    def __init__(self, name: str, step: Callable[[], object], pause_s: float) -> None:
        self._step = step
        self._pause_s = pause_s
        self._stop = threading.Event()
        self._failing: str | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """No further step is begun."""
        self._stop.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the step that is under way; whether it ended in time."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._step()
                self._failing = None
            except Exception as error:  # the next turn may do better
                self._report(error)
            self._stop.wait(self._pause_s)

    def _report(self, error: Exception) -> None:
        """A step that fails each second in the same way fills no log."""
        if repr(error) != self._failing and not self._stop.is_set():
            _log.error("%s failed and is tried again", self._thread.name, exc_info=error)
        self._failing = repr(error)
