"""In which disguises may a picture be another's copy? What is looked for beside the picture itself.

A copy may be mirrored, and cropped; and it may have been sent before its original, which then is
the larger of the two. So a picture and its crops, as they are and mirrored, are looked for among
whole pictures, and among the stored closest crops (quality/fingerprint.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quality.fingerprint import BITS, CENTRED, CROPS, FINGERPRINT_BYTES, Words, mirrored, to_words

__all__ = ["Disguises", "Look", "disguises"]

_CROPS_BYTES = len(CROPS) * FINGERPRINT_BYTES


@dataclass(frozen=True, slots=True)
class Look:
    """A comparable frame: fingerprints of the whole picture (32 bytes) and of CROPS (32 each, or
    none), and its cell of any resolution from 10 on."""

    whole: bytes
    crops: bytes
    cell: int


@dataclass(frozen=True, slots=True)
class Disguises:
    """Fingerprints to look for, shape (q, 4), the pictures as they are first.

    of: the number of the picture that each belongs to; mirrored: whether it is that of the mirrored
    picture; inner: whether they are to be looked for among closest crops.
    """

    words: Words
    of: NDArray[np.int64]
    mirrored: NDArray[np.bool_]
    inner: bool


def disguises(looks: Sequence[Look]) -> tuple[Disguises, Disguises]:
    """What to look for among whole pictures, and among closest crops."""
    cropped = [i for i, look in enumerate(looks) if len(look.crops) == _CROPS_BYTES]
    whole = to_words(b"".join(look.whole for look in looks))
    crops = to_words(b"".join(looks[i].crops for i in cropped)).reshape(-1, len(CROPS), BITS // 64)
    everyone, some = np.arange(len(looks)), np.array(cropped, np.int64)
    return (
        _both_ways(whole, everyone, crops[:, :CENTRED], some, inner=False),
        _both_ways(whole, everyone, crops[:, 1:], some, inner=True),
    )


def _both_ways(
    whole: Words, everyone: NDArray[np.int64], crops: Words, some: NDArray[np.int64], inner: bool
) -> Disguises:
    words = np.concatenate([whole, crops.reshape(-1, BITS // 64)])
    of = np.concatenate([everyone, np.repeat(some, crops.shape[1])])
    turned = np.repeat([False, True], len(words))
    return Disguises(np.concatenate([words, mirrored(words)]), np.tile(of, 2), turned, inner)
