"""Lots: amounts that passes of some cells on some days share by their weights; pure.

The law: a pass earns floor(amount x its weight / weights of all passes that share the lot), so all
of them together never earn more than the amount, in whatever order they come; who cuts a pass in
two earns nothing more.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["PASSED", "EarlierRows", "Lot", "Settled", "by_cell", "passed", "row_amount", "settled"]

PASSED = pa.schema([pa.field("cell", pa.uint64()), pa.field("weight", pa.uint64())])
"""What is asked of published rows."""

EarlierRows = Callable[[int, Collection[int]], pa.Table]
"""PASSED of the passes of an earlier epoch in some cells; none where there is no such epoch."""


@dataclass(frozen=True, slots=True)
class Lot:
    """Base units for the passes of some cells in the epochs first..last."""

    amount: int
    cells: tuple[int, ...]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Settled:
    """A lot that somebody passed. weight: of all passes that share it; earned: by them together."""

    lot: Lot
    weight: int
    earned: int

    def part(self, weight: int) -> int:
        """Base units of a pass of this weight."""
        return self.lot.amount * weight // self.weight


def passed(rows: pa.Table, cells: Collection[int], more: tuple[str, ...] = ()) -> pa.Table:
    """PASSED and `more` columns: the paid ones of some rows (BOOK_ROWS) that lie in some cells."""
    wanted = pa.array(sorted(cells), pa.uint64())
    inside = rows.select([*PASSED.names, *more]).filter(pc.is_in(rows["cell"], value_set=wanted))
    return inside.filter(pc.greater(inside["weight"], 0))


def settled(
    lots: Sequence[Lot], epoch: int, rows: pa.Table, earlier: EarlierRows
) -> list[Settled | None]:
    """Each lot, or None where nobody passed it; rows: BOOK_ROWS of the epoch itself."""
    weights: list[list[int]] = [[] for _ in lots]
    places: dict[int, list[int]] = {}
    for at, lot in enumerate(lots):
        for cell in lot.cells:
            places.setdefault(cell, []).append(at)
    for day in range(max(0, min((lot.first for lot in lots), default=epoch + 1)), epoch + 1):
        for row in (passed(rows, places) if day == epoch else earlier(day, places)).to_pylist():
            for at in places[row["cell"]]:
                if lots[at].first <= day <= lots[at].last:
                    weights[at].append(row["weight"])
    return [_settled(lot, shared) for lot, shared in zip(lots, weights, strict=True)]


def by_cell(found: Iterable[Settled]) -> dict[int, list[Settled]]:
    """The lots that each cell has a part of."""
    places: dict[int, list[Settled]] = {}
    for each in found:
        for cell in each.lot.cells:
            places.setdefault(cell, []).append(each)
    return places


def row_amount(places: Mapping[int, Sequence[Settled]], day: int, cell: int, weight: int) -> int:
    """What a pass of this weight earns of all lots, by the epoch that it came in with."""
    shared = (each for each in places[cell] if each.lot.first <= day <= each.lot.last)
    return sum(each.part(weight) for each in shared)


def _settled(lot: Lot, weights: Sequence[int]) -> Settled | None:
    if not weights:
        return None
    whole = sum(weights)
    return Settled(lot, whole, sum(lot.amount * weight // whole for weight in weights))
