"""Protocol Buffers' base-128 integers, many at once; pure.

Tags and lengths of a message are varints too, so a whole message of integers is one stream of
them. Source: Protocol Buffers documentation, "Encoding".
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["encode", "encode_one", "lengths", "zigzag"]

_BITS = 7
_MORE = 1 << _BITS
_LAST = _MORE - 1


def lengths(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Bytes that each of n non-negative integers below 2**35 takes, shape (n,)."""
    taken = np.ones(values.shape, np.uint8)
    for bits in range(_BITS, int(values.max(initial=0)).bit_length(), _BITS):
        taken += values >= 1 << bits
    return taken


def zigzag(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Signed integers laid on 0, -1, 1, -2 ..., so that small ones stay short."""
    return (values << 1) ^ (values >> 63)


def encode_one(value: int) -> bytes:
    """The bytes of one non-negative integer: an array of a few costs ten times as much."""
    found = bytearray()
    while value > _LAST:
        found.append(value & _LAST | _MORE)
        value >>= _BITS
    found.append(value)
    return bytes(found)


def encode(values: NDArray[Any]) -> NDArray[np.uint8]:
    """The bytes of n non-negative integers below 2**35, one after the other.

    All bytes of an integer are laid in one machine word, and those that it needs are kept.
    """
    longest = max(1, -(-int(values.max(initial=0)).bit_length() // _BITS))
    width = 1 << (longest - 1).bit_length()
    word = values.astype(f"<u{width}")
    laid = word & 0x7F
    needed = np.zeros((len(values), width), np.bool_)
    needed[:, 0] = True
    for place in range(1, longest):
        more = word >= 1 << _BITS * place
        laid |= (word >> _BITS * place & 0x7F) << 8 * place
        laid |= more.astype(word.dtype) << (8 * place - 1)
        needed[:, place] = more
    return laid.view(np.uint8)[needed.ravel()]
