"""The log kept for proofs: every perfect subtree's root, so that any proof is O(log n) look-ups.

The law: it proves exactly what the definitions in ingest/log.py prove, for any size the log ever
had. Level h holds the roots of leaves [i * 2**h, (i + 1) * 2**h): 64 bytes an entry in all.
"""

from collections.abc import Iterable

from ingest.log import EMPTY_ROOT, node_hash, split
from roadcomb.errors import InvalidInput

__all__ = ["LogTree"]

_HASH = 32


class LogTree:
    """A growing log of leaf hashes."""

    def __init__(self) -> None:
        self._levels: list[bytearray] = [bytearray()]

    @property
    def size(self) -> int:
        """How many entries it has."""
        return len(self._levels[0]) // _HASH

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append entries."""
        for leaf in leaves:
            self._append(leaf)

    def root(self, size: int) -> bytes:
        """Root of the first `size` entries. Raises InvalidInput when there are fewer."""
        self._check(0, size)
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Path of entry `index` in the log of `size` entries. Raises InvalidInput."""
        self._check(index + 1, size)
        if index < 0:
            raise InvalidInput(f"there is no entry {index}")
        start, end, path = 0, size, list[bytes]()
        while end - start > 1:
            middle = start + split(end - start)
            if index < middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, first: int, second: int) -> list[bytes]:
        """Proof from the log of `first` entries to that of `second`. Raises InvalidInput."""
        self._check(first, second)
        start, end, path = 0, second, list[bytes]()
        while first and first < end:
            middle = start + split(end - start)
            if first <= middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        if start:
            path.append(self._range(start, end))
        return path[::-1]

    def _append(self, leaf: bytes) -> None:
        for height in range(len(self._levels) + 1):
            if height == len(self._levels):
                self._levels.append(bytearray())
            level = self._levels[height]
            level += leaf
            if len(level) // _HASH % 2:
                return
            leaf = node_hash(bytes(level[-2 * _HASH : -_HASH]), bytes(level[-_HASH:]))

    def _range(self, start: int, end: int) -> bytes:
        """Root of entries [start, end), start a multiple of the power of two that covers them."""
        length = end - start
        if length & (length - 1) == 0:
            at = start // length * _HASH
            return bytes(self._levels[length.bit_length() - 1][at : at + _HASH])
        middle = start + split(length)
        return node_hash(self._range(start, middle), self._range(middle, end))

    def _check(self, first: int, second: int) -> None:
        if not 0 <= first <= second <= self.size:
            raise InvalidInput(
                f"the log has {self.size} entries: nothing is proved of {first} in {second}"
            )
