"""Corners of hexagons without asking H3 for each: what a cell's last digits say of where it lies.

H3 lays hexagons on the faces of an icosahedron as one flat lattice, a digit a resolution, and
projects each face to the sphere. So inside one ancestor four resolutions up, a patch of 2401 cells
that lies on one face and around no pentagon, a corner's place on the map is a smooth function of
its place in the lattice: a polynomial, fitted once a patch to centres that H3 gave.

The law: a corner's place depends on its cell alone (to the last bits of a float), never on the tile
that asks, and is that of H3 to a ten-thousandth of the cell's width; a patch in which it is not is
left to H3. Sources: the H3 documentation, "Coordinate systems" and "H3 index representations".
"""

import itertools
import math
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from roadcomb.cells import Cells, centres, disk, faces, is_pentagon
from tiles.webmercator import Floats, world

__all__ = ["CORNERS", "DEPTH", "patch_of", "patch_starts", "placed"]

CORNERS = 6
DEPTH = 4
"""Resolutions from a patch to its cells."""
_BITS = 3
_FINEST = 15
_INSIDE = 8**DEPTH
_DEGREE = 3
_PRECISE = 1e-4
"""Of a cell's width: a sixtieth of a tile's unit where hexagons are drawn smallest."""
_RESOLUTION_SHIFT = 52

_TURN = complex(-0.5, math.sqrt(3) / 2)
_AXES = (_TURN.conjugate(), _TURN, 1.0 + 0j)
"""H3's axes k, j and i: the bits of a digit from the least; 120 degrees apart."""
_STEPS = (3 + _TURN, 3 + _TURN.conjugate())
"""From the unit of a resolution to that of the next: to an even one, to an odd one."""

_Coefficients = NDArray[np.float64]


def patch_starts(cells: Cells, res: int) -> NDArray[np.intp]:
    """Where each patch's run begins among n sorted cells of a resolution; n is the last."""
    patches = cells >> np.uint64(_BITS * (_FINEST - res + DEPTH))
    return np.concatenate(([0], np.flatnonzero(np.diff(patches)) + 1, [len(cells)]))


def patch_of(cell: int, res: int) -> int:
    """The cell's ancestor DEPTH resolutions up."""
    filled = (1 << _BITS * (_FINEST - res + DEPTH)) - 1
    unset = cell & ~(0xF << _RESOLUTION_SHIFT) | filled
    return unset | (res - DEPTH) << _RESOLUTION_SHIFT


def placed(cells: Cells, res: int) -> Floats | None:
    """Corners in world units of n cells of one patch, (6, n, 2), clockwise on the screen.

    Beyond 180 degrees x goes on past [0, 1]. None: H3 must be asked for this patch.
    """
    fitted = _fitted(patch_of(int(cells[0]), res), res)
    if fitted is None:
        return None
    places: Floats = _corner_terms(res % 2)[:, _inside(cells, res)] @ fitted
    return places


def _inside(cells: Cells, res: int) -> NDArray[np.int64]:
    """The last DEPTH digits of n cells as one number."""
    return (cells >> np.uint64(_BITS * (_FINEST - res)) & np.uint64(_INSIDE - 1)).astype(np.int64)


@lru_cache(maxsize=16_384)
def _fitted(patch: int, res: int) -> _Coefficients | None:
    """Coefficients by axis, (terms, 2), or None where the lattice is bent or torn."""
    if res < DEPTH or is_pentagon(patch) or len(_faces_around(patch)) > 1:
        return None
    samples, terms, inverse = _samples(res % 2)
    lat, lon = centres(_cells_at(patch, res, samples))
    places = np.stack(world(lon[0] + (lon - lon[0] + 180) % 360 - 180, lat), axis=1)
    fitted = inverse @ places
    width = abs(np.linalg.det(fitted[1:3])) ** 0.5 / _SCALE
    wrong = np.abs(terms @ fitted - places).max()
    return fitted if wrong < _PRECISE * width else None


def _faces_around(patch: int) -> set[int]:
    """Children spill over their ancestor's edge, so its neighbours count, too."""
    return {face for cell in disk(patch, 1) for face in faces(cell)}


def _cells_at(patch: int, res: int, inside: NDArray[np.int64]) -> Cells:
    shift = _BITS * (_FINEST - res)
    kept = patch & ~(((1 << _BITS * DEPTH) - 1) << shift) & ~(0xF << _RESOLUTION_SHIFT)
    return np.uint64(kept | res << _RESOLUTION_SHIFT) | inside.astype(np.uint64) << np.uint64(shift)


_SCALE = 7 ** (DEPTH / 2)


@cache
def _positions(odd: int) -> NDArray[np.complex128]:
    """Centres by `_inside`, in the lattice's unit; odd: the resolution modulo 2. (4096,)"""
    inside = np.arange(_INSIDE)
    units = np.array([sum(a for bit, a in enumerate(_AXES) if d >> bit & 1) for d in range(8)])
    places, unit = np.zeros(_INSIDE, np.complex128), 1.0 + 0j
    for level in range(DEPTH):
        places += unit * units[inside >> _BITS * level & 7]
        unit *= _STEPS[(odd + level) % 2]
    return places


@cache
def _corner_terms(odd: int) -> Floats:
    """Terms of the six corners of every cell of a patch, (6, 4096, terms)."""
    around = np.exp(-1j * (math.pi / 6 + math.pi / 3 * np.arange(CORNERS))) / math.sqrt(3)
    return _terms(_positions(odd) + around[:, None])


@cache
def _samples(odd: int) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Which cells a patch is fitted to, their terms, and what solves for the coefficients."""
    pairs = np.array(list(itertools.product(range(7), repeat=2)))
    inside = pairs[:, 0] * 0o1011 | pairs[:, 1] * 0o100
    terms = _terms(_positions(odd)[inside])
    inverse = np.asarray(np.linalg.pinv(terms), np.float64)
    return inside, terms, inverse


def _terms(places: NDArray[np.complex128]) -> Floats:
    """Powers of the lattice's two axes up to the degree, along a new last axis; 1, u, v first."""
    u, v = places.real / _SCALE, places.imag / _SCALE
    powers = [(d - k, k) for d in range(_DEGREE + 1) for k in range(d + 1)]
    return np.stack([u**i * v**k for i, k in powers], axis=-1)
