"""Randomness that is a pure function of a key.

Only the raw words of numpy's PCG64 are used: numpy promises the stream of a bit generator for
ever, but not what its distributions make of it. A key is hashed, so that two keys that
resemble each other ("house 11", "house 12") share nothing.
"""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T")
Bytes = npt.NDArray[np.uint8]


class Dice:
    """A stream of random draws that depends on its key alone."""

    def __init__(self, *key: int | str) -> None:
        digest = hashlib.sha256(repr(key).encode()).digest()
        self._source = np.random.PCG64(int.from_bytes(digest[:16], "big"))

    def below(self, limit: int) -> int:
        """An integer in 0..limit-1, each equally likely up to limit / 2**32."""
        return ((int(self._source.random_raw()) >> 32) * limit) >> 32

    def between(self, low: float, high: float) -> float:
        """A number in [low, high)."""
        return low + (high - low) * ((int(self._source.random_raw()) >> 11) / 2**53)

    def chance(self, share: float) -> bool:
        """True in `share` of all draws."""
        return self.between(0.0, 1.0) < share

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def bell(self, sigma: float) -> float:
        """A bell-shaped draw of mean 0: the sum of twelve uniform ones, so within 6 sigma.

        No logarithm is involved, whose last bit may differ from one C library to another.
        """
        return sigma * (sum(self.between(0.0, 1.0) for _ in range(12)) - 6.0)

    def bytes(self, rows: int, columns: int) -> Bytes:
        """A (rows, columns) array of independent bytes."""
        words = self._source.random_raw(-(-rows * columns // 8)).astype("<u8")
        return words.view(np.uint8)[: rows * columns].reshape(rows, columns)
