"""Randomness depends on its key alone."""

from hypothesis import given
from hypothesis import strategies as st

from sample_data.dice import Dice

keys = st.one_of(st.integers(-(2**70), 2**70), st.text(max_size=12))


@given(keys)
def test_the_same_key_gives_the_same_draws(key: int | str) -> None:
    first, second = Dice("a", key), Dice("a", key)
    assert [first.below(1000) for _ in range(8)] == [second.below(1000) for _ in range(8)]


def test_the_stream_is_the_one_the_pictures_in_git_were_drawn_with() -> None:
    dice = Dice("pinned", 1)
    assert [dice.below(1000) for _ in range(5)] == PINNED


def test_neighbouring_keys_share_nothing() -> None:
    draws = [Dice("house", number).below(2**31) for number in range(200)]
    assert len(set(draws)) == 200


@given(st.integers(1, 2**31), keys)
def test_a_draw_stays_below_its_limit(limit: int, key: int | str) -> None:
    assert 0 <= Dice(key).below(limit) < limit


@given(keys)
def test_the_bell_has_no_tail_past_six_sigma(key: int | str) -> None:
    assert abs(Dice(key).bell(2.0)) <= 12.0


def test_the_bell_has_the_sigma_it_is_asked_for() -> None:
    dice = Dice("bell")
    draws = [dice.bell(3.0) for _ in range(4000)]
    assert abs(sum(draws) / 4000) < 0.2
    assert abs(sum(draw * draw for draw in draws) / 4000 - 9.0) < 0.6


PINNED = [75, 198, 58, 929, 978]
