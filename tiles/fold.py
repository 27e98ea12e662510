"""Coverage: what is known of each cell, folded from the published rows; pure, free of any policy.

The law: every column is a commutative, associative reduction of integers (sum, least, greatest,
OR), so the fold gives the same table for any order and any split of the rows, coarsening commutes
with it, and passes, frames and grade sums are conserved. At coarse resolutions `passes` counts
passes of the paid cells inside.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from roadcomb.cells import parents
from tiles.groups import group_by

__all__ = ["COVERAGE", "ROWS", "coarsen", "empty", "fold", "merge"]

ROWS = pa.schema(
    [
        pa.field("cell", pa.uint64(), nullable=False),
        pa.field("day", pa.int32(), nullable=False),
        pa.field("sectors", pa.uint8(), nullable=False),
        pa.field("best_grade", pa.uint16(), nullable=False),
        pa.field("grade_sum", pa.uint32(), nullable=False),
        pa.field("frames", pa.uint16(), nullable=False),
        pa.field("sketch", pa.uint8(), nullable=False),
        pa.field("visit", pa.uint32(), nullable=False),
        pa.field("commitment", pa.binary(32), nullable=False),
    ]
)
"""What an epoch publishes, one row a pass; the fold reads all but visit and commitment."""

COVERAGE = pa.schema(
    [
        pa.field("cell", pa.uint64(), nullable=False),
        pa.field("passes", pa.uint32(), nullable=False),
        pa.field("frames", pa.uint64(), nullable=False),
        pa.field("first_day", pa.int32(), nullable=False),
        pa.field("last_day", pa.int32(), nullable=False),
        pa.field("contributors", pa.uint64(), nullable=False),  # tiles/sketch.py
        pa.field("best_grade", pa.uint16(), nullable=False),
        pa.field("grade_sum", pa.uint64(), nullable=False),
        pa.field("sectors", pa.uint8(), nullable=False),
    ]
)
"""One row a cell of one resolution, sorted by cell."""

_REDUCERS: dict[str, np.ufunc] = {
    "passes": np.add,
    "frames": np.add,
    "first_day": np.minimum,
    "last_day": np.maximum,
    "contributors": np.bitwise_or,
    "best_grade": np.maximum,
    "grade_sum": np.add,
    "sectors": np.bitwise_or,
}


def fold(coverage: pa.Table | None, rows: pa.Table) -> pa.Table:
    """COVERAGE with some more rows (ROWS, or a table with at least the columns the fold reads).

    Raises pyarrow.ArrowInvalid should a count outgrow its column.
    """
    before = [] if coverage is None else [coverage]
    return merge([*before, _of_single_passes(rows)])


def merge(coverages: Sequence[pa.Table]) -> pa.Table:
    """COVERAGE of some coverages of one resolution together; their rows may be in any order."""
    return _reduced(pa.concat_tables([empty(), *coverages]))


def coarsen(coverage: pa.Table, res: int) -> pa.Table:
    """COVERAGE of the ancestors at a coarser resolution."""
    cells = parents(coverage["cell"].to_numpy(), res)
    return _reduced(coverage.set_column(0, COVERAGE.field("cell"), pa.array(cells, pa.uint64())))


def empty() -> pa.Table:
    """COVERAGE of nothing."""
    return COVERAGE.empty_table()


def _of_single_passes(rows: pa.Table) -> pa.Table:
    columns: dict[str, Any] = {
        "cell": rows["cell"],
        "passes": np.ones(len(rows), np.uint32),
        "frames": rows["frames"],
        "first_day": rows["day"],
        "last_day": rows["day"],
        "contributors": np.left_shift(np.uint64(1), rows["sketch"].to_numpy().astype(np.uint64)),
        "best_grade": rows["best_grade"],
        "grade_sum": rows["grade_sum"],
        "sectors": rows["sectors"],
    }
    return pa.table(columns).cast(COVERAGE)


def _reduced(coverage: pa.Table) -> pa.Table:
    groups = group_by(coverage["cell"].to_numpy())
    columns: dict[str, NDArray[Any]] = {"cell": groups.keys}
    for name, ufunc in _REDUCERS.items():
        columns[name] = groups.reduce(ufunc, coverage[name].to_numpy())
    return pa.table(columns).cast(COVERAGE)
