"""Weights against the formula in Python's own integers, and beyond 64 bits."""

from fractions import Fraction

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rewards.weights import FULL_GRADE, WEIGHT_PER_DAY, weigh
from tiles.fold import ROWS

passes = st.lists(
    st.tuples(
        st.integers(1, 3),  # cell
        st.integers(0, 2),  # visit
        st.integers(0, 1000),  # best grade
        st.integers(0, 2**32 - 1),  # grade sum
    ),
    max_size=12,
).map(sorted)


def rows_of(listed: list[tuple[int, int, int, int]]) -> pa.Table:
    cell, visit, best, total = (list(column) for column in zip(*listed, strict=True))
    count = len(listed)
    columns = {
        "cell": cell,
        "day": [0] * count,
        "sectors": [0] * count,
        "best_grade": best,
        "grade_sum": total,
        "frames": [1] * count,
        "sketch": [0] * count,
        "visit": visit,
        "commitment": [bytes(32)] * count,
    }
    return pa.table(columns).cast(ROWS)


def weighed(
    listed: list[tuple[int, int, int, int]], days: int, minimum: int = 1
) -> NDArray[np.uint64]:
    """Weights of rows whose cells have some days of refill on a straight curve."""
    rows = rows_of(listed)
    worth = np.full(len(rows), days * WEIGHT_PER_DAY, np.int64)
    return weigh(rows, worth, rows["best_grade"].to_numpy() >= minimum)


def by_the_formula(listed: list[tuple[int, int, int, int]], days: int, minimum: int) -> list[int]:
    paid = [row for row in listed if row[2] >= minimum]
    best: dict[tuple[int, int], int] = {}
    total: dict[tuple[int, int], int] = {}
    for cell, visit, grade, grade_sum in paid:
        best[cell, visit] = max(grade, best.get((cell, visit), 0))
        total[cell, visit] = grade_sum + total.get((cell, visit), 0)
    weights = []
    for cell, visit, grade, grade_sum in listed:
        if grade < minimum:
            weights.append(0)
            continue
        bests = [value for (of, _), value in best.items() if of == cell]
        of_visit = Fraction(max(bests), FULL_GRADE) * Fraction(best[cell, visit], sum(bests))
        part = of_visit * Fraction(grade_sum, total[cell, visit])
        weights.append(int(days * WEIGHT_PER_DAY * part))
    return weights


@given(passes.filter(bool), st.integers(1, 3650), st.sampled_from([1, 100]))
def test_weights_are_the_formula_exactly_even_where_64_bits_would_overflow(
    listed: list[tuple[int, int, int, int]], days: int, minimum: int
) -> None:
    listed = [(cell, visit, best, max(best, total)) for cell, visit, best, total in listed]
    found = weighed(listed, days, minimum)
    assert found.tolist() == by_the_formula(listed, days, minimum)


@given(passes.filter(bool))
def test_a_cell_weighs_its_refill_times_its_best_grade_but_for_dust(
    listed: list[tuple[int, int, int, int]],
) -> None:
    """The best grade that anybody brought from it; dust: under 1 a row."""
    listed = [(cell, visit, best, max(best, total)) for cell, visit, best, total in listed]
    found = weighed(listed, days=3)
    for cell in {row[0] for row in listed}:
        mine = [int(w) for w, row in zip(found, listed, strict=True) if row[0] == cell]
        bests: dict[int, int] = {}
        for of, visit, grade, _ in listed:
            if of == cell:
                bests[visit] = max(grade, bests.get(visit, 0))
        best = Fraction(max(bests.values(), default=0))
        whole = 3 * WEIGHT_PER_DAY * best / FULL_GRADE
        assert whole - len(mine) < sum(mine) <= whole <= 3 * WEIGHT_PER_DAY or not any(mine)
        assert any(mine) == any(bests.values())


@given(st.integers(1, 1000), st.integers(1, 20), st.integers(1, 7))
def test_a_pass_alone_in_a_cell_weighs_its_grades_thousandth_of_the_refill(
    grade: int, frames: int, days: int
) -> None:
    (weight,) = weighed([(1, 0, grade, grade * frames)], days).tolist()
    assert weight * FULL_GRADE == grade * days * WEIGHT_PER_DAY


def test_no_rows_weigh_nothing() -> None:
    assert weigh(ROWS.empty_table(), np.zeros(0, np.int64), np.zeros(0, bool)).tolist() == []
