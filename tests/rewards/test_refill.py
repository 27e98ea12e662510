"""The refill law: share of a full reward = min(1, (n - last paid) / 7), fixed at the start of n."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.refill import NEVER_PAID, Refill, refill_from_bytes
from roadcomb.errors import IntegrityError

CELL = np.array([42], np.uint64)
history = st.lists(
    st.tuples(st.integers(0, 50), st.lists(st.integers(1, 2**64 - 1), max_size=6)), max_size=8
).map(lambda days: sorted(days, key=lambda day: day[0]))


def replay(days: list[tuple[int, list[int]]]) -> Refill:
    record = NEVER_PAID
    for epoch, cells in days:
        record = record.paid(np.array(cells, np.uint64), epoch)
    return record


def test_a_cell_that_was_never_paid_has_its_full_reward() -> None:
    assert NEVER_PAID.days(CELL, 100, 7).tolist() == [7]


@pytest.mark.parametrize(("later", "days"), [(1, 1), (2, 2), (6, 6), (7, 7), (8, 7), (400, 7)])
def test_a_second_pass_within_the_refill_time_earns_less(later: int, days: int) -> None:
    record = NEVER_PAID.paid(CELL, 100)
    assert record.days(CELL, 100 + later, 7).tolist() == [days]


@given(history, st.lists(st.integers(1, 2**64 - 1), max_size=6))
def test_the_record_remembers_the_newest_payment_of_each_cell(
    days: list[tuple[int, list[int]]], asked: list[int]
) -> None:
    last = {cell: epoch for epoch, cells in days for cell in cells}
    record, every = replay(days), sorted({*asked, *last})
    expected = [min(7, 51 - last[cell]) if cell in last else 7 for cell in every]
    assert record.days(np.array(every, np.uint64), 51, 7).tolist() == expected


@given(history)
def test_the_record_survives_its_bytes_and_does_not_depend_on_the_order_within_a_day(
    days: list[tuple[int, list[int]]],
) -> None:
    record = replay(days)
    assert refill_from_bytes(record.to_bytes()).to_bytes() == record.to_bytes()
    assert replay([(epoch, cells[::-1] * 2) for epoch, cells in days]).digest == record.digest


def test_a_damaged_record_is_refused() -> None:
    data = NEVER_PAID.paid(CELL, 3).to_bytes()
    for damaged in (data[:-1], data + b"x", b"x" + data, b""):
        with pytest.raises(IntegrityError, match="refill"):
            refill_from_bytes(damaged)
