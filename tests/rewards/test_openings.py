"""Openings: the rows of each drive, in order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rewards.openings import by_number


@given(st.lists(st.integers(0, 5), max_size=40), st.integers(1, 8))
def test_rows_are_listed_by_drive_and_rising_whatever_the_shard(
    drives: list[int], shard: int
) -> None:
    numbers = np.array(drives, np.uint32)
    starts = np.cumsum(np.append(0, np.bincount(numbers, minlength=6)))[:-1]
    expected = np.argsort(numbers, kind="stable").tolist()
    assert by_number(numbers, starts, shard).tolist() == expected
