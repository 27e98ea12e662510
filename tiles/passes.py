"""A pass is one drive through one cell of the paid resolution: its accepted frames taken together.

The law: only accepted frames count, and every accepted frame counts in exactly one pass, so the
passes' `frames` add up to them. A drive that comes back through a cell is still one pass. All
passes of a drive have one day, that of its first frame: two days would tell where it was at
midnight, and the spacing of its frames every other time.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from roadcomb.epochs import DAY_MS
from roadcomb.geo import heading_sector
from roadcomb.records import Verdict
from tiles.groups import Groups, group_by

__all__ = ["FOLDED", "PASSES", "Columns", "day_of", "folded", "passes_of", "singles"]

PASSES = pa.schema(
    [
        pa.field("cell", pa.uint64(), nullable=False),
        pa.field("first_ms", pa.int64(), nullable=False),
        pa.field("last_ms", pa.int64(), nullable=False),
        pa.field("day", pa.int32(), nullable=False),  # UTC day of its drive's first frame
        pa.field("sectors", pa.uint8(), nullable=False),  # bit i: a frame looked into sector i
        pa.field("best_grade", pa.uint16(), nullable=False),
        pa.field("grade_sum", pa.uint32(), nullable=False),
        pa.field("frames", pa.uint16(), nullable=False),
    ]
)

_FULL_CIRCLE_CDEG = 36_000

Columns = Mapping[str, NDArray[Any]]
"""Columns of PASSES but cell and day, each of shape (n,)."""

_REDUCERS: Mapping[str, np.ufunc] = {
    "first_ms": np.minimum,
    "last_ms": np.maximum,
    "sectors": np.bitwise_or,
    "best_grade": np.maximum,
    "grade_sum": np.add,
    "frames": np.add,
}
FOLDED = tuple(_REDUCERS)
"""The columns of parts of a pass that are folded."""


def passes_of(judgement: pa.Table) -> pa.Table:
    """The passes of one drive's judgement (quality/judgement.py), by PASSES, sorted by cell."""
    accepted = judgement.filter(pc.equal(judgement["verdict"], Verdict.ACCEPTED.value))
    groups = group_by(accepted["cell"].to_numpy())
    day = np.full(len(groups.keys), day_of(accepted["t_ms"].to_numpy()), np.int64)
    passes: dict[str, NDArray[Any]] = {"cell": groups.keys, "day": day}
    passes |= folded(singles(accepted), groups)
    return pa.table({name: passes[name] for name in PASSES.names}).cast(PASSES)


def singles(frames: pa.Table) -> Columns:
    """Each of n accepted frames (quality/judgement.py) as a pass of its own."""
    t_ms, grade = frames["t_ms"].to_numpy(), frames["grade"].to_numpy()
    return {
        "first_ms": t_ms,
        "last_ms": t_ms,
        "sectors": _sector_bits(frames["heading_cdeg"]),
        "best_grade": grade,
        "grade_sum": grade,
        "frames": np.ones(len(grade), np.uint16),
    }


def folded(parts: Columns, groups: Groups) -> Columns:
    """Parts of passes, or some columns of them, taken together; parts of parts may be, in any
    order."""
    return {name: groups.reduce(_REDUCERS[name], values) for name, values in parts.items()}


def day_of(t_ms: NDArray[np.int64]) -> int:
    """The day of a drive whose accepted frames were taken then, in days since 1970 UTC."""
    return int(t_ms.min()) // DAY_MS if len(t_ms) else 0


def _sector_bits(heading_cdeg: pa.ChunkedArray) -> NDArray[np.uint8]:
    """One bit a frame, none where the heading is not known."""
    bits: NDArray[np.uint8] = _bit_of().take(heading_cdeg.fill_null(0).to_numpy(), mode="wrap")
    if heading_cdeg.null_count:
        bits *= pc.is_valid(heading_cdeg).to_numpy()
    return bits


@cache
def _bit_of() -> NDArray[np.uint8]:
    """Of the kernel's sector of each hundredth of a degree, so that its law stands once."""
    sectors = [heading_sector(cdeg) for cdeg in range(_FULL_CIRCLE_CDEG)]
    return np.left_shift(np.uint8(1), np.array(sectors, np.uint8))
