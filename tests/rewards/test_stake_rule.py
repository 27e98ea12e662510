"""The section [stake] of a policy means one thing, and what it cannot mean is refused."""

import pytest

from rewards.mechanisms.collateral import TerminationFee
from rewards.policy import Policy, parse_policy
from rewards.stake_rule import NO_STAKE, StakeRule
from rewards.tokens import base_units_of, in_tokens
from roadcomb.errors import InvalidInput, UsageError
from tests.rewards.earning import POLICY

PLAIN = POLICY.format(pool=10**12, ceiling=10**12, minimum=100)
STAKE = """
[stake]
minimum = 2001
gate = "fill"
cool_down_days = 14
appeal_days = 7
slash = 500
slashed = "burned"
"""


def test_a_policy_without_the_section_asks_for_nothing() -> None:
    assert parse_policy(PLAIN.encode()).stake == NO_STAKE
    assert NO_STAKE.penalty == 0


def test_the_section_is_read_whole_and_a_slash_is_a_share_of_the_minimum() -> None:
    rule = parse_policy((PLAIN + STAKE).encode()).stake
    assert rule == StakeRule(2001, True, 14, 7, 500, "burned")
    assert rule.penalty == 1000


def test_the_fee_for_leaving_is_composed_where_it_is_named() -> None:
    fee = "[stake.leaving]\npledge_share = 85\nfull_age_days = 140\nleast_share = 20\n"
    rule = parse_policy((PLAIN + STAKE + fee).encode()).stake
    assert rule.leaving == TerminationFee(85, 140, 20, 0)


def test_a_stake_by_hardware_is_asked_for_each_device_that_earns() -> None:
    """io.net: 200 a unit times a multiplier of at least 1; 8 of the best are 16,000 there."""
    devices = "[stake.devices]\nhardware_key = 1000\nsoftware_key = 1500\nnone = 10_000\n"
    text = PLAIN + STAKE.replace("2001", "200") + devices
    rule = parse_policy(text.encode()).stake
    assert rule.asked([]) == 200
    assert rule.asked(["hardware-key"] * 4) == 800
    assert rule.asked(["none"] * 8) == 16_000
    assert rule.asked(["software-key", "hardware-key"]) == 500


def test_a_purpose_of_the_operators_may_get_what_is_slashed() -> None:
    care = '[[purposes]]\nname = "care"\nshare = 0\nkind = "treasury"\n'
    text = PLAIN + care + STAKE.replace('"burned"', '"care"')
    assert parse_policy(text.encode()).stake.slashed == "care"


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("minimum = 2001", "minimum = 0", "stake.minimum"),
        ("slash = 500", "slash = 1001", "stake.slash"),
        ("slash = 500", "slash = 500\nslsh = 1", "stake.slsh: unknown"),
        ("appeal_days = 7", "appeal_days = 0", "stake.appeal_days"),
        ("cool_down_days = 14\n", "", "stake.cool_down_days: missing"),
        ('"fill"', '"shut"', "stake.gate"),
        ('"burned"', '"map"', "stake.slashed"),
        (
            '"burned"',
            '"burned"\n[stake.devices]\nhardware_key = 999',
            "stake.devices.hardware_key",
        ),
        ('"burned"', '"burned"\n[stake.leaving]\npledge_share = 1', "stake.leaving.full_age_days"),
    ],
)
def test_what_makes_no_rule_is_refused_with_its_line(before: str, after: str, named: str) -> None:
    with pytest.raises(InvalidInput, match=rf"line \d+: {named.replace('.', '[.]')}"):
        parse_policy((PLAIN + STAKE.replace(before, after)).encode())


def test_the_policy_that_comes_along_lets_everybody_in_and_its_operator_gains_nothing(
    policy: Policy,
) -> None:
    assert (policy.stake.fill, policy.stake.slashed) == (False, "burned")
    assert policy.stake.penalty == policy.stake.minimum


@pytest.mark.parametrize("text", ["1.5", "1,000", "0.000000001", "12"])
def test_tokens_are_read_as_they_are_written(text: str) -> None:
    assert in_tokens(base_units_of(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "-1", "1e3", "0", "0.0", ".5", "1.0000000001", "²", "1 000", "9" * 22, "9" * 5_000],
)
def test_an_amount_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        base_units_of(text)
