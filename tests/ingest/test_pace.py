"""The rate limit, by an injected clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.pace import Pace, parse_rate
from roadcomb.errors import UsageError


class Clock:
    """Time that passes by sleeping alone."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@given(st.integers(1, 10**6), st.lists(st.integers(0, 50_000), min_size=1, max_size=8))
def test_what_leaves_is_never_faster_than_the_rate_and_one_chunk(
    rate: int, sizes: list[int]
) -> None:
    pace, clock, gone = Pace(rate), Clock(), 0
    for size in sizes:
        sent = b""
        for chunk in pace.paced([bytes(size)], lambda: clock.now, clock.sleep):
            sent += chunk
            gone += len(chunk)
            assert gone <= rate * clock.now + pace.chunk_bytes + 1e-3
            if len(sent) > 40 * pace.chunk_bytes:
                break


def test_an_idle_line_saves_up_nothing() -> None:
    pace = Pace(1000)
    assert pace.wait_s(1000, now_s=0) == 0
    assert pace.wait_s(1000, now_s=100) == 0
    assert pace.wait_s(1000, now_s=100) == 1


@pytest.mark.parametrize(("text", "rate"), [("800000", 8e5), ("800k", 8e5), ("1.5M", 1.5e6)])
def test_rates_are_read_with_their_unit(text: str, rate: float) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "k", "fast", "-5", "0", "nan", "inf", "1e400", "5 bytes"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_rate(text)
