"""A manager has the part that was agreed on, the driver the rest, and nobody anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.events import Event
from rewards.fleets import (
    FLEET,
    FLEET_END,
    Fleet,
    Part,
    agreed,
    fleets_content,
    fleets_in,
    parts_in,
    parts_of,
    split,
)
from roadcomb.canonical import Json, canonical_json, parse_json
from roadcomb.errors import IntegrityError

names = st.sampled_from("abcdef")
amounts = st.dictionaries(names, st.integers(0, 10**24))
fleets = st.dictionaries(
    names, st.builds(Fleet, st.just("1"), names, st.integers(0, 1000)), max_size=6
).map(lambda found: {driver: each for driver, each in found.items() if each.manager != driver})


def agreement(number: int, driver: str = "b", manager: str = "a", share: int = 500) -> Event:
    body: dict[str, Json] = {
        "agreement": str(number),
        "manager": manager,
        "driver": driver,
        "share": share,
    }
    return Event(number, FLEET, body)


def end_of(number: int, agreement: int) -> Event:
    return Event(number, FLEET_END, {"agreement": str(agreement)})


@given(amounts, fleets)
def test_parts_and_what_drivers_keep_are_the_amounts_to_the_last_base_unit(
    earned: dict[str, int], agreements: dict[str, Fleet]
) -> None:
    parts = parts_of(earned, agreements)
    after = split(earned, parts)
    assert sum(after.values()) == sum(earned.values())
    assert all(amount >= 0 for amount in after.values())
    for driver, part in parts.items():
        share = agreements[driver].share
        assert part.amount == earned[driver] * share // 1000
    managers = {part.manager for part in parts.values()}
    for account in earned.keys() - parts.keys() - managers:
        assert after[account] == earned[account]


def test_a_part_is_not_split_again() -> None:
    """b drives for a, and c for b: of c's amount a has nothing."""
    earned = {"a": 0, "b": 0, "c": 1000}
    standing = agreed({}, [agreement(1, "b", "a"), agreement(2, "c", "b")])
    assert split(earned, parts_of(earned, standing)) == {"a": 0, "b": 500, "c": 500}


def test_two_who_drive_for_each_other_swap_their_parts() -> None:
    earned = {"a": 100, "b": 11}
    standing = agreed({}, [agreement(1, "a", "b"), agreement(2, "b", "a")])
    assert split(earned, parts_of(earned, standing)) == {"a": 55, "b": 56}


def test_the_agreement_made_last_counts_and_its_end_brings_back_no_older_one() -> None:
    both = [agreement(1, manager="a"), agreement(2, manager="c", share=100)]
    assert agreed({}, both) == {"b": Fleet("2", "c", 100)}
    assert agreed({}, [*both, end_of(3, 2)]) == {}


def test_the_end_of_an_agreement_that_was_replaced_changes_nothing() -> None:
    standing = agreed({}, [agreement(1), agreement(2, manager="c"), end_of(3, 1), end_of(4, 9)])
    assert standing == {"b": Fleet("2", "c", 500)}


@given(
    st.lists(
        st.tuples(names, names, st.booleans()).filter(lambda each: each[0] != each[1]), max_size=8
    ),
    st.integers(0, 8),
)
def test_events_of_two_epochs_leave_what_those_of_one_would(
    listed: list[tuple[str, str, bool]], cut: int
) -> None:
    events = [
        agreement(number, driver, manager) if begins else end_of(number, number - 1)
        for number, (driver, manager, begins) in enumerate(listed)
    ]
    assert agreed(agreed({}, events[:cut]), events[cut:]) == agreed({}, events)


def test_events_of_other_kinds_are_other_mechanisms_business() -> None:
    assert agreed({}, [Event(1, "deposit", {"driver": "a"})]) == {}


@pytest.mark.parametrize(
    "event",
    [
        agreement(1, "a", "a"),
        agreement(1, share=1001),
        agreement(1, share=-1),
        Event(1, FLEET, {"driver": "a"}),
        Event(1, FLEET_END, {}),
    ],
)
def test_an_event_that_says_nothing_is_refused(event: Event) -> None:
    with pytest.raises(IntegrityError):
        agreed({}, [event])


@given(amounts, fleets)
def test_fleets_json_gives_back_what_it_was_made_of(
    earned: dict[str, int], agreements: dict[str, Fleet]
) -> None:
    parts = parts_of(earned, agreements)
    document = parse_json(canonical_json(fleets_content(agreements, parts)))
    assert (fleets_in(document), parts_in(document)) == (agreements, parts)


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b'{"agreements":{"b":{}},"parts":{"b":{}}}',
        b'{"agreements":{"b":{"agreement":"1","manager":"a","share":1001}},'
        b'"parts":{"b":{"amount":"-1","manager":"a"}}}',
    ],
)
def test_what_is_no_record_of_fleets_is_refused(data: bytes) -> None:
    for read in (fleets_in, parts_in):
        with pytest.raises(IntegrityError):
            read(parse_json(data))


def test_a_part_of_nothing_is_nothing() -> None:
    assert parts_of({"b": 1}, {"b": Fleet("1", "a", 500)}) == {"b": Part("a", 0)}
