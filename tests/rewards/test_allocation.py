"""The laws of allocation, and the published cases of helium/oracles `data_transfer.rs`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.allocation import allocate
from rewards.emission import rate_of
from rewards.weights import WEIGHT_PER_DAY
from tests.rewards.earning import policy_of

weights = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 10**18))
amounts = st.integers(1, 10**24)
UNCAPPED = 10**30


@pytest.mark.parametrize(
    ("pool", "shares", "paid", "left"),
    [
        (1000, [1, 3, 6], [100, 300, 600], 0),
        (10, [1, 1, 1], [3, 3, 3], 1),
        (100, [1], [100], 0),
        (1000, [0, 0], [0, 0], 1000),
        (1000, [], [], 1000),
    ],
)
def test_the_published_cases_come_out(
    pool: int, shares: list[int], paid: list[int], left: int
) -> None:
    named = {str(index): share for index, share in enumerate(shares)}
    found = allocate(named, pool, policy_of(pool, UNCAPPED))
    assert (list(found.amounts.values()), found.unallocated) == (paid, left)


@given(weights, amounts, amounts)
def test_amounts_and_unallocated_are_the_pool(
    shares: dict[str, int], pool: int, ceiling: int
) -> None:
    found = allocate(shares, pool, policy_of(pool, ceiling))
    assert found.paid + found.unallocated == pool
    assert found.unallocated >= 0
    assert list(found.amounts) == sorted(shares)


@given(weights, amounts)
def test_without_a_ceiling_less_than_one_base_unit_an_account_is_left(
    shares: dict[str, int], pool: int
) -> None:
    found = allocate(shares, pool, policy_of(pool, UNCAPPED))
    if not found.rate.capped:
        assert found.unallocated < len(shares)


@given(weights, amounts, amounts)
def test_more_weight_never_earns_less_and_equal_weight_earns_equal(
    shares: dict[str, int], pool: int, ceiling: int
) -> None:
    found = allocate(shares, pool, policy_of(pool, ceiling))
    paid = sorted((shares[account], amount) for account, amount in found.amounts.items())
    assert [amount for _, amount in paid] == sorted(amount for _, amount in paid)
    assert len(set(paid)) == len({weight for weight, _ in paid})


@given(weights, amounts, amounts, st.integers(0, 10**18), st.integers(0, 10**18))
def test_one_weight_split_in_two_never_earns_more(
    others: dict[str, int], pool: int, ceiling: int, one: int, two: int
) -> None:
    policy = policy_of(pool, ceiling)
    whole = allocate({**others, "me": one + two}, pool, policy).amounts["me"]
    split = allocate({**others, "me": one, "also me": two}, pool, policy).amounts
    assert split["me"] + split["also me"] <= whole


@given(st.integers(0, 10**20), amounts, amounts)
def test_the_rate_never_pays_a_full_cell_more_than_the_ceiling_nor_all_more_than_the_pool(
    total: int, pool: int, ceiling: int
) -> None:
    policy = policy_of(pool, ceiling)
    rate = rate_of(total, pool, policy)
    assert rate.pay(WEIGHT_PER_DAY * policy.refill.days) <= ceiling
    assert rate.pay(total) <= pool
