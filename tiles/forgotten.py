"""What the map forgets: cells of a published snapshot that deleted drives had passed.

The law: the books' snapshot never changes, but what is drawn is the fold of the drives that are
still there. A cell whose passes in the snapshot are more than those of the remaining counted drives
was passed by a deleted one: it is hidden at every resolution and drawn from the remaining passes
anew, so nothing about deleted drives has to be remembered.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from roadcomb.cells import PAID_RESOLUTION, Cells, parents, resolution
from tiles.fold import COVERAGE, coarsen, merge
from tiles.snapshot import Snapshot

__all__ = ["Remaining", "remaining"]


class Remaining(Snapshot):
    """A snapshot without some cells and what they held; everything else is read as it is."""

    def __init__(self, whole: Snapshot, hidden: Mapping[int, Cells], tag: str) -> None:
        super().__init__(tag, {})
        self._whole = whole
        self._hidden = hidden

    def table(self, res: int) -> pa.Table:
        """As in a snapshot."""
        return self._shown(self._whole.table(res), res)

    def slice(self, cell: int, res: int) -> pa.Table:
        """As in a snapshot."""
        return self._shown(self._whole.slice(cell, res), res)

    def under(self, cells: tuple[int, ...], res: int) -> pa.Table:
        """As in a snapshot."""
        return self._shown(self._whole.under(cells, res), res)

    def get(self, cell: int) -> pa.Table:
        """As in a snapshot."""
        return self.slice(cell, resolution(cell))

    def count(self, res: int) -> int:
        """As in a snapshot."""
        return self._whole.count(res) - len(self._hidden[res])

    def _shown(self, table: pa.Table, res: int) -> pa.Table:
        hidden = np.isin(table["cell"].to_numpy(), self._hidden[res])
        return table.filter(pa.array(~hidden)) if hidden.any() else table


def remaining(whole: Snapshot, counted: pa.Table) -> tuple[Snapshot, tuple[pa.Table, ...]]:
    """The snapshot without what is forgotten, and COVERAGE by resolution to draw in its place.

    counted: COVERAGE of the drives that are in the snapshot and still there.
    """
    cells = _forgotten(whole.table(PAID_RESOLUTION), counted)
    if not len(cells):
        return whole, ()
    hidden, drawn = {PAID_RESOLUTION: cells}, [_rows_of(counted, cells)]
    for res in range(PAID_RESOLUTION - 1, -1, -1):
        finer = hidden[res + 1]
        hidden[res] = np.unique(parents(finer, res))
        drawn.append(_redrawn(whole, hidden[res], finer, drawn[-1], res))
    tag = f"{whole.digest[:20]}-{len(cells)}"
    return Remaining(whole, hidden, tag), tuple(reversed(drawn))


def _forgotten(whole: pa.Table, counted: pa.Table) -> Cells:
    """Cells in which the snapshot has more passes than the remaining drives."""
    cells: Cells = whole["cell"].to_numpy()
    known = counted["cell"].to_numpy()
    left = np.zeros(len(cells), np.int64)
    if len(known):
        at = np.minimum(np.searchsorted(known, cells), len(known) - 1)
        left = np.where(known[at] == cells, counted["passes"].to_numpy()[at], 0)
    more: Cells = cells[whole["passes"].to_numpy() > left]
    return more


def _redrawn(whole: Snapshot, hidden: Cells, finer: Cells, drawn: pa.Table, res: int) -> pa.Table:
    """COVERAGE of the hidden cells of a resolution, out of their shown and redrawn children."""
    parts = [drawn]
    for cell in hidden.tolist():
        children = whole.slice(cell, res + 1)
        gone = np.isin(children["cell"].to_numpy(), finer)
        parts.append(children.filter(pa.array(~gone)))
    return coarsen(merge(parts), res)


def _rows_of(coverage: pa.Table, cells: Cells) -> pa.Table:
    wanted = np.isin(coverage["cell"].to_numpy(), cells)
    return coverage.filter(pa.array(wanted)).cast(COVERAGE)
