"""Whatever is burnt, opened and driven: a night of demand sums to zero and stays in its bounds."""

from dataclasses import replace
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards import ledger
from rewards.demand.allotting import NOTHING, Demand, allot
from rewards.demand.document import demand_document, demand_in
from rewards.demand.lots import PASSED, by_cell, row_amount
from rewards.demand.paying import NOBODY, Paying, pay, share
from rewards.demand.rule import POOL, NetRule
from rewards.events import Event
from rewards.inputs import Inputs
from rewards.policy import Policy
from roadcomb.errors import IntegrityError
from tests.rewards.demand.selling import CENT, RULE, TOKEN, burn, openings, prices
from tests.rewards.demand.test_market import MAPS, events_of_a_night
from tests.rewards.demand.test_nights import policy_of
from tests.rewards.town import CELLS, DAY

INPUTS = Inputs(DAY, None, 5, "", 0, "", 0, {}, 0, "")
driven = st.lists(st.tuples(st.integers(0, len(CELLS) - 1), st.integers(0, 10**9)), max_size=30)


def rows_of(passes: list[tuple[int, int]]) -> pa.Table:
    cells = pa.array([CELLS[cell] for cell, _ in passes], pa.uint64())
    weights = pa.array([weight for _, weight in passes], pa.uint64())
    return pa.table({"cell": cells, "weight": weights}, PASSED)


def selling(paid_from: str, cap: int) -> Policy:
    net = NetRule(10**9, 600_000, 500) if paid_from == POOL else None
    policy = policy_of()
    assert policy.demand is not None
    rule = replace(policy.demand, paid_from=paid_from, cap_per_week=cap, net=net)
    purposes = policy.purposes
    if paid_from == POOL:
        purposes = (replace(purposes[0], share=600), replace(purposes[0], name="data", share=400))
        purposes = (purposes[0], replace(purposes[1], kind="demand", unused="map"))
    return replace(policy, demand=rule, purposes=purposes)


@settings(max_examples=80)
@given(
    events_of_a_night,
    driven,
    st.sampled_from(["burnt", POOL]),
    st.sampled_from([0, 1000, 10**18]),
    st.integers(0, 10**12),
)
def test_a_night_sums_to_zero_and_pays_no_more_than_its_bounds(
    events: list[Event], passes: list[tuple[int, int]], paid_from: str, cap: int, smoothed: int
) -> None:
    policy, rows = selling(paid_from, cap), rows_of(passes)
    before = Demand(smoothed=smoothed if paid_from == POOL else 0)
    allotted = allot(policy, DAY, [*prices(CENT), *events], before, 0)
    shared = share(policy.demand, DAY, allotted, rows, NOBODY.earlier)
    places = by_cell(shared.all)
    whole = sum(
        row_amount(places, DAY, row["cell"], row["weight"])
        for row in rows.to_pylist()
        if row["cell"] in places
    )
    assert whole == sum(each.earned for each in shared.all)
    paying = Paying({"a" * 64: whole} if whole else {})
    transactions, night = pay(policy.demand, INPUTS, allotted, rows, paying, {})
    assert all(sum(each.entries.values()) == 0 for each in transactions)
    spent = sum(allotted.spent.spent.values())
    assert allotted.pot <= cap
    assert whole <= sum(allotted.cells.values()) <= allotted.pot
    if paid_from != POOL:
        assert allotted.pot <= spent * RULE.contributors // 1000
        after = ledger.post({}, transactions)
        assert after.get(ledger.CUSTOMERS, 0) == -allotted.spent.burnt
    assert demand_in(demand_document(night, DAY)) == night.after


@given(driven, st.randoms(use_true_random=False), st.integers(0, len(CELLS) - 1))
def test_no_order_of_rows_and_no_cut_of_a_pass_in_two_earns_more(
    passes: list[tuple[int, int]], random: Random, cell: int
) -> None:
    policy = selling("burnt", 10**18)
    events = [*prices(CENT), burn(MAPS, 75), *openings(MAPS, range(len(CELLS)))]
    allotted = allot(policy, DAY, events, NOTHING, 0)
    whole = [*passes, (cell, 1_000_000)]
    halves = [*passes, (cell, 400_000), (cell, 600_000)]
    random.shuffle(halves)
    found = [
        by_cell(share(policy.demand, DAY, allotted, rows_of(rows), NOBODY.earlier).all)
        for rows in (whole, halves)
    ]
    parts = [row_amount(places, DAY, CELLS[cell], 400_000) for places in found]
    others = [row_amount(places, DAY, CELLS[cell], 600_000) for places in found]
    assert (parts[0], others[0]) == (parts[1], others[1])
    mine = row_amount(found[0], DAY, CELLS[cell], 1_000_000)
    assert parts[0] + others[0] <= mine <= parts[0] + others[0] + 1


def test_payees_that_rows_do_not_earn_are_refused() -> None:
    policy, rows = selling("burnt", 10**18), rows_of([(0, 5)])
    events = [*prices(CENT), burn(MAPS, 75), *openings(MAPS, [0])]
    allotted = allot(policy, DAY, events, NOTHING, 0)
    amount = 75 * TOKEN // 400
    pay(policy.demand, INPUTS, allotted, rows, Paying({"a": amount}), {})
    for payees in ({"a": amount + 1}, {"a": amount, "b": 0}, {"a": amount + 1, "b": -1}):
        with pytest.raises(IntegrityError, match="that rows earn"):
            pay(policy.demand, INPUTS, allotted, rows, Paying(payees), {})
    assert policy.demand is not None
    few = replace(policy.demand, fewest_accounts=2)
    with pytest.raises(IntegrityError, match="too few"):
        pay(few, INPUTS, allotted, rows, Paying({"a": amount}), {})
