"""What is known of an area: COVERAGE of the cells in it, found from coarse to fine; pure.

The law: the answer is every known cell of the resolution whose middle is in the area. Cells that
reach the area are followed down; a margin of a cell's width covers children that spill over their
parent's edge, so none is missed.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from roadcomb.cells import Cells, centres
from tiles.areas import Area, Box
from tiles.state import MapState

__all__ = ["coverage_in"]

_WIDTH_DEG = 20.0
"""No cell of resolution 0 reaches further from its middle, nor do its descendants, in degrees of
latitude; each finer resolution's reach is smaller by the square root of 7."""
_ENOUGH = 256
"""So many cells are followed one by one; of more, the finest resolution is looked through."""


def coverage_in(state: MapState, area: Area, res: int) -> pa.Table:
    """COVERAGE of the cells of a resolution in an area, sorted by cell."""
    if area.cell is not None:
        return state.under((area.cell,), res)
    found = state.table(0)
    for step in range(res + 1):
        cells = found["cell"].to_numpy()
        near = _near(cells, area.boxes, step)
        if step == res:
            break
        kept = tuple(cells[near].tolist())
        if not kept:
            return found.slice(0, 0)
        deeper = res if len(kept) > _ENOUGH else step + 1
        found = state.under(kept, deeper)
        if deeper == res:
            break
    inside = area.holds(found["cell"].to_numpy())
    return found.filter(pa.array(inside))


def _near(cells: Cells, boxes: tuple[Box, ...], res: int) -> NDArray[np.bool_]:
    """Which cells may hold a middle that is in one of the boxes."""
    lat, lon = centres(cells)
    reach = _WIDTH_DEG * 7 ** (-res / 2)
    wide = reach / np.maximum(np.cos(np.radians(np.minimum(np.abs(lat) + reach, 89.9))), 1e-3)
    near = np.zeros(len(cells), bool)
    for west, south, east, north in boxes:
        from_middle = np.abs((lon - (west + east) / 2 + 180) % 360 - 180)
        near |= (
            (from_middle <= (east - west) / 2 + wide)
            & (lat >= south - reach)
            & (lat <= north + reach)
        )
    return near
