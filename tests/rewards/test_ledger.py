"""Double entry: every transaction sums to zero, and what is claimable never falls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards import ledger
from rewards.allocation import allocate
from rewards.pools import open_pools, passed_on
from roadcomb.errors import IntegrityError
from tests.rewards.earning import policy_of

POLICY = policy_of(pool=1000, ceiling=10**30)
ADDRESSES = ["0x" + digit * 40 for digit in "ab"]
nights = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from("xyz"), st.integers(0, 100)),
        st.dictionaries(st.sampled_from("xyz"), st.sampled_from(ADDRESSES)),
    ),
    max_size=5,
)


def emitted(weights: dict[str, int], bindings: dict[str, str]) -> ledger.Transaction:
    """A day's emission by some weights, all of it free at once."""
    opened = open_pools(POLICY, 1, minted=0)
    amounts = allocate(weights, opened.coverage(POLICY), POLICY).amounts
    pools = passed_on(opened, POLICY.purposes[0], used=sum(amounts.values()))
    return ledger.emitted(1, pools, amounts, amounts, POLICY, bindings)


def night(
    balances: dict[str, int], weights: dict[str, int], bindings: dict[str, str]
) -> dict[str, int]:
    transactions = [
        ledger.bound(1, balances, bindings),
        emitted(weights, bindings),
    ]
    assert all(sum(one.entries.values()) == 0 for one in transactions)
    return ledger.post(balances, transactions)


@given(nights)
def test_balances_sum_to_zero_and_claims_never_fall(
    listed: list[tuple[dict[str, int], dict[str, str]]],
) -> None:
    balances: dict[str, int] = {}
    for weights, bindings in listed:
        before, balances = ledger.claims(balances), night(balances, weights, bindings)
        after = ledger.claims(balances)
        assert sum(balances.values()) == 0
        assert all(after[address] >= amount for address, amount in before.items())
    assert balances.get(ledger.EMISSION, 0) == -1000 * len(listed)


def test_what_was_earned_unbound_waits_and_moves_with_the_first_binding() -> None:
    waiting = night({}, {"x": 1}, {})
    assert waiting["unbound:x"] == 1000
    bound = night(waiting, {}, {"x": ADDRESSES[0]})
    assert ledger.claims(bound) == {ADDRESSES[0]: 1000}
    assert "unbound:x" not in bound


def test_a_new_binding_moves_only_what_comes_after_it() -> None:
    first = night({}, {"x": 1}, {"x": ADDRESSES[0]})
    second = night(first, {"x": 1}, {"x": ADDRESSES[1]})
    assert ledger.claims(second) == {ADDRESSES[0]: 1000, ADDRESSES[1]: 1000}


def test_two_accounts_may_be_bound_to_one_address() -> None:
    both = night({}, {"x": 1, "y": 1}, {"x": ADDRESSES[0], "y": ADDRESSES[0]})
    assert ledger.claims(both) == {ADDRESSES[0]: 1000}


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"emission": -1, "unallocated": 2}, "sum to zero"),
        ({"claimable:0xaa": -1, "unallocated": 1}, "takes from claimable"),
        ({"unbound:x": -1, "unallocated": 1}, "overdrawn"),
    ],
)
def test_a_transaction_that_breaks_the_law_is_refused(entries: dict[str, int], words: str) -> None:
    with pytest.raises(IntegrityError, match=words):
        ledger.post({"claimable:0xaa": 5}, [ledger.Transaction("t", entries)])
