"""Density scaling: a crowded neighbourhood does not earn more for being crowded.

The law: from fine to coarse, the units under a cell count at most min(max, target * max(1, full
neighbours - N + 1)), and a unit's scale is the product of counted / present over its ancestors. So
one unit more in a full cell never raises what the cell is worth. Sources: Helium HIP-17 (2020) and
HIP-104 (2023), which changed the parameters; helium/oracles `hex_density.rs`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from roadcomb.cells import disk, parent, resolution

__all__ = ["HIP_17", "HIP_104", "Limit", "limit_of", "scales"]

_FINEST = 10
_COARSEST = 4
_START = 11
"""Units are gathered here first, whatever finer cells they claim."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Of one resolution: neighbours asked for, units counted at least, and at most."""

    neighbours: int
    target: int
    most: int


HIP_17: Mapping[int, Limit] = {
    4: Limit(1, 250, 800),
    5: Limit(1, 100, 400),
    6: Limit(1, 25, 100),
    7: Limit(2, 5, 20),
    8: Limit(2, 1, 4),
    9: Limit(2, 1, 2),
    10: Limit(2, 1, 1),
}
HIP_104: Mapping[int, Limit] = {
    4: Limit(2, 500, 1000),
    5: Limit(4, 100, 200),
    6: Limit(4, 25, 50),
    7: Limit(4, 5, 10),
    8: Limit(2, 1, 1),
    9: Limit(2, 1, 1),
    10: Limit(2, 1, 1),
}


def limit_of(full_neighbours: int, limit: Limit) -> int:
    """Units that count in a cell when so many of the 7 around it, itself included, are full."""
    return min(limit.most, limit.target * max(1, full_neighbours - limit.neighbours + 1))


def scales(units: Iterable[int], limits: Mapping[int, Limit]) -> dict[int, Fraction]:
    """The scale of each distinct cell that units stand in, 0..1.

    units: one cell of resolution 11 or finer for each unit.
    """
    standing = list(units)
    ratios: dict[int, Fraction] = {}
    counted = Counter(parent(cell, _START) for cell in standing)
    for res in range(_FINEST, _COARSEST - 1, -1):
        present = _gathered(counted, res)
        counted = _clipped(present, limits[res])
        ratios |= {cell: Fraction(counted[cell], present[cell]) for cell in present}
    return {cell: _product(cell, ratios) for cell in set(standing)}


def _gathered(counted: Mapping[int, int], res: int) -> Counter[int]:
    present: Counter[int] = Counter()
    for cell, units in counted.items():
        present[parent(cell, res)] += units
    return present


def _clipped(present: Counter[int], limit: Limit) -> Counter[int]:
    """Full is judged by the units present: one is clipped below the target never."""
    clipped: Counter[int] = Counter()
    for cell, units in present.items():
        full = sum(present[near] >= limit.target for near in disk(cell, 1))
        clipped[cell] = min(units, limit_of(full, limit))
    return clipped


def _product(cell: int, ratios: Mapping[int, Fraction]) -> Fraction:
    scale = Fraction(1)
    for res in range(min(_FINEST, resolution(cell)), _COARSEST - 1, -1):
        scale *= ratios.get(parent(cell, res), 1)
    return scale
