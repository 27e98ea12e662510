"""A token's price is what pinned sources agree on, or there is none and demand waits."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.demand.price import Quote, in_usd, median, newest, price_of, quote_of, sign_quote
from roadcomb.canonical import Json
from roadcomb.epochs import end_ms
from roadcomb.errors import InvalidInput, Unauthorised
from tests.rewards.demand.selling import CENT, HOUR_MS, RULE, SOURCES, prices
from tests.rewards.town import DAY, person

END = end_ms(DAY)


def said(*quotes: tuple[int, int]) -> dict[str, Quote]:
    """Quotes of (price, hours before the end of the day), one a source."""
    return {
        key.public: Quote(key.public, price, END - hours * HOUR_MS)
        for key, (price, hours) in zip(SOURCES, quotes, strict=False)
    }


def test_the_price_is_the_median_of_its_sources() -> None:
    assert price_of(said((100, 1), (104, 1), (101, 1)), RULE, DAY) == 101
    assert price_of(said((100, 1), (103, 1)), RULE, DAY) == 101
    assert median([5]) == 5


def test_a_stale_price_does_not_count_and_too_few_are_none() -> None:
    assert price_of(said((100, 37), (100, 36), (100, 36)), RULE, DAY) == 100
    assert price_of(said((100, 37), (100, 37), (100, 36)), RULE, DAY) is None
    assert price_of(said((100, 1)), RULE, DAY) is None
    assert price_of({}, RULE, DAY) is None


def test_one_liar_is_an_outlier_and_moves_nothing() -> None:
    assert price_of(said((100, 1), (102, 1), (10**9, 1)), RULE, DAY) == 101
    assert price_of(said((100, 1), (150, 1)), RULE, DAY) is None


def test_only_pinned_sources_count_and_each_once_with_its_newest() -> None:
    stranger = sign_quote(person("stranger"), 5, END - 1)
    older = sign_quote(SOURCES[0], 7, END - 3 * HOUR_MS)
    bodies = [event.body for event in prices(CENT)]
    kept = newest({}, [*bodies, stranger, older], RULE, DAY)
    assert kept == newest({}, [older, stranger, *reversed(bodies)], RULE, DAY)
    assert set(kept) == set(RULE.sources)
    assert {quote.price for quote in kept.values()} == {CENT}


def test_a_price_from_the_future_blocks_nothing() -> None:
    future = sign_quote(SOURCES[0], 5, END)
    assert newest({}, [future], RULE, DAY) == {}
    unpinned = replace(RULE, sources=RULE.sources[1:])
    kept = newest({}, [event.body for event in prices(CENT)], RULE, DAY)
    assert set(newest(kept, [], unpinned, DAY)) == set(RULE.sources[1:])


def test_a_changed_price_is_not_its_sources() -> None:
    body = sign_quote(SOURCES[0], CENT, END)
    assert quote_of(body).price == CENT
    with pytest.raises(Unauthorised):
        quote_of(body | {"price": "1"})
    wrong: list[dict[str, Json]] = [{"more": 1}, {"at_ms": "now"}]
    wrong += [{"price": text} for text in ("-1", "0", "07", "1.0", "\u0661", "9" * 5_000)]
    for broken in wrong:
        with pytest.raises(InvalidInput):
            quote_of(body | broken)
    assert newest({}, [body | {"price": "1"}, {}], RULE, DAY + 1) == {}


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=9))
def test_a_minority_cannot_move_the_median_outside_of_the_others(honest: list[int]) -> None:
    liars = [10**18] * (len(honest) - 1)
    assert min(honest) <= median([*honest, *liars]) <= max(honest)


def test_a_price_reads_as_dollars() -> None:
    assert in_usd(750_000) == "0.00750000"
