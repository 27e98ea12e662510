"""Refill: how many days of reward a cell has gathered since it was last paid.

The law: a cell never paid, or paid `days` epochs ago or earlier, has its full reward; one paid k
epochs ago has the share of it that the policy's curve gives for k of `days`: k / days on a line. It
is fixed at the start of the epoch, so the order of arrival within a day does not matter. A drive
that was held and is released takes the refill that its cells had when it was first judged, as if
nobody had doubted it, and uses up that one: its cells count as paid since then.

The record of paid cells is one canonical byte string: a tag, the count, cells and epochs as
little-endian integers; its SHA-256 is refill(n) in the manifest.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from roadcomb.canonical import digest_of_bytes
from roadcomb.cells import Cells
from roadcomb.errors import IntegrityError
from tiles.groups import group_by

__all__ = ["CURVES", "NEVER_PAID", "Curve", "Refill", "refill_from_bytes"]

Curve = Callable[[NDArray[np.int64], int, int], NDArray[np.int64]]
"""(days gathered, shape (n,); days to full; worth of a full cell) -> worth of each cell, (n,)."""


def _line(days: NDArray[np.int64], full: int, whole: int) -> NDArray[np.int64]:
    return whole // full * days


def _square(days: NDArray[np.int64], full: int, whole: int) -> NDArray[np.int64]:
    """Slow at first: going back early pays little."""
    return whole // full * days * days // full


def _step(days: NDArray[np.int64], full: int, whole: int) -> NDArray[np.int64]:
    """Nothing before it is full."""
    return np.where(days >= full, whole, 0)


CURVES: Mapping[str, Curve] = {"linear": _line, "square": _square, "step": _step}
"""By their names in a policy; each rises to the whole at `full` days, which `whole` divides by."""

_TAG = b"roadcomb refill v1\0"
_COUNT_BYTES = 8
_ENTRY_BYTES = 12


@dataclass(frozen=True, slots=True)
class Refill:
    """cells (n,) uint64, distinct and rising; epochs (n,) int32, when each was last paid."""

    cells: Cells
    epochs: NDArray[np.int32]

    def days(self, cells: Cells, epoch: int, full: int) -> NDArray[np.uint16]:
        """Days of reward, 1..full, that each of n cells has at the start of `epoch`; shape (n,)."""
        if not len(self.cells):
            return np.full(len(cells), full, np.uint16)
        at = np.minimum(np.searchsorted(self.cells, cells), len(self.cells) - 1)
        gathered = np.clip(epoch - self.epochs, 0, full).astype(np.uint16)
        return np.where(self.cells[at] == cells, gathered[at], np.uint16(full))

    def paid(self, cells: Cells, epoch: int) -> "Refill":
        """The record after `cells` (any order, repeats harmless) were paid in `epoch`; a cell that
        was paid later than that stays as it is."""
        newly = group_by(cells.astype(np.uint64)).keys
        newly = np.setdiff1d(newly, self.cells[self.epochs > epoch], assume_unique=True)
        keep = ~np.isin(self.cells, newly, assume_unique=True)
        every = np.concatenate((self.cells[keep], newly))
        when = np.concatenate((self.epochs[keep], np.full(len(newly), epoch, np.int32)))
        order = np.argsort(every)
        return Refill(every[order], when[order])

    def to_bytes(self) -> bytes:
        """The canonical byte string (see the module's law)."""
        count = len(self.cells).to_bytes(_COUNT_BYTES, "little")
        cells, epochs = self.cells.astype("<u8"), self.epochs.astype("<i4")
        return b"".join((_TAG, count, cells.tobytes(), epochs.tobytes()))

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical bytes."""
        return digest_of_bytes(self.to_bytes())


NEVER_PAID = Refill(np.zeros(0, np.uint64), np.zeros(0, np.int32))
"""The record before the first epoch."""


def refill_from_bytes(data: bytes) -> Refill:
    """The record of its canonical bytes. Raises IntegrityError for others."""
    start = len(_TAG) + _COUNT_BYTES
    count = int.from_bytes(data[len(_TAG) : start], "little")
    if not data.startswith(_TAG) or len(data) != start + count * _ENTRY_BYTES:
        raise IntegrityError("the refill record is damaged: restore the blob store")
    cells = np.frombuffer(data, "<u8", count, start).astype(np.uint64)
    return Refill(cells, np.frombuffer(data, "<i4", count, start + 8 * count).astype(np.int32))
