"""A layer of a Mapbox Vector Tile 2.1, written for all its features at once; pure.

A feature is its tags (pairs of key and value indices) and the integers of its geometry, which are
commands and zigzag steps. Source: Mapbox Vector Tile Specification 2.1; field numbers are of its
vector_tile.proto.
"""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from tiles import varints

__all__ = [
    "CLOSE_PATH",
    "EXTENT",
    "LINE_TO",
    "MOVE_TO",
    "Shape",
    "distinct",
    "encode_even",
    "encode_layer",
    "encode_uneven",
    "integer_values",
    "tags_of",
    "text_value",
    "text_values",
]

EXTENT = 4096
"""Integer units along a tile's side."""
MOVE_TO, LINE_TO, CLOSE_PATH = 1, 2, 7
"""Commands, in the lower three bits; the others count how often (section 4.3.1)."""

_VERSION = 2
_TILE_LAYER, _LAYER_NAME, _LAYER_FEATURE, _LAYER_KEY, _LAYER_VALUE = 0x1A, 0x0A, 0x12, 0x1A, 0x22
_LAYER_EXTENT, _LAYER_VERSION = 0x28, 0x78
_FEATURE_TAGS, _FEATURE_TYPE, _FEATURE_GEOMETRY = 0x12, 0x18, 0x22
_VALUE_STRING, _VALUE_UINT = 0x0A, 0x28
_HEAD = 4
"""Integers before the tags, and again between tags and geometry."""
_TABLED = 1 << 17

Ints = NDArray[np.int64]


class Shape(IntEnum):
    """The kind of a feature's geometry."""

    POINT = 1
    LINE = 2
    POLYGON = 3


def encode_layer(name: str, features: bytes, keys: Sequence[str], values: bytes) -> bytes:
    """A tile of one layer; tiles of several layers are several of these, one after the other."""
    body = b"".join(
        (
            _text(_LAYER_NAME, name.encode()),
            features,
            *(_text(_LAYER_KEY, key.encode()) for key in keys),
            values,
            _plain([_LAYER_EXTENT, EXTENT, _LAYER_VERSION, _VERSION]),
        )
    )
    return _plain([_TILE_LAYER, len(body)]) + body


def encode_even(shape: Shape, tags: Ints, geometry: Ints) -> bytes:
    """n features alike: tags (t, n) and geometry (g, n), column i belonging to feature i."""
    n, width = tags.shape[1], len(tags)
    if not n:
        return b""
    stream = np.zeros((2 * _HEAD + width + len(geometry), n), np.int32)
    stream[_HEAD : _HEAD + width] = tags
    stream[2 * _HEAD + width :] = geometry
    taken = varints.lengths(stream)
    tags_length = taken[_HEAD : _HEAD + width].sum(axis=0, dtype=np.int64)
    geometry_length = taken[2 * _HEAD + width :].sum(axis=0, dtype=np.int64)
    stream[:_HEAD] = _first_heads(tags_length, geometry_length)
    stream[_HEAD + width : 2 * _HEAD + width] = _second_heads(shape, geometry_length)
    return varints.encode(stream.T.ravel()).tobytes()


def encode_uneven(shape: Shape, tags: Ints, geometry: Ints, counts: Ints) -> bytes:
    """n features: tags (t, n); `geometry` holds `counts[i]` integers of feature i after another."""
    if not len(counts):
        return b""
    width = len(tags)
    own = counts + width + 2 * _HEAD
    ends = np.cumsum(own)
    first = ends - own
    second, inside = first + _HEAD + width, first + 2 * _HEAD + width
    stream = np.zeros(int(ends[-1]), np.int64)
    stream[first + np.arange(_HEAD, _HEAD + width)[:, None]] = tags
    shift = inside - (np.cumsum(counts) - counts)
    stream[np.repeat(shift, counts) + np.arange(len(geometry))] = geometry
    before = np.concatenate(([0], np.cumsum(varints.lengths(stream), dtype=np.int64)))
    tags_length = before[second] - before[first + _HEAD]
    geometry_length = before[ends] - before[inside]
    stream[first + np.arange(_HEAD)[:, None]] = _first_heads(tags_length, geometry_length)
    stream[second + np.arange(_HEAD)[:, None]] = _second_heads(shape, geometry_length)
    return varints.encode(stream).tobytes()


def _first_heads(tags_length: Ints, geometry_length: Ints) -> Ints:
    """The feature's and its tags' field and length: a length is itself of varying length."""
    inside = tags_length + geometry_length + _HEAD
    inside += varints.lengths(tags_length)
    inside += varints.lengths(geometry_length)
    field, tags = np.full_like(inside, _LAYER_FEATURE), np.full_like(inside, _FEATURE_TAGS)
    return np.stack((field, inside, tags, tags_length))


def _second_heads(shape: Shape, geometry_length: Ints) -> Ints:
    """The kind of geometry, and the geometry's field and length."""
    heads = np.empty((_HEAD, len(geometry_length)), np.int64)
    heads[0], heads[1], heads[2] = _FEATURE_TYPE, shape, _FEATURE_GEOMETRY
    heads[3] = geometry_length
    return heads


def tags_of(indices: Sequence[Ints]) -> Ints:
    """Tags (2k, n) of n features that all have the k first keys, from each key's value indices."""
    tags = np.empty((2 * len(indices), len(indices[0])), np.int64)
    tags[0::2] = np.arange(len(indices))[:, None]
    for key, column in enumerate(indices):
        tags[2 * key + 1] = column
    return tags


def distinct(values: Ints) -> tuple[Ints, Ints]:
    """The different ones of non-negative integers of any shape, rising, and where each stands."""
    end = int(values.max(initial=0)) + 1
    if end > _TABLED:
        found, at = np.unique(values, return_inverse=True)
        return found, at.reshape(values.shape)
    there = np.zeros(end, np.bool_)
    there[values] = True
    found = np.flatnonzero(there)
    places = np.empty(end, np.int64)  # of those that are there; no other is read
    places[found] = np.arange(len(found))
    return found, places[values]


def integer_values(numbers: Ints) -> bytes:
    """Values of non-negative integers, in their order."""
    stream = np.empty((len(numbers), 4), np.int64)
    stream[:, 0], stream[:, 2], stream[:, 3] = _LAYER_VALUE, _VALUE_UINT, numbers
    stream[:, 1] = varints.lengths(numbers) + 1
    return varints.encode(stream.ravel()).tobytes()


def text_values(texts: NDArray[np.uint8]) -> bytes:
    """Values of n texts of one length, shorter than 126 bytes: their bytes, (n, length)."""
    length = texts.shape[1]
    head = np.array([_LAYER_VALUE, length + 2, _VALUE_STRING, length], np.uint8)
    return np.hstack((np.broadcast_to(head, (len(texts), len(head))), texts)).tobytes()


def text_value(text: str) -> bytes:
    """One value that is a text."""
    value = _text(_VALUE_STRING, text.encode())
    return _plain([_LAYER_VALUE, len(value)]) + value


def _text(tag: int, text: bytes) -> bytes:
    return _plain([tag, len(text)]) + text


def _plain(numbers: list[int]) -> bytes:
    if max(numbers) < 0x80:  # each of them is one byte, as almost all are
        return bytes(numbers)
    return b"".join(map(varints.encode_one, numbers))
