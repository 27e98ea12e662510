"""A slash takes only after its appeals, at most what is not claimable yet, and once."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards import ledger
from rewards.dated import Dated
from rewards.events import Event
from rewards.slashing import LAPSED, LIFTED, TAKEN
from rewards.stake_rule import NO_STAKE
from roadcomb.canonical import Json
from roadcomb.errors import IntegrityError
from roadcomb.records import SLASH
from tests.rewards.stakes import (
    ANN,
    BEN,
    PENALTY,
    RULE,
    Day,
    Lived,
    deposit,
    live,
    slash,
    vesting,
    withdrawal,
)

UNVESTED = st.dictionaries(st.integers(12, 30), st.integers(1, 600), max_size=4)
STAKED = Day([deposit(1, ANN, 2000)])
SLASHED = Day([slash(2, ANN, receipt=7)])


def says(state: str) -> Day:
    """The log tells a new state of receipt 7."""
    return Day(decided={7: state})


def outcomes(lived: Lived) -> list[tuple[int, str, int]]:
    return [(one.epoch, one.outcome, one.amount) for one in lived.stakes.ended]


def test_a_slash_sets_aside_and_takes_when_the_days_for_appeals_are_over() -> None:
    lived = live(Lived(), [STAKED, SLASHED])
    assert (lived.of(ledger.STAKE, ANN), lived.of(ledger.DISPUTED, ANN)) == (1500, 500)
    lived = live(lived, [Day()])
    assert lived.of(ledger.DISPUTED, ANN) == 500
    lived = live(lived, [Day()])
    assert (lived.of(ledger.DISPUTED, ANN), lived.balances[ledger.BURNED]) == (0, 500)
    assert outcomes(lived) == [(13, TAKEN, 500)]


def test_an_appeal_on_the_last_day_stops_it_until_a_person_decides() -> None:
    lived = live(Lived(), [STAKED, SLASHED, Day(), says("held")])
    assert lived.of(ledger.DISPUTED, ANN) == 500
    lost = live(lived, [says("rejected")])
    assert outcomes(lost) == [(14, TAKEN, 500)]
    won = live(lived, [says("accepted")])
    assert outcomes(won) == [(14, LIFTED, 500)]
    assert won.of(ledger.STAKE, ANN) == 2000


def test_an_appeal_after_the_last_day_comes_too_late() -> None:
    lived = live(Lived(), [STAKED, SLASHED, Day(), Day(), says("held"), says("accepted")])
    assert outcomes(lived) == [(13, TAKEN, 500)]


def test_an_appeal_that_nobody_decides_lapses_and_all_is_given_back() -> None:
    lived = live(Lived(), [STAKED, SLASHED, says("held"), Day(), Day()])
    assert outcomes(lived) == []
    lived = live(lived, [Day()])
    assert outcomes(lived) == [(15, LAPSED, 500)]
    assert lived.of(ledger.STAKE, ANN) == 2000


def test_an_appeal_may_be_granted_on_the_day_of_the_decision() -> None:
    day = replace(SLASHED, decided={7: "accepted"})
    lived = live(Lived(), [STAKED, day])
    assert (lived.of(ledger.STAKE, ANN), outcomes(lived)) == (2000, [(11, LIFTED, 500)])


def test_deleting_the_drive_is_no_way_out() -> None:
    lived = live(Lived(), [STAKED, SLASHED, says("deleted"), Day()])
    assert outcomes(lived) == [(13, TAKEN, 500)]


def test_what_is_cooling_down_can_be_slashed() -> None:
    leaving = Day([withdrawal(2, ANN, 2000)])
    lived = live(Lived(), [STAKED, leaving, Day([slash(3, ANN, 7)]), Day(), Day(), Day()])
    assert lived.balances[ledger.BURNED] == 500
    assert lived.of(ledger.UNBOUND, ANN) == 1500


def test_what_would_be_free_last_goes_first_and_unvested_before_staked() -> None:
    begun = vesting({15: {ANN: 400}, 20: {ANN: 300}})
    lived = live(begun, [Day([deposit(1, ANN, 2000), slash(2, ANN, 7)])])
    assert lived.unvested == {15: {ANN: 200}}
    assert lived.of(ledger.STAKE, ANN) == 2000


def test_what_has_vested_during_the_dispute_is_free_when_it_is_won() -> None:
    begun = vesting({13: {ANN: 400}})
    lived = live(begun, [Day([slash(1, ANN, 7)]), says("held"), Day(), says("accepted")])
    assert lived.of(ledger.UNBOUND, ANN) == 400


def test_a_policy_without_stakes_slashes_nothing() -> None:
    lived = live(Lived(), [STAKED, SLASHED, Day()], NO_STAKE)
    assert lived.of(ledger.STAKE, ANN) == 2000
    assert [amount for _, _, amount in outcomes(lived)] == [0]


def test_a_drive_is_slashed_once() -> None:
    for again in ([SLASHED], [Day(), Day(), Day(), SLASHED]):
        with pytest.raises(IntegrityError, match="twice"):
            live(Lived(), [STAKED, SLASHED, *again])


def test_slashed_tokens_go_where_the_policy_says() -> None:
    for place, account in (("unallocated", "unallocated"), ("care", "treasury:care")):
        rule = replace(RULE, slashed=place)
        lived = live(Lived(), [STAKED, SLASHED, Day(), Day()], rule)
        assert lived.balances[account] == 500


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"account": ANN, "receipt": -1, "evidence": {}},
        {"account": ANN, "receipt": 1, "evidence": "x"},
        {"account": ANN, "receipt": 1, "evidence": {}, "more": 1},
    ],
)
def test_a_decision_of_no_form_closes_no_books(body: Mapping[str, Json]) -> None:
    event = Event(3, SLASH, body)
    with pytest.raises(IntegrityError, match="event 3"):
        live(Lived(), [Day([event])])


@given(UNVESTED, st.integers(0, 3000), st.integers(0, 3000), st.integers(1, 4))
def test_a_slash_takes_no_more_than_its_penalty_and_what_is_there(
    unvested: Mapping[int, int], staked: int, leaving: int, cases: int
) -> None:
    begun = live(vesting(dated(unvested)), [Day(asked(staked, leaving))])
    there = begun.wealth(ANN) - begun.of(ledger.UNBOUND, ANN)
    slashes = [slash(10 + case, ANN, case) for case in range(cases)]
    lived = live(begun, [Day(slashes), Day(), Day()])
    assert lived.balances.get(ledger.BURNED, 0) == min(cases * PENALTY, there)
    assert lived.wealth(ANN) == begun.wealth(ANN) - min(cases * PENALTY, there)


@given(UNVESTED, st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 2), st.integers(0, 2))
def test_an_appeal_that_is_won_leaves_the_books_as_if_there_had_been_no_slash(
    unvested: Mapping[int, int], staked: int, leaving: int, waits: int, later: int
) -> None:
    begun = live(vesting(dated(unvested)), [Day(asked(staked, leaving))])
    rest = [Day()] * (4 + later)
    untouched = live(begun, [Day()] * (waits + 2) + rest)
    days = [SLASHED, *[says("held")] * waits, says("accepted")]
    slashed = live(begun, days + rest)
    assert slashed.balances == untouched.balances
    assert slashed.unvested == untouched.unvested
    assert slashed.stakes.staked == untouched.stakes.staked


@given(st.integers(1000, 5000), st.integers(0, 5000), st.integers(1, 2))
def test_at_the_minimum_a_case_takes_the_same_of_one_account_as_of_one_of_two(
    first: int, second: int, cases: int
) -> None:
    """So nobody saves by driving what may be found out under an account of its own."""
    mine = [slash(10 + case, ANN, case) for case in range(cases)]
    together = Day([deposit(1, ANN, first + second), *mine])
    apart = Day(
        [deposit(1, ANN, first), deposit(2, BEN, second), *mine]
        if second
        else [deposit(1, ANN, first), *mine]
    )
    lost = [live(Lived(), [day, Day(), Day()]).balances[ledger.BURNED] for day in (together, apart)]
    assert lost[0] == lost[1] == cases * PENALTY


@given(st.integers(1, 5), st.integers(0, 6000))
def test_every_further_account_needs_a_minimum_of_its_own(accounts: int, earned: int) -> None:
    rule = replace(RULE, fill=True)
    names = [str(number) * 64 for number in range(accounts)]
    shares = dict.fromkeys(names, earned // accounts)
    apart = live(Lived(), [Day(earned=shares)], rule)
    together = live(Lived(), [Day(earned={ANN: sum(shares.values())})], rule)
    paid = sum(apart.of(ledger.UNBOUND, name) for name in names)
    assert paid <= together.of(ledger.UNBOUND, ANN)


def dated(unvested: Mapping[int, int]) -> Dated:
    return {date: {ANN: unvested[date]} for date in sorted(unvested)}


def asked(staked: int, leaving: int) -> list[Event]:
    events = [deposit(1, ANN, staked)] if staked else []
    return [*events, withdrawal(2, ANN, leaving)] if leaving else events
