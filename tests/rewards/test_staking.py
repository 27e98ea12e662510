"""Stakes: what is deposited comes back or is slashed, and whoever is paid has a stake to lose."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards import ledger
from rewards.dated import Part, less, portion, put_all, sums, total
from rewards.events import Event
from rewards.gate import fill
from rewards.mechanisms.collateral import TerminationFee
from rewards.stake_document import parse_stakes, stakes_document
from rewards.staking import DEPOSIT, WITHDRAWAL, Night, Stakes
from roadcomb.errors import IntegrityError
from tests.rewards.stakes import (
    ANN,
    BEN,
    RULE,
    Day,
    Lived,
    deposit,
    live,
    slash,
    vesting,
    withdrawal,
)

ACCOUNTS = st.sampled_from([ANN, BEN])
FILLING = replace(RULE, fill=True)
PARTS = st.dictionaries(st.integers(0, 9), st.integers(1, 99))


@st.composite
def histories(draw: st.DrawFn) -> tuple[Lived, list[Day]]:
    """Days on which anything may happen, in whatever order."""
    parts = draw(
        st.dictionaries(
            st.integers(10, 16), st.dictionaries(ACCOUNTS, st.integers(1, 900)), max_size=3
        )
    )
    days, number, receipt = [], 0, 0
    for _ in range(draw(st.integers(1, 8))):
        events: list[Event] = []
        for happening in draw(st.lists(st.sampled_from([deposit, withdrawal, slash]), max_size=4)):
            number += 1
            if happening is slash:
                receipt += 1
                amount = receipt
            else:
                amount = draw(st.integers(1, 1500))
            events.append(happening(number, draw(ACCOUNTS), amount))
        states = st.sampled_from(["rejected", "held", "accepted", "deleted"])
        decided = draw(st.dictionaries(st.integers(1, max(1, receipt)), states, max_size=2))
        earned = draw(st.dictionaries(ACCOUNTS, st.integers(0, 700)))
        days.append(Day(events, decided, earned))
    return vesting({date: parts[date] for date in sorted(parts)}), days


def balances(lived: Lived, prefix: str) -> dict[str, int]:
    found = lived.balances.items()
    return {name.removeprefix(prefix): value for name, value in found if name.startswith(prefix)}


def set_aside(stakes: Stakes) -> dict[str, int]:
    whole: dict[str, int] = {}
    for case in stakes.cases:
        whole[case.account] = whole.get(case.account, 0) + case.amount
    return {account: amount for account, amount in whole.items() if amount}


@given(histories(), st.booleans())
def test_balances_sum_to_zero_and_say_what_the_stakes_say(
    history: tuple[Lived, list[Day]], shut: bool
) -> None:
    lived, days = history
    for day in days:
        lived = live(lived, [day], FILLING if shut else RULE)
        assert sum(lived.balances.values()) == 0
        assert balances(lived, ledger.STAKE) == sums(lived.stakes.staked)
        assert balances(lived, ledger.COOLING) == sums(lived.stakes.cooling)
        assert balances(lived, ledger.VESTING) == sums(lived.unvested)
        assert balances(lived, ledger.DISPUTED) == set_aside(lived.stakes)


@given(histories(), st.randoms(use_true_random=False))
def test_the_events_of_a_day_may_come_in_any_order(
    history: tuple[Lived, list[Day]], random: Random
) -> None:
    lived, days = history
    shuffled = []
    for day in days:
        events = list(day.events)
        random.shuffle(events)
        shuffled.append(replace(day, events=events))
    assert live(lived, days) == live(lived, shuffled)


@given(histories())
def test_only_cases_that_end_taken_make_anybody_poorer(history: tuple[Lived, list[Day]]) -> None:
    lived, days = history
    for day in days:
        before, lived = lived, live(lived, [day])
        ended = lived.stakes.ended[len(before.stakes.ended) :]
        for account in (ANN, BEN):
            lost = sum(
                one.amount for one in ended if (one.outcome, one.account) == ("taken", account)
            )
            came = day.earned.get(account, 0) + deposits(day, account)
            assert lived.wealth(account) == before.wealth(account) + came - lost


def cooling(stakes: Stakes, account: str) -> int:
    """What is on its way back, and what of it a case has set aside and may give back."""
    cases = [case for case in stakes.cases if case.account == account]
    aside = sum(sum(case.cooling.values()) for case in cases)
    return total(stakes.cooling, account) + aside


@given(histories())
def test_with_the_gate_shut_whoever_is_paid_has_the_minimum_staked(
    history: tuple[Lived, list[Day]],
) -> None:
    lived, days = history
    for day in days:
        before, lived = lived, live(lived, [day], FILLING)
        for account in (ANN, BEN):
            paid = lived.of(ledger.UNBOUND, account) - before.of(ledger.UNBOUND, account)
            assert paid >= 0
            if paid > cooling(before.stakes, account):
                assert total(lived.stakes.staked, account) >= FILLING.minimum


@given(histories())
def test_the_published_stakes_are_read_as_they_were_written(
    history: tuple[Lived, list[Day]],
) -> None:
    stakes = live(*history).stakes
    document = stakes_document(stakes, 12)
    assert parse_stakes(document) == stakes
    assert stakes_document(parse_stakes(document), 12) == document


@given(PARTS, st.integers(0, 600), st.booleans())
def test_what_is_taken_and_what_stays_are_what_was_there(
    parts: Mapping[int, int], amount: int, oldest_first: bool
) -> None:
    dated = put_all({3: {BEN: 7}}, of_ann(parts))
    taken = portion(dated, ANN, amount, oldest_first)
    assert sum(taken.values()) == min(amount, total(dated, ANN))
    rest = less(dated, of_ann(taken))
    assert put_all(rest, of_ann(taken)) == dated
    assert total(rest, BEN) == 7


@given(PARTS, st.integers(0, 300), st.integers(0, 300))
def test_taking_twice_is_taking_the_sum_at_once(
    parts: Mapping[int, int], first: int, second: int
) -> None:
    dated = put_all({}, of_ann(parts))
    after_one = less(dated, of_ann(portion(dated, ANN, first)))
    after_both = less(after_one, of_ann(portion(after_one, ANN, second)))
    assert after_both == less(dated, of_ann(portion(dated, ANN, first + second)))


def test_a_stake_that_is_asked_back_cools_down_and_is_claimable_then() -> None:
    lived = live(Lived(), [Day([deposit(1, ANN, 800)]), Day([withdrawal(2, ANN, 300)])])
    assert (lived.of(ledger.STAKE, ANN), lived.of(ledger.COOLING, ANN)) == (500, 300)
    lived = live(lived, [Day(), Day()])
    assert lived.of(ledger.UNBOUND, ANN) == 0
    lived = live(lived, [Day()])
    assert (lived.of(ledger.UNBOUND, ANN), lived.of(ledger.COOLING, ANN)) == (300, 0)


def test_nobody_gets_back_more_than_there_is() -> None:
    lived = live(Lived(), [Day([deposit(1, ANN, 800)]), Day([withdrawal(2, ANN, 10**20)])])
    assert lived.of(ledger.COOLING, ANN) == 800
    assert lived.balances[ledger.DEPOSITED] == -800


def test_a_newcomers_first_earnings_are_their_stake_and_the_rest_is_paid() -> None:
    lived = live(Lived(), [Day(earned={ANN: 700}), Day(earned={ANN: 700})], FILLING)
    assert (lived.of(ledger.STAKE, ANN), lived.of(ledger.UNBOUND, ANN)) == (1000, 400)


def test_what_has_vested_fills_the_stake_before_what_was_earned_today() -> None:
    lived = live(vesting({10: {ANN: 900}}), [Day(earned={ANN: 300})], FILLING)
    assert (lived.of(ledger.STAKE, ANN), lived.of(ledger.UNBOUND, ANN)) == (1000, 200)
    assert lived.of(ledger.VESTING, ANN) == 0


def test_where_stakes_are_asked_by_device_each_one_that_earns_needs_its_own() -> None:
    rule = replace(FILLING, devices={"hardware-key": 1000, "software-key": 1000, "none": 2000})
    levels = {ANN: ["none", "hardware-key"], BEN: ["hardware-key"]}
    earned = {ANN: 5000, BEN: 5000}
    gate = fill(Night(10, rule, (), {}, {}), Stakes(), {}, earned, levels)
    assert gate.kept == {ANN: 3000, BEN: 1000}
    assert gate.earned == {ANN: 2000, BEN: 4000}


def test_where_a_policy_asks_for_it_leaving_costs_what_fip_98_says() -> None:
    rule = replace(RULE, leaving=TerminationFee(85, 140, 20, 0))
    lived = live(Lived(), [Day([deposit(1, ANN, 100_000)])], rule)
    early = live(lived, [Day([withdrawal(2, ANN, 100_000)])], rule)
    assert early.balances[ledger.BURNED] == 2_000
    late = live(lived, [Day()] * 139 + [Day([withdrawal(2, ANN, 100_000)])], rule)
    assert late.balances[ledger.BURNED] == 8_500
    assert late.of(ledger.COOLING, ANN) == 91_500


@pytest.mark.parametrize("amount", ["0", "-5", "1.5", "", "²"])
def test_an_event_without_an_amount_closes_no_books(amount: str) -> None:
    event = Event(1, WITHDRAWAL, {"account": ANN, "amount": amount})
    with pytest.raises(IntegrityError, match="event 1"):
        live(Lived(), [Day([event])])


def test_a_deposit_without_a_transaction_that_anybody_can_look_up_closes_no_books() -> None:
    event = Event(1, DEPOSIT, {"account": ANN, "amount": "5"})
    with pytest.raises(IntegrityError, match="event 1"):
        live(Lived(), [Day([event])])


@pytest.mark.parametrize(
    "damage",
    [
        (b'"staked":{}', b'"staked":{"x":{}}'),
        (b'"staked":{}', b'"staked":{"1":{"a":5}}'),
        (b'"cooling":{}', b'"cooling":{"1":[]}'),
        (b'"cases":[]', b'"cases":[{}]'),
        (b'"ended":[]', b'"ended":[1]'),
        (b'"v":1', b'"v":2'),
    ],
)
def test_stakes_of_no_form_are_refused(damage: tuple[bytes, bytes]) -> None:
    whole = stakes_document(Stakes(), 1)
    assert damage[0] in whole
    with pytest.raises(IntegrityError, match=r"stake\.json"):
        parse_stakes(whole.replace(*damage))


def deposits(day: Day, account: str) -> int:
    mine = [event.body for event in day.events if event.kind == DEPOSIT]
    return sum(int(str(body["amount"])) for body in mine if body["account"] == account)


def of_ann(parts: Mapping[int, int]) -> list[Part]:
    return [(date, ANN, amount) for date, amount in parts.items()]
