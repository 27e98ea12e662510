"""Large drawn coverage, made at once: towns in which every fifth cell was seen."""

import numpy as np
import pyarrow as pa

from roadcomb.cells import PAID_RESOLUTION, Cells, cell_of, descendants, disk
from tiles.fold import COVERAGE

__all__ = ["coverage_of", "town_cells"]

_TOWN_RESOLUTION = 5
"""A town of about 250 km²: 823,543 cells of the paid resolution."""
_SHARE = 0.2
CENTRE = (47.0, 8.0)


def town_cells(n: int, seed: int = 1) -> Cells:
    """n paid cells, sorted: a fifth of those in as many neighbouring towns as it takes."""
    draw = np.random.default_rng(seed)
    depth = PAID_RESOLUTION - _TOWN_RESOLUTION
    whole = 7**depth
    towns = disk(cell_of(*CENTRE, _TOWN_RESOLUTION), 14)[: -(-n // int(whole * _SHARE))]
    parts = []
    for town in towns:
        number = np.flatnonzero(draw.random(whole) < _SHARE)
        cells = np.full(len(number), descendants(town, PAID_RESOLUTION)[0], np.uint64)
        for place in range(depth):
            digit = (number // 7**place % 7).astype(np.uint64)
            cells |= digit << np.uint64(3 * (15 - PAID_RESOLUTION + place))
        parts.append(np.sort(cells))
    return np.sort(np.concatenate(parts))[:n]


def coverage_of(cells: Cells, seed: int = 1) -> pa.Table:
    """COVERAGE of some passes through each of n sorted cells."""
    draw, n = np.random.default_rng(seed), len(cells)
    passes = draw.integers(1, 9, n)
    first = draw.integers(20_000, 20_400, n)
    columns = {
        "cell": cells,
        "passes": passes,
        "frames": 3 * passes,
        "first_day": first,
        "last_day": first + draw.integers(0, 60, n),
        "contributors": np.left_shift(np.uint64(1), draw.integers(0, 64, n).astype(np.uint64)),
        "best_grade": draw.integers(1, 1001, n),
        "grade_sum": 1_500 * passes,
        "sectors": draw.integers(1, 256, n),
    }
    return pa.table(columns).cast(COVERAGE)
