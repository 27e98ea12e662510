"""How often may one address ask? A window that slides, in memory: addresses are never written down.

Law: in any `window_ms` an address has at most `most` grants; of no more than ADDRESSES of them
anything is remembered, and the one longest silent is forgotten first.
"""

import threading
from collections import OrderedDict, deque

from roadcomb.errors import QuotaExceeded

__all__ = ["ADDRESSES", "Allowance"]

ADDRESSES = 10_000


class Allowance:
    """`most` grants an address in `window_ms`; safe to use from many threads."""

    def __init__(self, most: int, window_ms: int) -> None:
        self._most = most
        self._window_ms = window_ms
        self._granted: OrderedDict[str, deque[int]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, address: str, now_ms: int) -> None:
        """Raise QuotaExceeded, saying when to come back, when the address has had its share."""
        with self._lock:
            times = self._granted.pop(address, deque())
            self._granted[address] = times
            while times and times[0] <= now_ms - self._window_ms:
                times.popleft()
            if len(self._granted) > ADDRESSES:
                self._granted.popitem(last=False)
            if len(times) >= self._most:
                wait_s = -(-(times[0] + self._window_ms - now_ms) // 1000)
                raise QuotaExceeded(
                    f"too often from here: try again in {wait_s} s", retry_after_s=wait_s
                )
            times.append(now_ms)
