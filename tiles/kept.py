"""What was made lately, kept until newer things need the room; safe to ask from many threads."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

__all__ = ["Kept"]


class Kept:
    """Bytes by their key: `make(*key)` where they are not there, at most `most` of them."""

    def __init__(self, make: Callable[..., bytes], most: int) -> None:
        self._make = make
        self._most = most
        self._lock = threading.Lock()
        self._made: OrderedDict[tuple[Hashable, ...], bytes] = OrderedDict()

    def has(self, *key: Hashable) -> bool:
        """Whether an answer costs no more than looking it up."""
        return key in self._made

    def __call__(self, *key: Hashable) -> bytes:
        """The bytes of a key; two threads that ask for new ones at once may both make them."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
        made = self._make(*key)
        with self._lock:
            self._made[key] = made
            if len(self._made) > self._most:
                self._made.popitem(last=False)
        return made
