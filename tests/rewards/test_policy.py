"""A policy means the same everywhere, or is refused with its line before anything runs."""

import pytest

from rewards.mechanisms.density import HIP_17
from rewards.mechanisms.vesting import VestingSpec
from rewards.policy import (
    DEFAULT_POLICY,
    NO_TOKEN,
    POLICIES,
    Policy,
    Purpose,
    parse_policy,
    read_policy,
)
from roadcomb.errors import InvalidInput, RoadcombError, UsageError
from tests.rewards.earning import POLICY

TEXT = POLICY.format(pool=1000, ceiling=10, minimum=100)


def test_the_policy_that_comes_along_is_read_and_named_by_its_text(policy: Policy) -> None:
    assert policy.name == "roadcomb"
    assert (policy.refill.days, policy.emission.at(20_458)) == (7, 10**12)
    assert parse_policy(policy.text + b"\n# a word more").digest != policy.digest


def test_the_default_never_emits_its_cap_in_a_century(policy: Policy) -> None:
    emitted = sum(policy.emission.at(epoch) for epoch in range(20_000, 20_000 + 36_525))
    assert 2_900_000 * 10**9 < emitted < policy.cap


@pytest.mark.parametrize("path", sorted(POLICIES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_policy_that_comes_along_is_read(path: object) -> None:
    assert read_policy(POLICIES / str(path)).name


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("amount = 1000", "amount = 1000.0", r"line 9: emission\.amount: an integer"),
        ("amount = 1000", "amount = 0", r"line 9: emission\.amount: an integer 1"),
        ("amount = 1000", "amount = -5", r"line 9: emission\.amount: an integer"),
        ("amount = 1000", "amount = true", r"emission\.amount"),
        ("amount = 1000", "amuont = 1000", r"line 7: emission\.amount: missing"),
        ("days = 7", "", r"line 19: refill\.days: missing"),
        ("days = 7", "days = 7\nhours = 3", r"line 21: refill\.hours: unknown"),
        ("days = 7", 'days = 7\ncurve = "cubic"', r"line 21: refill\.curve: one of linear, s"),
        ("share = 1000", "share = 999", "shares must sum to 1000"),
        ('kind = "coverage"', 'kind = "charity"', r"line 13: purposes\.kind: one of coverage"),
        ('kind = "coverage"', 'kind = "treasury"', "one purpose of the kind coverage"),
        ('kind = "coverage"', 'kind = "coverage"\nunused = "map"', "names no other purpose"),
        ('schedule = "fixed"', 'schedule = "lottery"', r"line 8: emission\.schedule"),
        ("v = 2", "v = 1", r"line 2: v: an integer 2..2"),
        ("v = 2", "v = ", "not TOML"),
        ("[refill]", "[refil]", r"refill: missing"),
    ],
)
def test_a_policy_with_a_wrong_entry_is_refused_by_its_line_and_name(
    before: str, after: str, named: str
) -> None:
    with pytest.raises(InvalidInput, match=named):
        parse_policy(TEXT.replace(before, after).encode())


@pytest.mark.parametrize(
    ("emission", "periods", "amounts"),
    [
        ('schedule = "halving"\nfirst = 900\nperiods = 2', (0, 2, 4), (900, 450, 225)),
        ('schedule = "table"\nsteps = [[1, 70], [3, 7]]', (0, 1, 3), (0, 70, 7)),
        ('schedule = "progress"\nfull = 1000\nprogress = 250', (0, 9), (250, 250)),
        (
            'schedule = "declining"\nbase = 1000\nrate = "0.5"\nkept = "0.5"\nperiods = 3',
            (0, 1, 2, 3),
            (500, 250, 125, 0),
        ),
        (
            'schedule = "baseline"\nsimple = 0\npaced = 1000\nhalf_life = 1\nfirst = 10\n'
            'growth = "1"\npower = [[0, 10], [2, 0], [3, 99]]',
            (0, 1, 2, 3),
            (500, 250, 0, 125),
        ),
    ],
)
def test_a_schedule_is_composed_by_its_name(
    emission: str, periods: tuple[int, ...], amounts: tuple[int, ...]
) -> None:
    text = TEXT.replace('schedule = "fixed"\namount = 1000', emission + "\nstart = 50")
    policy = parse_policy(text.encode())
    assert tuple(policy.emission.at(50 + period) for period in periods) == amounts
    assert policy.emission.at(49) == 0


