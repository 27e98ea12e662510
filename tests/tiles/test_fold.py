"""The fold: no order and no split of the rows changes the coverage."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadcomb.cells import parents
from tests.tiles.worlds import coverage_at, rows_at, scattered
from tiles.fold import COVERAGE, coarsen, empty, fold, merge
from tiles.snapshot import digest

ROWS = rows_at(scattered(300, spread_deg=0.002), seed=1)
WHOLE = fold(None, ROWS)
SPLITS = st.lists(st.integers(0, len(ROWS)), max_size=6).map(
    lambda cuts: sorted({0, len(ROWS), *cuts})
)
ORDERS = st.permutations(range(len(ROWS)))


def as_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


@given(ORDERS, SPLITS)
def test_any_order_and_any_split_gives_the_same_bytes(order: list[int], cuts: list[int]) -> None:
    rows, coverage = ROWS.take(order), None
    for start, end in pairwise(cuts):
        coverage = fold(coverage, rows.slice(start, end - start))
    assert coverage is not None
    assert as_bytes(coverage) == as_bytes(WHOLE)
    assert digest(coverage) == digest(WHOLE)


@given(ORDERS, SPLITS)
def test_parts_folded_apart_merge_in_any_order(order: list[int], cuts: list[int]) -> None:
    rows = ROWS.take(order)
    pairs = pairwise(cuts)
    parts = [fold(None, rows.slice(start, end - start)) for start, end in pairs]
    assert as_bytes(merge(parts[::-1])) == as_bytes(WHOLE)


@given(st.integers(0, 11), st.integers(0, 12), SPLITS)
def test_coarsening_commutes_with_the_fold_and_with_itself(
    coarse: int, between: int, cuts: list[int]
) -> None:
    wanted = coarsen(WHOLE, coarse)
    pairs = pairwise(cuts)
    parts = [fold(None, ROWS.slice(start, end - start)) for start, end in pairs]
    assert merge([coarsen(part, coarse) for part in parts]).equals(wanted)
    assert coarsen(coarsen(WHOLE, max(between, coarse)), coarse).equals(wanted)


@given(st.integers(0, 12))
def test_passes_frames_and_grades_are_conserved_at_every_resolution(res: int) -> None:
    coverage = coarsen(WHOLE, res)
    assert sum(coverage["passes"].to_pylist()) == len(ROWS)
    for name in ("frames", "grade_sum"):
        assert sum(coverage[name].to_pylist()) == sum(ROWS[name].to_pylist())


def test_each_cell_says_what_its_rows_say() -> None:
    cells = ROWS["cell"].to_numpy()
    for known in WHOLE.to_pylist():
        rows = ROWS.filter(cells == known["cell"]).to_pylist()
        assert known["passes"] == len(rows)
        assert known["first_day"] == min(row["day"] for row in rows)
        assert known["last_day"] == max(row["day"] for row in rows)
        assert known["best_grade"] == max(row["best_grade"] for row in rows)
        assert known["sectors"] == np.bitwise_or.reduce([row["sectors"] for row in rows])
        assert known["contributors"] == sum({1 << row["sketch"] for row in rows})


def test_a_coarse_cell_is_the_parent_of_its_cells() -> None:
    coarse = coarsen(WHOLE, 9)["cell"].to_numpy()
    assert set(coarse) == set(parents(WHOLE["cell"].to_numpy(), 9))
    assert np.all(coarse[1:] > coarse[:-1])


def test_nothing_folded_is_nothing() -> None:
    assert fold(None, ROWS.slice(0, 0)).equals(empty())
    assert fold(WHOLE, ROWS.slice(0, 0)).equals(WHOLE)
    assert merge([]).schema.equals(COVERAGE)


def test_a_count_that_outgrows_its_column_is_refused_and_never_wraps() -> None:
    one = coverage_at(scattered(1))
    full = one.set_column(1, COVERAGE.field("passes"), pa.array([2**32 - 1], pa.uint32()))
    with pytest.raises(pa.ArrowInvalid):
        merge([full, one])
