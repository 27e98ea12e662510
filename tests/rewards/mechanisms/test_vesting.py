"""Vesting: the 17 published tables, and the law that nothing is lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.mechanisms.vesting import VestingSpec, immediate, locked_table, unlocked
from roadcomb.errors import InvalidInput

SOURCE = "filecoin-project/builtin-actors, actors/miner/tests/vesting_add_locked_funds_table.rs"
DELAY_OF_THE_SOURCE, SUM = 10, 100

CASES: list[tuple[tuple[int, int, int, int], int, list[int]]] = [
    ((0, 1, 1, 1), 0, [0, 0, 100, 0]),
    ((0, 2, 1, 1), 0, [0, 0, 50, 50, 0]),
    ((0, 2, 1, 2), 0, [0, 0, 0, 100, 0]),
    ((0, 3, 1, 1), 0, [0, 0, 33, 33, 34, 0]),
    ((0, 3, 1, 2), 0, [0, 0, 0, 66, 0, 34, 0]),
    ((0, 2, 2, 1), 0, [0, 0, 0, 100, 0]),
    ((0, 5, 2, 1), 0, [0, 0, 0, 40, 0, 40, 0, 20, 0]),
    ((1, 5, 2, 1), 0, [0, 0, 0, 0, 40, 0, 40, 0, 20, 0]),
    ((0, 5, 2, 2), 0, [0, 0, 0, 40, 0, 40, 0, 20, 0]),
    ((0, 5, 3, 1), 0, [0, 0, 0, 0, 60, 0, 0, 40, 0]),
    ((0, 5, 3, 2), 0, [0, 0, 0, 0, 0, 80, 0, 20, 0]),
    ((0, 5, 6, 1), 0, [0, 0, 0, 0, 0, 0, 0, 100, 0]),
    ((5, 5, 1, 1), 0, [0, 0, 0, 0, 0, 0, 0, 20, 20, 20, 20, 20, 0]),
    ((0, 10, 2, 2), 0, [0, 0, 0, 20, 0, 20, 0, 20, 0, 20, 0, 20]),
    ((0, 10, 2, 2), 1, [0, 0, 0, 20, 0, 20, 0, 20, 0, 20, 0, 20]),
    ((0, 10, 2, 2), 55, [0, 0, 0, 20, 0, 20, 0, 20, 0, 20, 0, 20]),
    ((0, 10, 1, 5), 0, [0, 0, 0, 0, 0, 0, 50, 0, 0, 0, 0, 50]),
]
"""(delay, period, step, quantum), start of the proving period, what is freed at each epoch."""

specs = st.builds(
    VestingSpec,
    st.integers(0, 50),
    st.integers(1, 400),
    st.integers(1, 60),
    st.integers(1, 30),
)


@pytest.mark.parametrize(("spec", "start", "freed"), CASES)
def test_funds_are_freed_as_in_the_published_table(
    spec: tuple[int, int, int, int], start: int, freed: list[int]
) -> None:
    now = start + DELAY_OF_THE_SOURCE
    parts = locked_table(SUM, now, VestingSpec(*spec), offset=start)
    totals = [unlocked(parts, now + epoch) for epoch in range(len(freed))]
    assert [after - before for before, after in zip([0, *totals], totals, strict=False)] == freed


@given(st.integers(0, 10**24), st.integers(0, 10**6), specs, st.integers(0, 1000))
def test_the_parts_add_up_to_what_was_locked(
    amount: int, now: int, spec: VestingSpec, offset: int
) -> None:
    parts = locked_table(amount, now, spec, offset)
    assert sum(part.amount for part in parts) == amount
    assert all(part.amount > 0 for part in parts)
    assert [part.epoch for part in parts] == sorted({part.epoch for part in parts})


@given(st.integers(0, 10**24), specs)
def test_what_is_free_never_falls(amount: int, spec: VestingSpec) -> None:
    parts = locked_table(amount, 0, spec)
    free = [unlocked(parts, epoch) for epoch in range(0, 600, 7)]
    assert free == sorted(free)
    assert unlocked(parts, 0) == 0


@given(st.integers(0, 10**24))
def test_three_quarters_are_locked_and_the_quarter_takes_the_rest(amount: int) -> None:
    free, locked = immediate(amount, 3, 4)
    assert free + locked == amount
    assert locked == amount * 3 // 4


def test_a_period_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match="period, step and quantum"):
        VestingSpec(0, 0, 1)
