"""What counts of a weight, by who vouches for its device; over a day and over a week."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.devices import counted_in, devices_content, earned_in, week_in
from rewards.earned import HARDWARE, LEVELS, NONE, SOFTWARE, UNVOUCHED, Earned, Raw
from rewards.factors import Factors, counted, weights_of_accounts
from rewards.policy import Policy, parse_policy
from rewards.shares import Share, why_device
from rewards.week import NO_WEEK, Driven, Week, turned
from roadcomb.canonical import canonical_json, parse_json
from roadcomb.errors import IntegrityError, InvalidInput
from tests.rewards.earning import POLICY

MONDAY = 20_458
CELL = 7_000_000

per_mille = st.lists(st.integers(0, 1000), min_size=2, max_size=2).map(sorted)


@st.composite
def all_factors(draw: st.DrawFn) -> Factors:
    """As a policy may have them: with a ceiling software keys count as none."""
    none, hardware = draw(per_mille)
    ceiling = draw(st.none() | st.integers(1, 50))
    software = none if ceiling is not None else draw(st.integers(none, hardware))
    return Factors(
        {NONE: none, SOFTWARE: software, HARDWARE: hardware}, draw(st.integers(0, 30)), ceiling
    )


raws = st.builds(Raw, level=st.just(HARDWARE), passes=st.integers(0, 40), weight=st.integers(0, 60))


def policy_with(section: str) -> Policy:
    text = POLICY.format(pool=1000, ceiling=10**30, minimum=100)
    return parse_policy(f"{text}\n[factors]\n{section}".encode())


def day_by_day(
    days: Sequence[Earned], factors: Factors
) -> tuple[list[Mapping[str, Mapping[str, int]]], Week]:
    """Weights of each day from a Monday on, and the counters after the last."""
    week, weights = NO_WEEK, []
    for day, earned in enumerate(days):
        found = counted(earned, factors, turned(week, MONDAY + day))
        week = found.week
        weights.append(found.weights)
    return weights, week


def total(days: Sequence[Earned], factors: Factors) -> int:
    """Everything that counts."""
    weights, _ = day_by_day(days, factors)
    return sum(sum(own.values()) for day in weights for own in day.values())


def test_a_policy_without_factors_counts_every_weight_as_it_is() -> None:
    earned = {"a": {UNVOUCHED: Raw(NONE, 0, 5)}, "b": {"x": Raw(HARDWARE, 3, 7)}}
    found = counted(earned, None, turned(NO_WEEK, MONDAY))
    assert weights_of_accounts(found) == {"a": 5, "b": 7}
    assert not found.week.devices


def test_a_level_counts_at_its_factor() -> None:
    policy = policy_with("none = 250\nsoftware_key = 500\nhardware_key = 1000")
    earned = {
        name: {"x" if level != NONE else UNVOUCHED: Raw(level, 1, 1001)}
        for name, level in zip("abc", LEVELS, strict=True)
    }
    found = counted(earned, policy.factors, turned(NO_WEEK, MONDAY))
    assert weights_of_accounts(found) == {"a": 250, "b": 500, "c": 1001}


@given(st.lists(raws, min_size=1, max_size=7), all_factors())
def test_over_a_week_no_more_counts_at_its_level_than_the_ceiling(
    days: list[Raw], factors: Factors
) -> None:
    _, week = day_by_day([{"a": {"x": raw}} for raw in days], factors)
    if factors.ceiling is not None:
        assert week.of("a", "x").weight <= factors.ceiling
    vouched = week.of("a", "x").weight
    assert vouched <= sum(raw.weight for raw in days)
    least, most = factors.levels[NONE], factors.levels[HARDWARE]
    bound = least * sum(raw.weight for raw in days) + (most - least) * vouched
    assert bound - 1000 * len(days) < 1000 * total([{"a": {"x": raw}} for raw in days], factors)
    assert 1000 * total([{"a": {"x": raw}} for raw in days], factors) <= bound


@given(st.lists(raws, min_size=1, max_size=7), all_factors())
def test_on_which_day_of_a_week_what_is_driven_does_not_matter_to_the_ceiling(
    days: list[Raw], factors: Factors
) -> None:
    free = replace(factors, floor=0)
    _, forth = day_by_day([{"a": {"x": raw}} for raw in days], free)
    _, back = day_by_day([{"a": {"x": raw}} for raw in reversed(days)], free)
    assert forth == back


@given(
    st.lists(st.tuples(raws, st.integers(0, 60), st.integers(0, 40)), min_size=1, max_size=9),
    st.sampled_from([NONE, SOFTWARE]),
    st.booleans(),
    all_factors(),
)
def test_what_is_moved_to_a_name_that_costs_nothing_never_counts_more(
    days: list[tuple[Raw, int, int]], level: str, own: bool, factors: Factors
) -> None:
    """To no device, or to another software key; in the same account or in a new one. A day's floor
    is under one unit of weight, a millionth of what a cell refills in a day.
    """
    if factors.ceiling is None and level == SOFTWARE:
        factors = replace(factors, levels={**factors.levels, HARDWARE: factors.levels[SOFTWARE]})
    whole = [{"a": {"x": raw}} for raw, _, _ in days]
    name = UNVOUCHED if level == NONE else "y"
    split: list[Earned] = []
    for raw, weight, passes in days:
        weight, passes = min(weight, raw.weight), min(passes, raw.passes)
        rest = Raw(raw.level, raw.passes - passes, raw.weight - weight)
        moved = Raw(level, passes, weight)
        split.append(
            {"a": {"x": rest, name: moved}} if own else {"a": {"x": rest}, "b": {name: moved}}
        )
    assert total(split, factors) < total(whole, factors) + len(days)
    if len(days) == 1:
        assert total(split, factors) <= total(whole, factors)


@given(raws, raws, all_factors(), st.integers(0, 40), st.integers(0, 40))
def test_two_devices_never_count_more_than_one_that_drives_for_both_below_the_ceiling(
    one: Raw, other: Raw, factors: Factors, before: int, also_before: int
) -> None:
    free = replace(factors, ceiling=None)
    start = turned(NO_WEEK, MONDAY)
    apart = Week(start.number, {"a": {"x": Driven(before=before), "y": Driven(before=also_before)}})
    together = Week(start.number, {"a": {"x": Driven(before=before + also_before)}})
    two = counted({"a": {"x": one, "y": other}}, free, apart)
    whole = counted({"a": {"x": one + other}}, free, together)
    assert weights_of_accounts(two)["a"] <= weights_of_accounts(whole)["a"]


@given(st.lists(raws, min_size=1, max_size=7), raws, all_factors())
def test_one_more_pass_never_counts_less(days: list[Raw], more: Raw, factors: Factors) -> None:
    driven = [{"a": {"x": raw}} for raw in days]
    further: list[Earned] = [*driven[:-1], {"a": {"x": days[-1] + more}}]
    assert total(further, factors) >= total(driven, factors)


def test_a_device_counts_from_the_day_it_reaches_the_floor_and_through_the_week_after() -> None:
    factors = policy_with("none = 0\nsoftware_key = 0\nhardware_key = 1000\nfloor = 10").factors
    assert factors is not None
    passes = [4, 4, 4, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1]
    weights, _ = day_by_day([{"a": {"x": Raw(HARDWARE, each, 100)}} for each in passes], factors)
    counts = [day["a"]["x"] for day in weights]
    assert counts == [0, 0] + [100] * 12 + [0]


def test_the_ceiling_of_a_week_is_full_again_on_monday() -> None:
    factors = policy_with(
        "none = 500\nsoftware_key = 500\nhardware_key = 1000\nceiling = 3"
    ).factors
    assert factors is not None
    day = {"a": {"x": Raw(HARDWARE, 1, 2 * CELL)}}
    weights, _ = day_by_day([day] * 8, factors)
    counts = [each["a"]["x"] for each in weights]
    assert counts == [2 * CELL, CELL * 3 // 2, *[CELL] * 5, 2 * CELL]


def test_a_week_that_nobody_closed_is_not_the_week_before() -> None:
    week = Week(turned(NO_WEEK, MONDAY).number, {"a": {"x": Driven(5, 6, 7)}})
    assert turned(week, MONDAY + 6) == week
    assert turned(week, MONDAY + 7).devices == {"a": {"x": Driven(0, 0, 5)}}
    assert turned(week, MONDAY + 14).devices == {}


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("none = 0\nsoftware_key = 0", "hardware_key: missing"),
        ("none = 500\nsoftware_key = 400\nhardware_key = 1000", "line 24: factors.software_key"),
        ("none = 0\nsoftware_key = 0\nhardware_key = 1001", "factors.hardware_key"),
        ("none = 0\nsoftware_key = 1\nhardware_key = 2\nceiling = 1", "costs nothing"),
        ("none = 0\nsoftware_key = 0\nhardware_key = 1\nroof = 1", "roof: unknown"),
    ],
)
def test_factors_that_make_no_sense_are_refused_with_their_line(section: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        policy_with(section)


@given(st.lists(raws, min_size=1, max_size=3), all_factors())
def test_devices_json_gives_back_what_it_was_made_of(days: list[Raw], factors: Factors) -> None:
    earned = {"a": {"x": days[0], UNVOUCHED: Raw(NONE, 1, 2)}}
    found = counted(earned, factors, turned(NO_WEEK, MONDAY))
    document = parse_json(canonical_json(devices_content(earned, found, told=True)))
    assert earned_in(document) == earned
    assert counted_in(document) == found.weights
    assert week_in(document) == found.week


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b'{"earned":{"a":{"x":{"level":"gold","passes":1,"weight":"1"}}}}',
        b'{"earned":{"a":{"x":{"level":"none","passes":-1,"weight":"1"}}}}',
        b'{"earned":{"a":{"x":{"level":"none","passes":1,"weight":"-1"}}}}',
        b'{"earned":{"a":{"x":{"level":"none","passes":1,"weight":1}}}}',
        b'{"earned":[]}',
    ],
)
def test_what_is_no_list_of_devices_is_refused(data: bytes) -> None:
    with pytest.raises(IntegrityError, match=r"devices\.json"):
        earned_in(parse_json(data))


@pytest.mark.parametrize(
    ("raw", "weight", "driven", "words"),
    [
        (Raw(NONE, 1, 100), 25, Driven(), "no device vouches .* 25 % of its weight counts"),
        (Raw(HARDWARE, 1, 100), 25, Driven(1, 0, 0), "from 10 cells .* so far these are 1"),
        (Raw(HARDWARE, 1, 100), 60, Driven(10, 3 * CELL, 0), "has reached what counts"),
        (Raw(HARDWARE, 1, 100), 80, Driven(10, 80, 0), "of the level hardware-key: 80 %"),
    ],
)
def test_a_device_that_does_not_count_whole_is_told_why(
    raw: Raw, weight: int, driven: Driven, words: str
) -> None:
    section = "none = 250\nsoftware_key = 250\nhardware_key = 800\nfloor = 10\nceiling = 3"
    factors = policy_with(section).factors
    assert factors is not None
    assert re.search(words, why_device(Share(raw, weight, driven), factors) or "")


def test_a_device_that_counts_whole_needs_no_words() -> None:
    factors = policy_with("none = 1000\nsoftware_key = 1000\nhardware_key = 1000").factors
    assert factors is not None
    assert why_device(Share(Raw(NONE, 1, 100), 100), factors) is None
