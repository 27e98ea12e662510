"""Protocol Buffers' base-128 integers, many at once; pure.

Tags and lengths of a message are varints too, so a whole message of integers is one stream of
them. Source: Protocol Buffers documentation, "Encoding".
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["encode", "lengths", "zigzag"]

_BITS = 7
_MORE = 0x80


def lengths(values: NDArray[Any]) -> NDArray[np.int64]:
    """Bytes that each of n non-negative integers below 2**35 takes, shape (n,)."""
    taken = np.ones(len(values), np.int64)
    for bits in range(_BITS, 5 * _BITS, _BITS):
        taken += values >= 1 << bits
    return taken


def zigzag(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Signed integers laid on 0, -1, 1, -2 ..., so that small ones stay short."""
    return (values << 1) ^ (values >> 63)


def encode(values: NDArray[Any]) -> NDArray[np.uint8]:
    """The bytes of n non-negative integers below 2**35, one after the other."""
    taken = lengths(values)
    ends = np.cumsum(taken)
    out = np.zeros(int(ends[-1]) if len(values) else 0, np.uint8)
    at, rest = ends - taken, values
    while len(rest):
        more = rest >= _MORE
        out[at] = (rest & 0x7F) | (more * _MORE)
        at, rest = at[more] + 1, rest[more] >> _BITS
    return out
