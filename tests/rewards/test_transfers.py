"""A transfer outside is counted once, for one thing, however it is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.confirmed import record_confirmed
from rewards.demand.market import BURN
from rewards.staking import DEPOSIT
from rewards.transfers import clash, is_transfer
from roadcomb.errors import Conflict, UsageError
from roadcomb.node import Node

ONE, OTHER = "0x" + "5e" * 32, "0x" + "6f" * 32

names = st.builds(
    lambda whole, number: whole if number is None else f"{whole}:{number}",
    st.sampled_from([ONE, OTHER]),
    st.none() | st.integers(0, 12),
)


@given(st.lists(names, max_size=20))
def test_of_a_transaction_is_counted_the_whole_or_each_number_once(listed: list[str]) -> None:
    counted: list[str] = []
    for name in listed:
        if clash(name, counted) is None:
            counted.append(name)
    for whole in (ONE, OTHER):
        own = [name for name in counted if name.startswith(whole)]
        assert len(set(own)) == len(own)
        assert whole not in own or own == [whole]


def test_a_transfer_has_one_name() -> None:
    assert is_transfer(ONE)
    assert is_transfer(f"{ONE}:10")
    for other in (f"{ONE}:01", f"{ONE}:", f"{ONE}:1000000", ONE[:-1], f"{ONE}:\u0661", ONE.upper()):
        assert not is_transfer(other)


@pytest.mark.parametrize(
    ("first", "then"), [(ONE, f"{ONE}:0"), (f"{ONE}:3", ONE), (f"{ONE}:3", f"{ONE}:3")]
)
def test_what_was_counted_as_a_burn_is_no_stake_as_well(node: Node, first: str, then: str) -> None:
    record_confirmed(node, BURN, {"amount": "5"}, first, "Ann")
    record_confirmed(node, BURN, {"amount": "5"}, first.upper().replace("0X", "0x"), "Ben")
    for kind in (BURN, DEPOSIT):
        if (kind, then) != (BURN, first):
            with pytest.raises(Conflict, match="was counted already"):
                record_confirmed(node, kind, {"amount": "5"}, then, "Ann")
    record_confirmed(node, DEPOSIT, {"amount": "5"}, OTHER, "Ann")


def test_one_transaction_may_burn_and_stake_in_two_transfers(node: Node) -> None:
    record_confirmed(node, BURN, {"amount": "5"}, f"{ONE}:0", "Ann")
    record_confirmed(node, DEPOSIT, {"amount": "5"}, f"{ONE}:1", "Ann")
    with pytest.raises(UsageError, match="no transaction"):
        record_confirmed(node, BURN, {"amount": "5"}, f"{ONE}:00", "Ann")
