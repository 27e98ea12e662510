"""H3 cells; the only module that knows the H3 libraries (h3ronpy for arrays, h3 for one cell).

A cell is its 64-bit index as an int, or a uint64 array of them. The descendants of a cell at a
finer resolution are one contiguous range of indices: what sorted snapshots are searched by.
Source of the bit layout: the H3 documentation, "H3 index representations".
"""

from functools import cache

import h3
import numpy as np
import pyarrow as pa
from h3ronpy import cells_resolution, cells_valid, change_resolution, compact
from h3ronpy.vector import (
    cells_to_coordinates,
    cells_to_wkb_polygons,
    coordinates_to_cells,
    wkb_to_cells,
)
from numpy.typing import ArrayLike, NDArray

from roadcomb.errors import InvalidInput

__all__ = [
    "PAID_RESOLUTION",
    "Cells",
    "boundaries",
    "cell_of",
    "cells_of",
    "cells_within",
    "centres",
    "descendant_ranges",
    "descendants",
    "disk",
    "faces",
    "format_cell",
    "is_pentagon",
    "parent",
    "parents",
    "parse_cell",
    "resolution",
    "resolutions",
]

PAID_RESOLUTION = 12
"""18.8 m between centres, 53 cells along a km: the unit that is paid (facts: Hivemapper's hex)."""

Cells = NDArray[np.uint64]
_RESOLUTION_SHIFT = 52
_BITS_PER_DIGIT = 3
_FINEST = 15
_WKB_HEADER, _WKB_POINT = 13, 16
"""Bytes of a one-ring polygon before its points, and of a point (OGC 06-103r4, section 8)."""


def cell_of(lat_deg: float, lon_deg: float, res: int = PAID_RESOLUTION) -> int:
    """The cell that a point falls in."""
    return int(h3.str_to_int(h3.latlng_to_cell(lat_deg, lon_deg, res)))


def cells_of(lat_deg: ArrayLike, lon_deg: ArrayLike, res: int = PAID_RESOLUTION) -> Cells:
    """Cells of n points, shape (n,)."""
    lat, lon = np.asarray(lat_deg, np.float64), np.asarray(lon_deg, np.float64)
    return _to_numpy(coordinates_to_cells(lat, lon, res))


def cells_within(polygon: bytes, res: int) -> Cells:
    """The cells of a resolution whose centres lie in a polygon (WKB, degrees), sorted; where all
    children of a cell do, it stands for them.
    """
    found = wkb_to_cells(pa.array([polygon], pa.binary()), res, flatten=True)
    return np.sort(_to_numpy(compact(found)))


def parent(cell: int, res: int) -> int:
    """The ancestor of one cell at a coarser (or the same) resolution."""
    return int(h3.str_to_int(h3.cell_to_parent(h3.int_to_str(cell), res)))


def parents(cells: Cells, res: int) -> Cells:
    """The ancestors of n cells at a coarser (or the same) resolution, shape (n,)."""
    return _to_numpy(change_resolution(pa.array(cells, pa.uint64()), res))


def descendants(cell: int, res: int) -> tuple[int, int]:
    """First and last possible index, both inclusive, of the cell's descendants at `res`.

    Every descendant lies in the range and no other cell of that resolution does.
    """
    own = resolution(cell)
    if res < own:
        raise InvalidInput(f"cell {format_cell(cell)} is finer than resolution {res}")
    first = (cell & ~(0xF << _RESOLUTION_SHIFT)) | (res << _RESOLUTION_SHIFT)
    last = first
    for digit in range(own + 1, res + 1):
        shift = (_FINEST - digit) * _BITS_PER_DIGIT
        first &= ~(0b111 << shift)
        last = (last & ~(0b111 << shift)) | (0b110 << shift)
    return first, last


def descendant_ranges(cells: Cells, res: int) -> tuple[Cells, Cells]:
    """`descendants` of n cells, none of them finer than `res`; each of shape (n,)."""
    own = (cells >> np.uint64(_RESOLUTION_SHIFT) & np.uint64(0xF)).astype(np.intp)
    first = cells & ~np.uint64(0xF << _RESOLUTION_SHIFT) | np.uint64(res << _RESOLUTION_SHIFT)
    first &= ~_between(res, 0b111)[own]
    return first, first | _between(res, 0b110)[own]


