"""Credits come from burns alone, open a cell once a week, and spend what was burnt for them."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.demand.credit import Credit
from rewards.demand.market import Market, trade
from rewards.events import Event
from tests.rewards.demand.selling import CENT, RULE, TOKEN, burn, opening, openings, prices
from tests.rewards.town import CELLS, DAY

MAPS, OTHER = "maps", "other"
events_of_a_night = st.lists(
    st.one_of(
        st.builds(
            burn, st.sampled_from([MAPS, OTHER]), st.integers(1, 20), st.integers(100, 10**6)
        ),
        st.builds(opening, st.sampled_from([MAPS, OTHER]), st.integers(0, len(CELLS) - 1)),
    ),
    max_size=40,
)


def bought(tokens: int, price: int) -> Credit:
    spent = trade(RULE, DAY, [*prices(price), burn(MAPS, tokens)], Market())
    return spent.market.credits[MAPS]


def test_hivemappers_published_examples_come_out() -> None:
    """1,000 credits of $0.0075 are 750 tokens at $0.01 and 375 at $0.02 (burn-and-mint page)."""
    assert bought(750, CENT) == Credit(1000, 750 * TOKEN)
    assert bought(375, 2 * CENT) == Credit(1000, 375 * TOKEN)
    assert bought(374, 2 * CENT).credits == 997


def test_without_a_price_burns_and_openings_wait_and_nothing_is_lost() -> None:
    night = [burn(MAPS, 3), *openings(MAPS, [0, 1])]
    waiting = trade(RULE, DAY, night, Market())
    assert (waiting.price, waiting.spent, waiting.burnt) == (None, {}, 3 * TOKEN)
    assert waiting.market.burns == {MAPS: 3 * TOKEN}
    assert len(waiting.market.waiting) == 2
    later = trade(RULE, DAY + 1, prices(CENT, DAY + 1), waiting.market)
    at_once = trade(RULE, DAY, [*prices(CENT), *night], Market())
    assert later.spent == at_once.spent
    assert later.market.credits == at_once.market.credits
    assert later.burnt == 0


def test_a_cell_is_counted_once_for_a_customer_and_a_week() -> None:
    night = [*prices(CENT), burn(MAPS, 75), *openings(MAPS, [0, 0, 1])]
    first = trade(RULE, DAY, night, Market())
    assert len(first.spent) == 2
    again = trade(RULE, DAY + 1, [*prices(CENT, DAY + 1), *openings(MAPS, [0, 1])], first.market)
    assert again.spent == {}
    assert again.market.credits == first.market.credits
    weeks = trade(RULE, DAY + 7, openings(MAPS, [0], DAY + 7) + prices(CENT, DAY + 7), again.market)
    assert len(weeks.spent) == 1


def test_an_opening_of_a_week_long_ago_counts_for_nothing() -> None:
    night = [*prices(CENT), burn(MAPS, 75), opening(MAPS, 0, DAY - 14), opening(MAPS, 0, DAY + 7)]
    assert trade(RULE, DAY, night, Market()).spent == {}


def test_what_is_opened_without_a_credit_is_refused() -> None:
    none = trade(RULE, DAY, [*prices(CENT), *openings(MAPS, [0])], Market())
    assert (none.spent, len(none.refused)) == ({}, 1)
    few = trade(RULE, DAY, [*prices(CENT), burn(MAPS, 1), *openings(MAPS, [0, 1, 2])], Market())
    assert (len(few.spent), len(few.refused), few.market.credits) == (1, 2, {})


def test_the_last_credit_spends_the_last_base_unit() -> None:
    market = trade(RULE, DAY, [*prices(CENT), burn(MAPS, 7)], Market()).market
    had, spent = market.credits[MAPS], 0
    for cell in range(had.credits):
        night = trade(RULE, DAY, [*prices(CENT), opening(MAPS, cell)], market)
        spent, market = spent + sum(night.spent.values()), night.market
    assert (spent, market.credits) == (7 * TOKEN, {})


def test_what_is_no_burn_and_no_opening_counts_for_nothing() -> None:
    bodies = [
        Event(1, "burn", {"customer": MAPS, "amount": "-5", "transaction": "a"}),
        Event(2, "burn", {"customer": MAPS, "amount": 5, "transaction": "a"}),
        Event(3, "burn", {"amount": "5"}),
        Event(4, "opening", {"customer": MAPS, "cell": "nowhere", "week": 1}),
        Event(5, "opening", {"customer": MAPS}),
        Event(6, "noted", {"customer": MAPS, "amount": "5", "transaction": "a"}),
    ]
    found = trade(RULE, DAY, [*prices(CENT), *bodies], Market())
    assert (found.burnt, found.spent, found.market.credits) == (0, {}, {})


def test_a_policy_without_demand_keeps_what_was_burnt() -> None:
    night = trade(None, DAY, [burn(MAPS, 5), *prices(CENT)], Market())
    assert (night.burnt, night.price, night.market.quotes) == (5 * TOKEN, None, {})
    assert trade(RULE, DAY, prices(CENT), night.market).market.credits[MAPS].credits == 6


@settings(max_examples=60)
@given(events_of_a_night, st.randoms(use_true_random=False))
def test_the_order_of_a_night_changes_nothing_and_no_credit_is_without_its_burn(
    events: list[Event], random: Random
) -> None:
    night = [*prices(CENT), *events]
    found = trade(RULE, DAY, night, Market())
    shuffled = night[:]
    random.shuffle(shuffled)
    assert trade(RULE, DAY, shuffled, Market()) == found
    left = sum(credit.burnt for credit in found.market.credits.values())
    assert left + sum(found.spent.values()) == found.burnt
    opened = len(found.spent) + sum(one.credits for one in found.market.credits.values())
    assert opened * RULE.credit * TOKEN <= found.burnt * CENT
