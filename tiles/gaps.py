"""Where is it worth driving now? Cells near a point that are stale, or beside a seen road and new.

The law: a cell's need grows from 0 on the day it was seen to 1 after `full_days`; a cell that was
never seen needs 1, and is named only beside seen ones: roads go on, open fields do not. Ordered by
need x demand, then by distance, so that the nearest of equals comes first.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from roadcomb.cells import Cells, cell_of, centres, disk
from roadcomb.geo import bearing_deg, distance_m

__all__ = ["Gap", "disk_around", "gaps_near"]

_EDGE_M = 9.4
"""Average edge of a cell of resolution 12; neighbours' middles are its root of 3 apart."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A cell worth driving. need: per mille; last_day: None for never seen."""

    cell: int
    lat_deg: float
    lon_deg: float
    distance_m: float
    bearing_deg: float
    last_day: int | None
    need: int


def _rings(radius_m: float) -> int:
    """Rings of resolution-12 cells that reach so far."""
    return int(radius_m // (_EDGE_M * 3**0.5)) + 1


def gaps_near(
    coverage: pa.Table,
    lat_deg: float,
    lon_deg: float,
    today: int,
    full_days: int,
    demand: Mapping[int, int] | None = None,
) -> list[Gap]:
    """The gaps of COVERAGE around a point, the most needed first.

    coverage: of resolution 12, around the point. demand: times 1000 by cell, 1000 where it names
    none.
    """
    known = coverage["cell"].to_numpy()
    last = dict(zip(known.tolist(), coverage["last_day"].to_pylist(), strict=True))
    wanted = demand or {}
    cells = np.array(sorted({*last, *_beside(known)}), np.uint64)
    need = [_need(last.get(cell), today, full_days) for cell in cells.tolist()]
    found = [
        _gap(cell, where, (lat_deg, lon_deg), last.get(cell), needed)
        for cell, where, needed in zip(cells.tolist(), _middles(cells), need, strict=True)
        if needed
    ]
    return sorted(
        found, key=lambda gap: (-gap.need * wanted.get(gap.cell, 1000), gap.distance_m, gap.cell)
    )


def _need(last_day: int | None, today: int, full_days: int) -> int:
    if last_day is None:
        return 1000
    return 1000 * min(max(0, today - last_day), full_days) // full_days


def _beside(known: Cells) -> set[int]:
    """Cells that were never seen and touch one that was."""
    return {near for cell in known.tolist() for near in disk(cell, 1)} - set(known.tolist())


def _middles(cells: Cells) -> list[tuple[float, float]]:
    lat, lon = centres(cells)
    middles: NDArray[np.float64] = np.column_stack((lat, lon))
    return [(float(one), float(other)) for one, other in middles]


def _gap(
    cell: int,
    where: tuple[float, float],
    here: tuple[float, float],
    last_day: int | None,
    need: int,
) -> Gap:
    away, bearing = distance_m(*here, *where), bearing_deg(*here, *where)
    return Gap(cell, *where, away, bearing, last_day, need)


def disk_around(lat_deg: float, lon_deg: float, radius_m: float) -> list[int]:
    """Resolution-12 cells whose rings around the point's cell reach `radius_m`."""
    return disk(cell_of(lat_deg, lon_deg), _rings(radius_m))
