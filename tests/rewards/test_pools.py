"""Pools by purpose: nothing over the cap, and every base unit stands somewhere."""

from hypothesis import given
from hypothesis import strategies as st

from rewards.policy import COVERAGE, DEMAND, Policy, parse_policy
from rewards.pools import open_pools, passed_on
from tests.rewards.earning import POLICY

SPLIT = """
[[purposes]]
name = "data"
share = {data}
kind = "demand"
unused = "map"
[[purposes]]
name = "operations"
share = 70
kind = "treasury"
"""
amounts = st.integers(1, 10**24)


def split(pool: int, data: int = 500) -> Policy:
    """Coverage, demand whose rest goes to coverage, and a treasury."""
    text = POLICY.format(pool=pool, ceiling=10**30, minimum=100)
    text = text.replace("share = 1000", f"share = {930 - data}") + SPLIT.format(data=data)
    return parse_policy(text.encode())


@given(amounts, st.integers(0, 930), st.integers(0, 10**24), amounts)
def test_pools_and_the_unallocated_are_what_is_emitted(
    pool: int, data: int, demanded: int, paid: int
) -> None:
    policy = split(pool, data)
    opened = open_pools(policy, 1, minted=0, demanded=demanded)
    assert opened.emitted == pool
    assert sum(opened.pools.values()) + opened.unallocated == pool
    used = min(paid, opened.coverage(policy))
    closed = passed_on(opened, policy.purposes[0], used)
    assert sum(closed.pools.values()) + closed.unallocated == pool
    assert closed.coverage(policy) == used


def test_what_demand_leaves_goes_to_coverage() -> None:
    policy = split(1000)
    assert open_pools(policy, 1, minted=0).coverage(policy) == 930
    some = open_pools(policy, 1, minted=0, demanded=200)
    assert (some.of_kind(policy, DEMAND), some.coverage(policy)) == ({"data": 200}, 730)
    assert open_pools(policy, 1, minted=0, demanded=10**9).of_kind(policy, COVERAGE) == {"map": 430}
    assert some.treasuries(policy) == {"operations": 70}


@given(amounts, st.integers(1, 50))
def test_the_cap_ends_all_emission(pool: int, nights: int) -> None:
    cap = pool * nights // 2 + 1
    text = POLICY.format(pool=pool, ceiling=10**30, minimum=100).replace(
        "cap = 1_000_000_000_000_000_000_000_000_000_000", f"cap = {cap}"
    )
    policy, minted = parse_policy(text.encode()), 0
    for epoch in range(nights):
        minted += open_pools(policy, epoch, minted).emitted
    assert minted == min(cap, pool * nights)
