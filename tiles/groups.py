"""Rows grouped by a 64-bit key and reduced by a ufunc, without a loop over the rows; pure."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Groups", "group_by"]


@dataclass(frozen=True, slots=True)
class Groups:
    """`keys` (g,) distinct; `order` (n,) sorts the rows, None: they lie in runs as they
    are; `starts` (g,) of each run."""

    keys: NDArray[np.uint64]
    order: NDArray[np.intp] | None
    starts: NDArray[np.intp]

    def reduce(self, ufunc: np.ufunc, values: NDArray[Any]) -> NDArray[Any]:
        """One value a group, shape (g,); sums are made in 64 bits."""
        dtype = np.uint64 if ufunc is np.add else values.dtype
        if not len(self.keys):
            return np.zeros(0, dtype)
        ordered = values if self.order is None else values[self.order]
        reduced: NDArray[Any] = ufunc.reduceat(ordered, self.starts, dtype=dtype)
        return reduced


def group_by(keys: NDArray[np.uint64]) -> Groups:
    """Groups of n rows by their keys, shape (n,); what lies in order already is not sorted."""
    order = None if (keys[1:] >= keys[:-1]).all() else np.argsort(keys)
    ordered = keys if order is None else keys[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))[: len(keys)]
    return Groups(ordered[starts], order, starts)
