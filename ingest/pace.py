"""How fast bytes may leave: a limit that all connections share.

Law: in any span of t seconds at most rate * t bytes are let go, and one chunk more. Pure: the time
is an argument, and the answer is how long to wait.
"""

from collections.abc import Callable, Iterable, Iterator
from threading import Lock

from roadcomb.errors import UsageError

__all__ = ["Pace", "parse_rate"]

_UNITS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}
_CHUNKS_A_SECOND = 8
_LARGEST_CHUNK = 64 * 1024


class Pace:
    """Gives out the moments at which chunks may go; safe to share among threads."""

    def __init__(self, bytes_per_s: float) -> None:
        self._rate = bytes_per_s
        self._free_at_s = 0.0
        self._lock = Lock()

    @property
    def chunk_bytes(self) -> int:
        """Small enough that a slow line moves some times a second."""
        return max(1, min(_LARGEST_CHUNK, int(self._rate / _CHUNKS_A_SECOND)))

    def wait_s(self, size: int, now_s: float) -> float:
        """Seconds that a chunk of `size` bytes must wait from now on."""
        with self._lock:
            goes_at_s = max(self._free_at_s, now_s)
            self._free_at_s = goes_at_s + size / self._rate
            return goes_at_s - now_s

    def paced(
        self, parts: Iterable[bytes], now_s: Callable[[], float], sleep: Callable[[float], None]
    ) -> Iterator[bytes]:
        """The parts of a body in chunks, each in its time."""
        for part in parts:
            for start in range(0, len(part), self.chunk_bytes):
                chunk = part[start : start + self.chunk_bytes]
                sleep(self.wait_s(len(chunk), now_s()))
                yield chunk


def parse_rate(text: str) -> float:
    """Bytes a second of "800000", "800k" or "1.5M" (powers of ten). Raises UsageError."""
    number, unit = text.strip().lower(), ""
    if number and number[-1] in _UNITS:
        number, unit = number[:-1], number[-1]
    try:
        rate = float(number) * _UNITS[unit]
    except ValueError:
        rate = 0.0
    if not 1 <= rate < float("inf"):
        raise UsageError(f"{text!r} is no rate: bytes a second are asked for, like 500k or 2M")
    return rate
