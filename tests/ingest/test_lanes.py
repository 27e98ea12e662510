"""Work in lanes is ordered, bounded, and ends at the first error."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.lanes import in_lanes


@given(st.lists(st.integers(), max_size=50), st.integers(1, 5))
def test_every_item_is_worked_on_once_and_comes_back_in_order(items: list[int], lanes: int) -> None:
    assert list(in_lanes(lambda n: n * 2, items, lanes)) == [(n, n * 2) for n in items]


def test_no_more_items_are_taken_than_there_are_hands_for() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for n in range(100):
            taken.append(n)
            yield n

    for done, _ in enumerate(in_lanes(lambda n: n, items(), 3)):
        assert len(taken) <= done + 2 * 3 + 1


def test_lanes_work_at_the_same_time() -> None:
    together = threading.Barrier(4, timeout=30)
    done = [item for item, _ in in_lanes(lambda n: together.wait(), range(8), 4)]
    assert done == list(range(8))


def test_after_an_error_nothing_more_is_begun_and_what_was_begun_is_done() -> None:
    begun: list[int] = []

    def work(n: int) -> int:
        begun.append(n)
        if n == 5:
            raise ValueError(n)
        return n

    before = threading.active_count()
    with pytest.raises(ValueError, match="5"):
        list(in_lanes(work, range(1000), 2))
    assert max(begun) <= 5 + 4
    assert threading.active_count() <= before
