"""Do opened rows earn what demand.json says of their accounts? By published files and salts alone.

The law: an account is paid for opened cells at least what its rows that can be opened earn; it may
be more, since rows of drives that were deleted afterwards cannot be opened any more. So a node that
keeps something from somebody is found out by them, and by every auditor who is given the salts.
Which rows are whose is checked before (rewards/salts.py).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from rewards.demand.document import payees_in, settled_in
from rewards.demand.lots import PASSED, Settled, by_cell, row_amount
from rewards.differences import Difference
from rewards.folders import epochs_in, read_folder
from rewards.rows import rows_from_parquet
from rewards.salts import Salts

__all__ = ["DemandOpened", "check_demand_opened"]


@dataclass(frozen=True, slots=True)
class DemandOpened:
    """A night that paid for opened cells. rows: opened ones that earned; amount: together."""

    epoch: int
    rows: int
    amount: int


@dataclass(frozen=True, slots=True)
class _Row:
    epoch: int
    cell: int
    weight: int
    account: str


def check_demand_opened(published: Path, salts: Salts) -> Iterator[DemandOpened]:
    """Each night that paid opened rows. Raises Difference where an account got less than they earn.

    The salts must have been checked against the rows.
    """
    rows = [row for epoch in sorted(salts) for row in _opened(published, epoch, salts)]
    for epoch in epochs_in(published):
        folder = read_folder(published, epoch)
        lots = folder.read("demand.json", settled_in)
        payees, sums = folder.read("demand.json", payees_in), _earned(rows, lots)
        for account, amounts in sums.items():
            if sum(amounts) > (paid := payees.get(account, 0)):
                name = folder.name("demand.json")
                raise Difference(name, f"accounts.{account}", sum(amounts), paid)
        if sums:
            counts = [len(amounts) for amounts in sums.values()]
            yield DemandOpened(epoch, sum(counts), sum(map(sum, sums.values())))


def _opened(published: Path, epoch: int, salts: Salts) -> Iterator[_Row]:
    rows = read_folder(published, epoch).read("rows.parquet", rows_from_parquet)
    for drive in salts[epoch]:
        for row in rows.select(PASSED.names).take(pa.array(drive.rows, pa.int64())).to_pylist():
            yield _Row(epoch, row["cell"], row["weight"], drive.owner.account)


def _earned(rows: list[_Row], lots: list[Settled]) -> dict[str, list[int]]:
    """What rows earn of a night's lots, those that earn anything, by account."""
    places, sums = by_cell(lots), defaultdict[str, list[int]](list)
    for row in rows:
        if row.cell in places and (amount := row_amount(places, row.epoch, row.cell, row.weight)):
            sums[row.account].append(amount)
    return sums