@cache
def _between(res: int, digit: int) -> Cells:
    """By the resolution of an ancestor: a digit in each place from its children's to `res`."""
    places = [digit << (_FINEST - place) * _BITS_PER_DIGIT for place in range(res + 1)]
    return np.array([sum(places[own + 1 :]) for own in range(_FINEST + 1)], np.uint64)


def resolution(cell: int) -> int:
    """Resolution of one cell, 0..15."""
    return (cell >> _RESOLUTION_SHIFT) & 0xF


def disk(cell: int, k: int) -> list[int]:
    """The cell and all within k steps of it, sorted."""
    return sorted(h3.str_to_int(c) for c in h3.grid_disk(h3.int_to_str(cell), k))


def faces(cell: int) -> frozenset[int]:
    """The faces of H3's icosahedron that a cell lies on, 0..19: two or more on their edges."""
    return frozenset(h3.get_icosahedron_faces(h3.int_to_str(cell)))


def is_pentagon(cell: int) -> bool:
    """Whether it is one of the twelve cells of its resolution around the icosahedron's corners."""
    return bool(h3.is_pentagon(h3.int_to_str(cell)))


def centres(cells: Cells) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitudes and longitudes of the centres in degrees, each of shape (n,)."""
    batch = pa.record_batch(cells_to_coordinates(pa.array(cells, pa.uint64())))
    return batch["lat"].to_numpy(), batch["lng"].to_numpy()


def boundaries(cells: Cells) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Corners of n cells: (lon, lat) in degrees of shape (m, 2), and offsets of shape (n + 1,).

    Cell i has the corners offsets[i]:offsets[i + 1], anticlockwise, the first not repeated. Most
    have six; pentagons five, and cells on an icosahedron edge up to ten.
    """
    wkb = pa.array(cells_to_wkb_polygons(pa.array(cells, pa.uint64())), pa.large_binary())
    if not len(wkb):
        return np.zeros((0, 2)), np.zeros(1, np.int64)
    _, bounds, data = wkb.buffers()
    at = np.frombuffer(bounds, np.int64)[wkb.offset : wkb.offset + len(wkb) + 1]
    counts = (np.diff(at) - _WKB_HEADER) // _WKB_POINT - 1
    offsets = np.concatenate(([0], np.cumsum(counts)))
    points = np.repeat(at[:-1] + _WKB_HEADER - _WKB_POINT * offsets[:-1], counts)
    points += _WKB_POINT * np.arange(offsets[-1])
    windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(data, np.uint8), _WKB_POINT)
    return windows[points].view("<f8"), offsets


def format_cell(cell: int) -> str:
    """The usual text form, 15 hex digits."""
    return format(cell, "x")


def parse_cell(text: str, res: int | None = None) -> int:
    """Cell of its text form. Raises InvalidInput when it is none, or not of resolution `res`."""
    try:
        cell = int(text, 16)
        valid = bool(pa.array(cells_valid(pa.array([cell], pa.uint64())))[0].as_py())
    except (ValueError, OverflowError, pa.ArrowInvalid):
        valid = False
    if not valid:
        raise InvalidInput(f"{text[:40]!r} is not an H3 cell")
    if res is not None and resolution(cell) != res:
        raise InvalidInput(f"cell {text} has resolution {resolution(cell)}, {res} is asked for")
    return cell


def resolutions(cells: Cells) -> NDArray[np.uint8]:
    """Resolution of each of n cells, shape (n,)."""
    found: NDArray[np.uint8] = pa.array(cells_resolution(pa.array(cells, pa.uint64()))).to_numpy()
    return found


def _to_numpy(array: object) -> Cells:
    cells: Cells = pa.array(array).to_numpy(zero_copy_only=False).astype(np.uint64, copy=False)
    return cells
