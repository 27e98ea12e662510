"""The layer `cells` of a vector tile: one polygon a cell, every step over all cells at once; pure.

A feature is `cell` (its text form), `last_seen` and `first_seen` (day numbers), `best_grade`,
`passes`, `contributors` (an estimate, 20 means 20 or more), `sectors` (bits of the eight headings
driven, north the lowest) and one polygon.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from roadcomb.cells import Cells
from tiles import features as mvt
from tiles import sketch, varints
from tiles.lattice import CORNERS
from tiles.polygons import Hexagons, Outlines, Rings, outlines_of
from tiles.webmercator import Tile

__all__ = ["KEYS", "LAYER", "encode", "encode_outlines"]

LAYER = "cells"
KEYS = ("cell", "last_seen", "first_seen", "best_grade", "passes", "contributors", "sectors")

_CELL_DIGITS = 15
_MOVE = mvt.MOVE_TO | 1 << 3
_CLOSE = mvt.CLOSE_PATH | 1 << 3

Ints = NDArray[np.int64]


def encode(coverage: pa.Table, tile: Tile) -> bytes:
    """The tile's bytes for COVERAGE of one resolution; no bytes when no cell touches it."""
    return encode_outlines(coverage, outlines_of(coverage["cell"].to_numpy(), tile))


def encode_outlines(coverage: pa.Table, outlines: Outlines) -> bytes:
    """The bytes of outlines whose owners are rows of COVERAGE; no bytes of none."""
    if not len(outlines):
        return b""
    drawn = np.zeros(len(coverage), np.bool_)
    drawn[outlines.hexagons.owner] = drawn[outlines.others.owner] = True
    rows = np.flatnonzero(drawn)
    numbers, places = mvt.distinct(_numbers(coverage)[:, rows])
    tags = np.empty((2 * len(KEYS), len(coverage)), np.int64)
    tags[:, rows] = mvt.tags_of([np.arange(len(rows)), *(places + len(rows))])
    features = _hexagons(outlines.hexagons, tags) + _rings(outlines.others, tags)
    texts = mvt.text_values(_digits(coverage["cell"].to_numpy()[rows]))
    return mvt.encode_layer(LAYER, features, KEYS, texts + mvt.integer_values(numbers))


def _numbers(coverage: pa.Table) -> Ints:
    """Values of KEYS but the first, shape (6, n)."""
    contributors = sketch.estimate(coverage["contributors"].to_numpy())
    names = ("last_day", "first_day", "best_grade", "passes")
    columns = [coverage[name].to_numpy() for name in names]
    sectors = coverage["sectors"].to_numpy()
    return np.vstack([*columns, contributors, sectors]).astype(np.int64)


def _hexagons(hexagons: Hexagons, tags: Ints) -> bytes:
    """MoveTo the first corner, LineTo the others, ClosePath (the specification's section 4.3)."""
    geometry = np.empty((3 + 2 * CORNERS, len(hexagons.owner)), np.int64)
    geometry[0], geometry[-1] = _MOVE, _CLOSE
    geometry[3] = mvt.LINE_TO | (CORNERS - 1) << 3
    for axis, values in enumerate((hexagons.x, hexagons.y)):
        geometry[1 + axis] = varints.zigzag(values[0])
        geometry[4 + axis : -1 : 2] = varints.zigzag(np.diff(values, axis=0))
    return mvt.encode_even(mvt.Shape.POLYGON, tags[:, hexagons.owner], geometry)


def _rings(rings: Rings, tags: Ints) -> bytes:
    """The same for rings of any number of corners."""
    counts, first = rings.counts, rings.offsets[:-1]
    starts = 2 * first + 3 * np.arange(len(counts))
    geometry = np.zeros(2 * len(rings.x) + 3 * len(counts), np.int64)
    geometry[starts] = _MOVE
    geometry[starts + 3] = (counts - 1) << 3 | mvt.LINE_TO
    geometry[starts + 2 + 2 * counts] = _CLOSE
    at = np.repeat(starts + 2 - 2 * first, counts) + 2 * np.arange(len(rings.x))
    at[first] -= 1
    for axis, values in enumerate((rings.x, rings.y)):
        steps = np.diff(values, prepend=0)
        steps[first] = values[first]
        geometry[at + axis] = varints.zigzag(steps)
    return mvt.encode_uneven(mvt.Shape.POLYGON, tags[:, rings.owner], geometry, 2 * counts + 3)


def _digits(cells: Cells) -> NDArray[np.uint8]:
    """The cells' text forms, 15 hex digits each, shape (n, 15)."""
    turned = cells.astype(">u8").view(np.uint8).reshape(-1, 8)
    digits = np.empty((len(cells), 16), np.uint8)
    digits[:, 0::2], digits[:, 1::2] = turned >> 4, turned & 0xF
    return np.frombuffer(b"0123456789abcdef", np.uint8)[digits[:, 16 - _CELL_DIGITS :]]
