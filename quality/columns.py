"""Judged frames as columns: what the index of all frames keeps of each.

A picture's key is the first 8 bytes of its image id: to find another picture with the key of a
given one takes 2**64 hashes. Its place is its resolution-10 cell. `whole` has the fingerprints of
the comparable frames, `inner` those of the closest crop (quality/fingerprint.py) of every few of
them: of KEPT_CROPS frames or more where the drive has so many, of one in CROP_STRIDE of a long
drive. A copy of a whole drive meets them all, and memory is for 2.5 fingerprints of two frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quality.fingerprint import BITS, Words, to_words
from quality.hashindex import Rows
from roadcomb.cells import parents
from roadcomb.records import Verdict

__all__ = [
    "COLUMNS",
    "COMPARABLE_CONTRAST",
    "PLACE_RESOLUTION",
    "Columns",
    "columns_of",
    "merged",
    "picture_key",
    "pictures_alone",
]

COMPARABLE_CONTRAST = 100
"""Score of contrast (16 grey levels) below which a picture is too flat to be compared."""

COLUMNS = ("image_id", "cell", "verdict", "contrast", "fingerprint", "crop_fingerprint")
"""What is read of a judgement."""

PLACE_RESOLUTION = 10
KEPT_CROPS, CROP_STRIDE = 8, 4
_KEY_BYTES = 8
_ID_BYTES = 32


@dataclass(frozen=True, slots=True)
class Columns:
    """n frames in the order of their rows; `marked` and `keyed` are ascending rows from 0.

    pictures, places: shape (n,). accepted: shape (n,). whole: of `marked`, shape (m, 4). inner: of
    `keyed`, shape (k, 4).
    """

    pictures: NDArray[np.uint64]
    places: NDArray[np.uint64]
    accepted: NDArray[np.bool_]
    marked: Rows
    whole: Words
    keyed: Rows
    inner: Words


def columns_of(judgement: pa.Table) -> Columns:
    """The frames of one drive, COLUMNS of its judgement."""
    marked = _marked(judgement)
    keyed = _keyed(judgement, marked)
    return Columns(
        _keys(b"".join(judgement["image_id"].to_pylist())),
        parents(judgement["cell"].to_numpy(), PLACE_RESOLUTION),
        pc.equal(judgement["verdict"], Verdict.ACCEPTED.value).to_numpy(),
        marked,
        _words(judgement["fingerprint"], marked),
        keyed,
        _words(judgement["crop_fingerprint"], keyed),
    )


def pictures_alone(image_ids: Sequence[bytes]) -> Columns:
    """Frames of which only the picture's id is known; they count as accepted."""
    none, no_words = np.zeros(0, np.uint32), np.zeros((0, BITS // 64), np.uint64)
    keys = _keys(b"".join(image_ids))
    places = np.zeros(len(keys), np.uint64)
    return Columns(keys, places, np.ones(len(keys), np.bool_), none, no_words, none, no_words)


def merged(parts: Sequence[Columns]) -> Columns:
    """Columns one after the other."""
    lengths = [len(part.accepted) for part in parts]
    starts = np.cumsum([0, *lengths[:-1]]).astype(np.uint32)
    return Columns(
        np.concatenate([part.pictures for part in parts]),
        np.concatenate([part.places for part in parts]),
        np.concatenate([part.accepted for part in parts]),
        np.concatenate([part.marked + at for part, at in zip(parts, starts, strict=True)]),
        np.concatenate([part.whole for part in parts]),
        np.concatenate([part.keyed + at for part, at in zip(parts, starts, strict=True)]),
        np.concatenate([part.inner for part in parts]),
    )


def picture_key(image_id: bytes) -> int:
    """The key of an image id."""
    return int.from_bytes(image_id[:_KEY_BYTES], "little")


def _marked(judgement: pa.Table) -> Rows:
    contrast = judgement["contrast"].to_numpy() >= COMPARABLE_CONTRAST
    has_mark = judgement["fingerprint"].is_valid().to_numpy()
    return np.flatnonzero(contrast & has_mark).astype(np.uint32)


def _keyed(judgement: pa.Table, marked: Rows) -> Rows:
    has_crop = judgement["crop_fingerprint"].is_valid().to_numpy()
    able = marked[has_crop[marked]]
    kept: Rows = able[:: max(1, min(CROP_STRIDE, len(able) // KEPT_CROPS))]
    return kept


def _words(marks: pa.ChunkedArray, rows: Rows) -> Words:
    return to_words(b"".join(marks.take(pa.array(rows)).to_pylist()))


def _keys(image_ids: bytes) -> NDArray[np.uint64]:
    ids = np.frombuffer(image_ids, np.uint8).reshape(-1, _ID_BYTES)
    return np.ascontiguousarray(ids[:, :_KEY_BYTES]).view("<u8").ravel()
