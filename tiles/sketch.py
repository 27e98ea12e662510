"""How many contributors passed a cell, kept as 64 bits that name nobody and merge by OR.

A contributor sets one bit per neighbourhood (the resolution-7 parent, about 5 km²): keyed by the
node's secret, so nobody else can compute it, and another one in the next neighbourhood, so the
bits link no tracks. The count is estimated by linear counting (Whang, Vander-Zanden, Taylor 1990,
ACM TODS 15(2)): n = -m ln(share of bits not set), good to about 1 in 10 below 20, where it stops:
20 reads "20 or more". Above resolution 7 a contributor sets several bits, so coarse counts are
upper estimates.
"""

import hashlib
import math

import numpy as np
from numpy.typing import NDArray

from roadcomb.cells import Cells, parents

__all__ = ["BITS", "MANY", "NEIGHBOURHOOD", "estimate", "sketch_bit", "sketch_bits"]

BITS = 64
MANY = 20
"""Estimates stop here: beyond it, 64 bits say little, and it is shown as "20+"."""
NEIGHBOURHOOD = 7


def sketch_bits(secret: bytes, account: str, cells: Cells) -> NDArray[np.uint8]:
    """Index 0..63 of the bit that the account sets in each of n cells, shape (n,).

    secret: at most 64 bytes, the node's `derive("sketch")`. cells: of resolution 7 or finer.
    """
    neighbourhoods, where = np.unique(parents(cells, NEIGHBOURHOOD), return_inverse=True)
    bits = [sketch_bit(secret, account, int(cell)) for cell in neighbourhoods]
    return np.array(bits, np.uint8)[where]


def estimate(sketches: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Estimated contributors of each of n sketches, 0..20; 20 means 20 or more. Shape (n,)."""
    return _ESTIMATES[np.bitwise_count(sketches)]


def sketch_bit(secret: bytes, account: str, neighbourhood: int) -> int:
    """Index 0..63 of the bit that the account sets in a neighbourhood."""
    message = account.encode() + b"\0" + neighbourhood.to_bytes(8, "little")
    keyed = hashlib.blake2b(message, digest_size=8, key=secret, person=b"rc sketch v1")
    return keyed.digest()[0] % BITS


def _linear_count(bits_set: int) -> int:
    if bits_set == BITS:
        return MANY
    return min(MANY, round(-BITS * math.log((BITS - bits_set) / BITS)))


_ESTIMATES = np.array([_linear_count(n) for n in range(BITS + 1)], np.uint8)
