"""Protocol Buffers' base-128 integers, many at once; pure.

Tags and lengths of a message are varints too, so a whole message of integers is one stream of
them. Source: Protocol Buffers documentation, "Encoding".
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["encode", "lengths", "zigzag"]

_BITS = 7


def lengths(values: NDArray[Any]) -> NDArray[np.int64]:
    """Bytes that each of n non-negative integers below 2**35 takes, shape (n,)."""
    taken = np.ones(len(values), np.int64)
    for bits in range(_BITS, int(values.max(initial=0)).bit_length(), _BITS):
        taken += values >= 1 << bits
    return taken


def zigzag(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Signed integers laid on 0, -1, 1, -2 ..., so that small ones stay short."""
    return (values << 1) ^ (values >> 63)


def encode(values: NDArray[Any]) -> NDArray[np.uint8]:
    """The bytes of n non-negative integers below 2**35, one after the other."""
    longest = max(1, math.ceil(int(values.max(initial=0)).bit_length() / _BITS))
    rest: NDArray[Any] = values.astype(np.uint64 if longest > 4 else np.uint32)
    parts = np.empty((len(values), longest), np.uint8)
    there = np.ones((len(values), longest), np.bool_)
    for place in range(longest):
        parts[:, place] = rest & 0x7F
        rest >>= _BITS
        more = rest > 0
        parts[:, place] |= more.view(np.uint8) << _BITS
        there[:, place + 1 : place + 2] = more[:, None]
    return parts[there]
