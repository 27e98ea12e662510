"""Mapbox Vector Tile 2.1, encoded for hexagons: every step is over all cells at once; pure.

A feature is `cell` (its text form), `last_seen` and `first_seen` (day numbers), `best_grade`,
`passes`, `contributors` (an estimate, 20 means 20 or more) and one polygon. Source: Mapbox Vector
Tile Specification 2.1; field numbers are of its vector_tile.proto.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from roadcomb.cells import Cells
from tiles import sketch, varints
from tiles.polygons import EXTENT, Rings, rings_of
from tiles.webmercator import Tile

__all__ = ["KEYS", "LAYER", "encode"]

LAYER = "cells"
KEYS = ("cell", "last_seen", "first_seen", "best_grade", "passes", "contributors")

_VERSION = 2
_TILE_LAYER, _LAYER_FEATURE, _LAYER_VALUE = 0x1A, 0x12, 0x22
_FEATURE_TAGS, _FEATURE_TYPE, _FEATURE_GEOMETRY, _POLYGON = 0x12, 0x18, 0x22, 3
_VALUE_STRING, _VALUE_UINT = 0x0A, 0x28
_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 7
_CELL_DIGITS = 15

_TAGS_AT = 4
_GEOMETRY_AT = _TAGS_AT + 2 * len(KEYS) + 4
_FIXED = _GEOMETRY_AT + 3
"""Integers of a feature besides two a corner: four heads, tags, four heads, three commands."""

Ints = NDArray[np.int64]


def encode(coverage: pa.Table, tile: Tile) -> bytes:
    """The tile's bytes for COVERAGE of one resolution; no bytes when no cell touches it."""
    rings = rings_of(coverage["cell"].to_numpy(), tile)
    if not len(rings.owner):
        return b""
    rows, owner = np.unique(rings.owner, return_inverse=True)
    drawn = coverage.take(rows)
    numbers, places = np.unique(_numbers(drawn), return_inverse=True)
    indices = np.vstack((np.arange(len(rows)), len(rows) + places.reshape(len(KEYS) - 1, -1)))
    body = b"".join(
        (
            _text(0x0A, LAYER),
            _features(rings, _tags(indices[:, owner])),
            *(_text(0x1A, key) for key in KEYS),
            _cell_values(drawn["cell"].to_numpy()),
            _number_values(numbers),
            _plain([0x28, EXTENT, 0x78, _VERSION]),
        )
    )
    return _plain([_TILE_LAYER, len(body)]) + body


def _numbers(coverage: pa.Table) -> Ints:
    """Values of KEYS but the first, shape (5, n)."""
    contributors = sketch.estimate(coverage["contributors"].to_numpy())
    names = ("last_day", "first_day", "best_grade", "passes")
    columns = [coverage[name].to_numpy() for name in names]
    return np.vstack([*columns, contributors]).astype(np.int64)


def _tags(indices: Ints) -> Ints:
    """Key and value indices in turns, shape (n, 12), of value indices of shape (6, n)."""
    tags = np.empty((indices.shape[1], 2 * len(KEYS)), np.int64)
    tags[:, 0::2] = np.arange(len(KEYS))
    tags[:, 1::2] = indices.T
    return tags


def _features(rings: Rings, tags: Ints) -> bytes:
    """All features as one stream of integers (tiles/varints.py)."""
    counts = rings.counts
    ends = np.cumsum(_FIXED + 2 * counts)
    starts = ends - _FIXED - 2 * counts
    stream = np.zeros(int(ends[-1]), np.int64)
    stream[starts[:, None] + np.arange(_TAGS_AT, _TAGS_AT + tags.shape[1])] = tags
    _set_geometry(stream, rings, starts + _GEOMETRY_AT)
    _set_heads(stream, starts, ends)
    return varints.encode(stream).tobytes()


def _set_geometry(stream: Ints, rings: Rings, starts: Ints) -> None:
    """MoveTo the first corner, LineTo the others, ClosePath (the specification's section 4.3)."""
    counts, first = rings.counts, rings.offsets[:-1]
    stream[starts] = _command(_MOVE_TO, 1)
    stream[starts + 3] = (counts - 1) << 3 | _LINE_TO
    stream[starts + 2 + 2 * counts] = _command(_CLOSE_PATH, 1)
    at = np.repeat(starts + 2 - 2 * first, counts) + 2 * np.arange(len(rings.x))
    at[first] -= 1
    for axis, values in enumerate((rings.x, rings.y)):
        steps = np.diff(values, prepend=0)
        steps[first] = values[first]
        stream[at + axis] = varints.zigzag(steps)


def _set_heads(stream: Ints, starts: Ints, ends: Ints) -> None:
    """Field tags and lengths, from the inside out, since a length is itself of varying length."""
    before = np.concatenate(([0], np.cumsum(varints.lengths(stream))))
    tags_end, geometry = starts + _GEOMETRY_AT - 4, starts + _GEOMETRY_AT
    tags_length = before[tags_end] - before[starts + _TAGS_AT]
    geometry_length = before[ends] - before[geometry]
    inside = tags_length + geometry_length
    inside += varints.lengths(tags_length) + varints.lengths(geometry_length) + 4
    stream[starts], stream[starts + 1] = _LAYER_FEATURE, inside
    stream[starts + 2], stream[starts + 3] = _FEATURE_TAGS, tags_length
    stream[tags_end], stream[tags_end + 1] = _FEATURE_TYPE, _POLYGON
    stream[tags_end + 2], stream[tags_end + 3] = _FEATURE_GEOMETRY, geometry_length


def _cell_values(cells: Cells) -> bytes:
    """Values of the cells' text form: 15 hex digits each, two heads before them."""
    shifts = np.arange(4 * (_CELL_DIGITS - 1), -1, -4, dtype=np.uint64)
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)[(cells[:, None] >> shifts) & 0xF]
    head = [_LAYER_VALUE, _CELL_DIGITS + 2, _VALUE_STRING, _CELL_DIGITS]
    heads = np.broadcast_to(np.array(head, np.uint8), (len(cells), len(head)))
    return np.hstack((heads, digits)).tobytes()


def _number_values(numbers: Ints) -> bytes:
    """Values of non-negative integers."""
    stream = np.empty((len(numbers), 4), np.int64)
    stream[:, 0], stream[:, 2], stream[:, 3] = _LAYER_VALUE, _VALUE_UINT, numbers
    stream[:, 1] = varints.lengths(numbers) + 1
    return varints.encode(stream.ravel()).tobytes()


def _text(tag: int, text: str) -> bytes:
    return _plain([tag, len(text)]) + text.encode()


def _plain(numbers: list[int]) -> bytes:
    return varints.encode(np.array(numbers, np.int64)).tobytes()


def _command(identifier: int, count: int) -> int:
    return count << 3 | identifier
