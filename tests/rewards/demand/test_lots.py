"""Lots are shared by the passes of their own cells on their own days, and by no others."""

from collections.abc import Collection

import pyarrow as pa

from rewards.demand.lots import PASSED, Lot, by_cell, passed, row_amount, settled

DAYS = {10: [(1, 5), (2, 5)], 11: [(1, 3), (3, 9)], 12: [(1, 2), (1, 0)]}


def rows_on(day: int) -> pa.Table:
    cells, weights = zip(*DAYS[day], strict=True)
    columns = {"cell": pa.array(cells, pa.uint64()), "weight": pa.array(weights, pa.uint64())}
    return pa.table(columns, PASSED)


def earlier(day: int, cells: Collection[int]) -> pa.Table:
    return passed(rows_on(day), cells)


def test_a_lot_counts_only_its_own_days_and_cells() -> None:
    lots = [Lot(100, (1,), 10, 12), Lot(90, (1, 2), 11, 11), Lot(7, (4,), 10, 12)]
    whole, burst, nobody = settled(lots, 12, rows_on(12), earlier)
    assert nobody is None
    assert whole is not None
    assert burst is not None
    assert (whole.weight, whole.earned) == (10, 100)
    assert (burst.weight, burst.earned) == (3, 90)
    places = by_cell([whole, burst])
    assert row_amount(places, 11, 1, 3) == 30 + 90
    assert row_amount(places, 12, 1, 2) == 20
    assert row_amount(places, 10, 2, 5) == 0


def test_no_lot_asks_for_no_day() -> None:
    assert settled([], 12, rows_on(12), earlier) == []
