"""What a pass would earn in USD, with the spread of a month; and which cells customers want."""

import numpy as np

from rewards.demand.market import Opening
from rewards.demand.wanted import customers_at, wanted
from rewards.emission import Rate
from rewards.nightly import nightly
from rewards.prospect import Market, Prospect, Usd, prospect_of, usd_answer
from rewards.refill import NEVER_PAID
from rewards.tokens import BASE_UNITS
from roadcomb.node import Node
from tests.rewards.demand.selling import CENT, burn, openings, prices
from tests.rewards.demand.test_nights import MAPS, STREET, policy_of, tell
from tests.rewards.town import CELLS, DAY, add_drive, person, set_day

CELL = np.array([CELLS[30]], np.uint64)


def test_it_is_todays_rate_at_todays_price_between_the_months_least_and_most() -> None:
    policy = policy_of()
    full = policy.refill.days * 1_000_000
    token, half = Rate(BASE_UNITS, full, True), Rate(BASE_UNITS, 2 * full, False)
    markets = (Market(half, CENT), Market(token, 5 * CENT), Market(token, 2 * CENT))
    prospect = Prospect(DAY, policy, NEVER_PAID, token, markets)
    assert prospect.amounts(CELL, DAY) == [BASE_UNITS]
    assert prospect.in_usd(CELL, DAY) == [Usd(2 * CENT, CENT // 2, 5 * CENT)]
    assert usd_answer(Usd(2 * CENT, CENT // 2, 5 * CENT)) == {
        "now": "0.02000000",
        "least": "0.00500000",
        "most": "0.05000000",
    }
    assert Prospect(DAY, policy, NEVER_PAID, token).in_usd(CELL, DAY) == [None]


def test_the_books_give_price_spread_and_what_customers_want(node: Node) -> None:
    add_drive(node, person("alice"), STREET)
    for epoch, price in ((DAY, CENT), (DAY + 1, 3 * CENT)):
        events = [*prices(price, epoch), burn(MAPS, 75), *openings(MAPS, [0, epoch - DAY], epoch)]
        tell(node, events, epoch)
        set_day(node, epoch + 1)
        nightly(node, policy_of())
    prospect = prospect_of(node)
    [usd] = prospect.in_usd(CELL, DAY + 2)
    assert usd is not None
    assert 0 < usd.least * 3 < usd.now == usd.most
    assert prospect.demand == {CELLS[0]: 2000, CELLS[1]: 2000}
    assert prospect_of(node) is prospect


def test_each_customer_who_opened_a_cell_counts_once() -> None:
    opened = [Opening(1, 5, "a"), Opening(2, 5, "a"), Opening(2, 5, "b"), Opening(2, 6, "b")]
    assert wanted(opened) == {5: 3000, 6: 2000}
    assert [customers_at(wanted(opened), cell) for cell in (5, 6, 7)] == [2, 1, 0]
