"""In which disguises may a picture be another's copy? What is looked for beside the picture itself.

A copy may be mirrored, and cropped; and it may have been sent before its original, which then is
the larger of the two. So a picture and its crops, as they are and mirrored, are looked for among
whole pictures, and among the stored closest crops (quality/fingerprint.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quality.fingerprint import BITS, CENTRED, CROPS, FINGERPRINT_BYTES, Words, mirrored, to_words

__all__ = ["Disguise", "Look", "disguises"]


@dataclass(frozen=True, slots=True)
class Look:
    """A comparable frame: fingerprints of the whole picture (32 bytes) and of CROPS (32 each, or
    none), and its cell of any resolution from 10 on."""

    whole: bytes
    crops: bytes
    cell: int


@dataclass(frozen=True, slots=True)
class Disguise:
    """One fingerprint of each of q pictures, shape (q, 4), and what a likeness to it means.

    of: the pictures by their number. inner: to be looked for among closest crops.
    """

    words: Words
    of: Sequence[int]
    inner: bool
    mirrored: bool


def disguises(looks: Sequence[Look]) -> list[Disguise]:
    """All of them; the first is the pictures as they are."""
    everyone = range(len(looks))
    cropped = [i for i in everyone if len(looks[i].crops) == len(CROPS) * FINGERPRINT_BYTES]
    whole = to_words(b"".join(look.whole for look in looks))
    crops = to_words(b"".join(looks[i].crops for i in cropped)).reshape(-1, len(CROPS), BITS // 64)
    plain = [
        Disguise(whole, everyone, False, False),
        Disguise(whole, everyone, True, False),
        *(Disguise(_column(crops, at), cropped, False, False) for at in range(CENTRED)),
        *(Disguise(_column(crops, at), cropped, True, False) for at in range(1, len(CROPS))),
    ]
    return plain + [Disguise(mirrored(one.words), one.of, one.inner, True) for one in plain]


def _column(crops: Words, at: int) -> Words:
    return np.ascontiguousarray(crops[:, at])