@pytest.mark.parametrize(
    "emission",
    [
        'schedule = "table"\nsteps = [[3, 7], [1, 70]]',
        'schedule = "table"\nsteps = [[3, -7]]',
        'schedule = "table"\nsteps = [[3]]',
        'schedule = "table"\nsteps = []',
        'schedule = "declining"\nbase = 10\nrate = 0.5\nkept = "0.5"\nperiods = 3',
        'schedule = "declining"\nbase = 10\nrate = "NaN"\nkept = "0.5"\nperiods = 3',
        'schedule = "declining"\nbase = 10\nrate = "-1"\nkept = "0.5"\nperiods = 3',
        'schedule = "baseline"\nsimple = 1\npaced = 1\nhalf_life = 1\nfirst = 1\ngrowth = "0.9"\n'
        "power = [[0, 1]]",
    ],
)
def test_a_schedule_that_is_none_is_refused(emission: str) -> None:
    with pytest.raises(InvalidInput, match=r"emission\."):
        parse_policy(TEXT.replace('schedule = "fixed"\namount = 1000', emission).encode())


def test_periods_of_several_days_are_paid_in_equal_parts() -> None:
    policy = parse_policy(TEXT.replace("amount = 1000", "amount = 1000\ndays = 7").encode())
    assert [policy.emission.at(epoch) for epoch in (0, 6, 7)] == [142, 142, 142]


def test_density_and_vesting_are_composed_where_they_are_named() -> None:
    more = '[density]\nrule = "hip17"\n[vesting]\nimmediate = 250\ndays = 180\nstep_days = 30\n'
    policy = parse_policy(f"{TEXT}{more}".encode())
    assert policy.density == HIP_17
    assert policy.vesting is not None
    assert (policy.vesting.immediate, policy.vesting.spec) == (250, VestingSpec(0, 180, 30, 30))
    plain = parse_policy(TEXT.encode())
    assert (plain.density, plain.vesting) == (None, None)


def test_purposes_say_who_gets_what_they_leave() -> None:
    more = '[[purposes]]\nname = "data"\nshare = 500\nkind = "demand"\nunused = "map"\n'
    text = TEXT.replace("share = 1000", "share = 500") + more
    data = parse_policy(text.encode()).purposes[1]
    assert data == Purpose("data", 500, "demand", "map")


def test_a_token_address_that_is_none_is_refused_with_its_line() -> None:
    with pytest.raises(InvalidInput, match=r"line 5: token\.address: .* no payout address"):
        parse_policy(TEXT.replace("aa", "zz").encode())


@pytest.mark.parametrize("name", ["", "a\\u001b[31m", "a\\nb", "\\u202e", "x" * 81])
def test_a_name_that_no_line_or_ledger_account_can_bear_is_refused(name: str) -> None:
    for entry in ('name = "test"', 'name = "map"'):
        with pytest.raises(InvalidInput, match=r"line \d+: .*name: one line of 1 to 80"):
            parse_policy(TEXT.replace(entry, f'name = "{name}"').encode())


def test_tables_within_tables_without_end_are_refused() -> None:
    for deep in (f"x = {'[' * 10_000}{']' * 10_000}", f"x = {'{a=' * 2_000}1{'}' * 2_000}"):
        with pytest.raises(InvalidInput, match="not TOML"):
            parse_policy(f"{TEXT}\n{deep}".encode())


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(RoadcombError, match="TOML"):
        parse_policy(b"\xff\xfe")


def test_a_policy_file_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match="nowhere"):
        read_policy(DEFAULT_POLICY.with_name("nowhere.toml"))


def test_the_zero_address_stands_for_a_token_that_is_not_deployed_yet(policy: Policy) -> None:
    assert policy.token == NO_TOKEN
