"""A policy means the same everywhere, or is refused."""

import pytest

from rewards.policy import NO_TOKEN, Policy, parse_policy
from roadcomb.errors import InvalidInput, RoadcombError, UsageError
from tests.rewards.earning import POLICY

TEXT = POLICY.format(pool=1000, ceiling=10, minimum=100)


def test_the_policy_that_comes_along_is_read_and_named_by_its_text(policy: Policy) -> None:
    assert policy.name == "roadcomb"
    assert (policy.refill_days, policy.pool) == (7, 10**12)
    assert parse_policy(policy.text + b"\n# a word more").digest != policy.digest


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("pool_per_epoch = 1000", "pool_per_epoch = 1000.0", "emission.pool_per_epoch"),
        ("pool_per_epoch = 1000", "pool_per_epoch = 0", "emission.pool_per_epoch"),
        ("pool_per_epoch = 1000", "pool_per_epoch = true", "emission.pool_per_epoch"),
        ("pool_per_epoch", "pool_pre_epoch", "emission.pool_pe"),
        ("days = 7", "", "refill.days is missing"),
        ("days = 7", "days = 7\nhours = 3", "refill.hours is unknown"),
        ("v = 1", "v = 2", "v = 1"),
        ("v = 1", "v = ", "not TOML"),
    ],
)
def test_a_policy_with_a_wrong_entry_is_refused_by_its_name(
    before: str, after: str, named: str
) -> None:
    with pytest.raises(InvalidInput, match=named):
        parse_policy(TEXT.replace(before, after).encode())


def test_a_token_address_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="address"):
        parse_policy(TEXT.replace("aa", "zz").encode())


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(RoadcombError, match="TOML"):
        parse_policy(b"\xff\xfe")


def test_the_zero_address_stands_for_a_token_that_is_not_deployed_yet(policy: Policy) -> None:
    assert policy.token == NO_TOKEN
