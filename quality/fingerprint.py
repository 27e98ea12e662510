"""A picture's 256-bit fingerprints: what stays when it is re-encoded, resized or brightened.

The low frequencies of a 64x64 cosine transform, each bit whether a coefficient is over their
median (C. Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010;
the 16x16 block without the constant term as in PDQ, Meta 2019). Integers only: block means from an
integral image and a cosine table rounded to 2**-14, so that equal pixels give equal bits on every
machine.

Measured on two real dashcam drives: neighbours 8 m apart differ by 54 bits or more (median 90 to
108), re-encoded, halved or blurred copies by 16 at most, brightened ones by 22.

What such a fingerprint cannot see gets its own means (docs/duplicates.md):

- A mirrored picture: an odd horizontal frequency changes its sign, so the mirrored picture's
  fingerprint is nearly that of the picture with half of its bits turned round (`mirrored`).
- A cropped picture: the fingerprints of a few centred crops, from the same integral image. The
  closest crop (`CROPS[0]`) is stored beside the whole picture's. Of a copy without `c` of each
  side some crop of ours lands on the original's stored one: (1 - 2 c) (1 - 2 d) = 1 - 2 CROPS[0].
  And a crop of ours lands on a copy that was sent before its original.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BITS",
    "CROPS",
    "FINGERPRINT_BYTES",
    "Marks",
    "distance",
    "distances",
    "fingerprint",
    "marks_of",
    "mirrored",
    "to_words",
]

BITS = 256
FINGERPRINT_BYTES = BITS // 8
CROPS = (100, 83, 65, 45, 24)
"""Thousandths cut off each side. A fingerprint bears about 12 of them, and so the second to fifth
bring copies without 20, 40, 60 and 80 to the first, which is stored."""

_SIDE, _KEPT = 64, 16
_FRACTION_BITS = 14
_MEAN_BITS = 4

Words = NDArray[np.uint64]
"""Fingerprints as shape (n, 4)."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The fingerprints of one picture: of the whole, 32 bytes, and of CROPS, 32 bytes each."""

    whole: bytes
    crops: bytes


def _cosines() -> NDArray[np.float64]:
    """Rows 1..16 of the DCT-II of 64 samples, in units of 2**-14; shape (16, 64), whole numbers."""
    rows = [
        [
            round(math.cos(math.pi * (2 * x + 1) * k / (2 * _SIDE)) * 2**_FRACTION_BITS)
            for x in range(_SIDE)
        ]
        for k in range(1, _KEPT + 1)
    ]
    return np.array(rows, np.float64)


_COSINES = _cosines()


def _odd_columns() -> Words:
    odd = np.arange(1, _KEPT + 1) % 2 == 1
    return np.packbits(np.tile(odd, _KEPT)).view(np.uint64)


_ODD = _odd_columns()


def marks_of(grey: NDArray[np.uint8]) -> Marks:
    """All fingerprints of a grey picture of shape (h, w); sides under 64 are allowed."""
    sums = _sums(grey)
    crops = b"".join(_mark(sums, grey.shape, cut) for cut in CROPS)
    return Marks(_mark(sums, grey.shape, 0), crops)


def fingerprint(grey: NDArray[np.uint8]) -> bytes:
    """The fingerprint of a grey picture of shape (h, w), 32 bytes. Sides under 64 are allowed."""
    return _mark(_sums(grey), grey.shape, 0)


def mirrored(words: Words) -> Words:
    """About the fingerprints of the mirrored pictures, shape (n, 4)."""
    return words ^ _ODD


def distance(a: bytes, b: bytes) -> int:
    """Bits in which two fingerprints differ, 0..256."""
    return (int.from_bytes(a, "big") ^ int.from_bytes(b, "big")).bit_count()


def to_words(fingerprints: bytes) -> Words:
    """n fingerprints one after the other, as shape (n, 4)."""
    return np.frombuffer(fingerprints, np.uint64).reshape(-1, BITS // 64)


def distances(one: Words, many: Words) -> NDArray[np.int64]:
    """Bits in which one fingerprint, shape (4,), differs from each of n, shape (n, 4)."""
    differing: NDArray[np.int64] = np.bitwise_count(one ^ many).sum(axis=-1, dtype=np.int64)
    return differing


def _sums(grey: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """The integral image; differences survive a wrap of its 32 bits."""
    return cv2.integral(grey, sdepth=cv2.CV_32S).view(np.uint32)


def _mark(sums: NDArray[np.uint32], shape: tuple[int, ...], cut: int) -> bytes:
    """The fingerprint of what is left when `cut` thousandths of each side are cut off.

    Every sum stays under 2**53, so doubles hold it exactly, in whatever order it is taken.
    """
    means = _block_means(sums, _block_edges(shape[0], cut), _block_edges(shape[1], cut))
    coefficients = (_COSINES @ means @ _COSINES.T).ravel()
    median = np.partition(coefficients, BITS // 2 - 1)[BITS // 2 - 1]
    return np.packbits(coefficients > median).tobytes()


_Edges = tuple[NDArray[np.int64], NDArray[np.int64]]


def _block_means(sums: NDArray[np.uint32], rows: _Edges, columns: _Edges) -> NDArray[np.float64]:
    """Means of 64x64 blocks in units of 1/16 grey level, shape (64, 64); each block has a pixel."""
    strips = sums[rows[1]] - sums[rows[0]]
    blocks = (strips[:, columns[1]] - strips[:, columns[0]]).astype(np.int64)
    areas = np.outer(rows[1] - rows[0], columns[1] - columns[0])
    means: NDArray[np.float64] = ((blocks << _MEAN_BITS) // areas).astype(np.float64)
    return means


def _block_edges(length: int, cut: int) -> _Edges:
    start = length * cut // 1000
    edges = start + np.arange(_SIDE + 1, dtype=np.int64) * (length - 2 * start) // _SIDE
    return edges[:-1], np.minimum(np.maximum(edges[1:], edges[:-1] + 1), length)
