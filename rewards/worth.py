"""Which passes are paid, and what their cells are worth in an epoch; pure.

The law: a pass is paid when its grade and its age allow it; what is too old enters the map and
takes no share from others. A cell is worth what its refill gives, times what its region and its
neighbourhood count where the policy says so; all depend on published rows alone. A cell that was
paid begins to fill again, one that was worth nothing does not.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rewards.mechanisms.density import Limit, scales
from rewards.policy import Policy
from rewards.weights import WEIGHT_PER_DAY, runs_of
from roadcomb.cells import Cells

__all__ = ["paid_rows", "worth_of_cells", "worth_of_days"]


def paid_rows(rows: pa.Table, epoch: int, policy: Policy) -> NDArray[np.bool_]:
    """Whether each of n rows (ROWS) is paid, shape (n,)."""
    paid: NDArray[np.bool_] = rows["best_grade"].to_numpy() >= policy.coverage.minimum_grade
    paid &= rows["day"].to_numpy() >= epoch - policy.coverage.oldest_days
    return paid


def worth_of_days(days: NDArray[np.integer], policy: Policy) -> NDArray[np.int64]:
    """What a cell is worth that has gathered so many days of refill; both of shape (n,)."""
    full = policy.refill.days
    by_days = policy.refill.curve(np.arange(full + 1), full, WEIGHT_PER_DAY * full)
    return by_days.take(days, mode="clip")


def worth_of_cells(
    rows: pa.Table,
    days: NDArray[np.uint16],
    paid: NDArray[np.bool_],
    policy: Policy,
    products: Sequence[int] = (),
) -> NDArray[np.int64]:
    """What the cell of each of n rows is worth, shape (n,); days: its refill, shape (n,).

    products: of the policy's regions in the epoch (rewards/regional.py); of none: empty.
    """
    worth = worth_of_days(days, policy)
    if policy.regional is not None:
        worth = policy.regional.scaled(worth, rows["cell"].to_numpy(), products)
    if policy.density is None or not paid.any():
        return worth
    return _scaled(rows, worth, paid, policy.density)


def _scaled(
    rows: pa.Table,
    worth: NDArray[np.int64],
    paid: NDArray[np.bool_],
    limits: Mapping[int, Limit],
) -> NDArray[np.int64]:
    """A paid visit is what crowds a neighbourhood: two phones in one car are one."""
    cells: Cells = rows["cell"].to_numpy()
    visits = runs_of(cells[paid], rows["visit"].to_numpy()[paid]).starts
    found = scales(cells[paid][visits].tolist(), limits)
    distinct, of_row = np.unique(cells, return_inverse=True)
    whole = [found.get(cell) for cell in distinct.tolist()]
    above = np.array([1 if scale is None else scale.numerator for scale in whole], object)
    below = np.array([1 if scale is None else scale.denominator for scale in whole], object)
    scaled: NDArray[np.int64] = (worth * above[of_row] // below[of_row]).astype(np.int64)
    return scaled
