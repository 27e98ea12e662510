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
- A cropped picture: the fingerprints of some crops, from the same integral image. The first, a
  tenth off each side, is stored beside the whole picture's. Of a copy that lost something at its
  sides, some crop of ours shows the same as the original's stored one. And a crop of ours shows the
  same as a copy that was sent before its original.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BITS",
    "CENTRED",
    "CROPS",
    "FINGERPRINT_BYTES",
    "Crop",
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


@dataclass(frozen=True, slots=True)
class Crop:
    """What is cut off, in thousandths of the height, and of the width on either side."""

    top: int = 0
    bottom: int = 0
    sides: int = 0


def _crops() -> tuple[Crop, ...]:
    """The stored crop, then those that show the same of copies which lost 80, 60, 40, 20 of each
    side; then of copies which lost 35, 70, 100 of the bottom, and of the top."""
    stored, found = _STORED_CUT, [Crop(_STORED_CUT, _STORED_CUT, _STORED_CUT)]
    for lost in (80, 60, 40, 20):
        cut = round(1000 * (stored - lost) / (1000 - 2 * lost))
        found.append(Crop(cut, cut, cut))
    one_sided = []
    for lost in (35, 70, 100):
        far, near = (round(1000 * left / (1000 - lost)) for left in (stored, stored - lost))
        one_sided.append(Crop(far, near, stored))
    return (*found, *one_sided, *(Crop(one.bottom, one.top, one.sides) for one in one_sided))


_STORED_CUT = 100
CROPS = _crops()
CENTRED = 5
"""So many of CROPS lose the same of each side, as a copy may that was sent before its original."""

_SIDE, _KEPT = 64, 16
_LEAST_SIDE = 96
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
    marks = _marks(grey, (Crop(), *CROPS))
    return Marks(marks[:FINGERPRINT_BYTES], marks[FINGERPRINT_BYTES:])


def fingerprint(grey: NDArray[np.uint8]) -> bytes:
    """The fingerprint of a grey picture of shape (h, w), 32 bytes. Sides under 64 are allowed."""
    return _marks(grey, (Crop(),))


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
    """The integral image, shape (h + 1, w + 1); differences survive a wrap of its 32 bits.

    Small pictures are enlarged by a whole factor, so that each block of a crop has a pixel.
    """
    factors = [-(-_LEAST_SIDE // side) for side in grey.shape]
    if max(factors) > 1:
        grey = np.ascontiguousarray(np.repeat(np.repeat(grey, factors[0], 0), factors[1], 1))
    return cv2.integral(grey, sdepth=cv2.CV_32S).view(np.uint32)


def _marks(grey: NDArray[np.uint8], crops: Sequence[Crop]) -> bytes:
    """The fingerprints of what crops leave of a picture, one after the other.

    Every sum stays under 2**53, so doubles hold it exactly, in whatever order it is taken.
    """
    means = _block_means(_sums(grey), crops)
    coefficients = (_COSINES @ means @ _COSINES.T).reshape(len(crops), BITS)
    medians = np.partition(coefficients, BITS // 2 - 1, axis=1)[:, BITS // 2 - 1]
    return np.packbits(coefficients > medians[:, None], axis=1).tobytes()


def _block_means(sums: NDArray[np.uint32], crops: Sequence[Crop]) -> NDArray[np.float64]:
    """Means of 64x64 blocks in whole units of 1/16 grey level, shape (crops, 64, 64)."""
    places, areas = _grid(sums.shape[0] - 1, sums.shape[1] - 1, tuple(crops))
    corners = sums.ravel().take(places)
    strips = corners[:, 1:] - corners[:, :-1]
    blocks = strips[:, :, 1:] - strips[:, :, :-1]
    means: NDArray[np.float64] = np.floor(blocks / areas)
    return means


@lru_cache(maxsize=16)
def _grid(
    height: int, width: int, crops: tuple[Crop, ...]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Of a picture this large: places of the blocks' corners in its integral image, shape
    (crops, 65, 65), and areas of the blocks in 1/16 pixels, (crops, 64, 64); frames of a drive
    share them. Dividing by a sixteenth of an area is exact wherever multiplying by 16 was.
    """
    rows = np.stack([_edges(height, crop.top, crop.bottom) for crop in crops])
    columns = np.stack([_edges(width, crop.sides, crop.sides) for crop in crops])
    places = rows[:, :, None] * (width + 1) + columns[:, None, :]
    areas = np.diff(rows)[:, :, None] * np.diff(columns)[:, None, :]
    return places, areas / float(1 << _MEAN_BITS)


def _edges(length: int, before: int, after: int) -> NDArray[np.int64]:
    """65 edges of blocks of a side, without so many thousandths of it; each block has a pixel."""
    start, end = length * before // 1000, length - length * after // 1000
    return start + np.arange(_SIDE + 1, dtype=np.int64) * (end - start) // _SIDE
