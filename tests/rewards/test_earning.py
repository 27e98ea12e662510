"""The laws of who earns what, from accepted frames to amounts."""

from dataclasses import replace
from itertools import permutations
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rewards.policy import Policy
from rewards.weights import WEIGHT_PER_DAY
from tests.rewards.earning import account, by_name, earn, policy_of
from tests.rewards.town import DAY, Shot

shots = st.builds(
    Shot,
    minute=st.sampled_from([0, 1, 2, 3, 4, 8, 9, 10, 15, 40]).map(float),
    cell=st.integers(0, 1),
    grade=st.sampled_from([0, 1, 99, 100, 500, 501, 999, 1000]),
)
drives = st.lists(shots, min_size=1, max_size=8)
policies = st.builds(
    policy_of,
    pool=st.integers(1, 10**12),
    ceiling=st.integers(1, 10**12),
    minimum=st.sampled_from([1, 100, 500]),
)


@given(st.lists(st.tuples(st.sampled_from("abc"), drives), max_size=4), policies)
def test_amounts_and_what_is_unallocated_are_the_pool_to_the_last_base_unit(
    offered: list[tuple[str, list[Shot]]], policy: Policy
) -> None:
    allocation = earn(offered, policy)
    assert sum(allocation.amounts.values()) + allocation.unallocated == policy.emission.at(DAY)
    assert allocation.unallocated >= 0
    assert all(amount >= 0 for amount in allocation.amounts.values())


@given(
    drives, st.lists(st.booleans(), min_size=8, max_size=8), st.lists(drives, max_size=3), policies
)
@example(  # one behind the other through one cell: two accounts must not become two visits
    [Shot(0, 0, 1000), Shot(1, 0, 1000)],
    [True, False] * 4,
    [[Shot(0, 0, 1000)]],
    policy_of(),
)
@example(  # another's frames between two passes of one drive: visits must not follow the drive
    [Shot(0, 0, 1000), Shot(40, 0, 1000)],
    [True, False] * 4,
    [[Shot(minute, 0, 1000) for minute in range(4, 40, 4)]],
    policy_of(),
)
def test_splitting_one_drive_over_two_accounts_never_earns_more(
    drive: list[Shot], second: list[bool], others: list[list[Shot]], policy: Policy
) -> None:
    present = [(f"other {number}", shots) for number, shots in enumerate(others)]
    honest = earn([("me", drive), *present], policy).amounts[account("me")]
    parts = [
        [shot for shot, moved in zip(drive, second, strict=False) if moved is which]
        for which in (True, False)
    ]
    split = earn([("me", parts[0]), ("also me", parts[1]), *present], policy)
    assert sum(by_name(split, ["me", "also me"]).values()) <= honest


@given(drives, st.lists(drives, max_size=3), policies)
def test_sending_one_drive_in_pieces_on_one_account_never_earns_more(
    drive: list[Shot], others: list[list[Shot]], policy: Policy
) -> None:
    present = [(f"other {number}", shots) for number, shots in enumerate(others)]
    whole = earn([("me", drive), *present], policy).amounts[account("me")]
    pieces = [("me", [shot]) for shot in drive]
    assert earn([*pieces, *present], policy).amounts[account("me")] <= whole


@given(st.lists(drives, min_size=1, max_size=4), policies, st.randoms(use_true_random=False))
def test_the_order_in_which_drives_arrive_changes_nothing(
    offered: list[list[Shot]], policy: Policy, dice: Random
) -> None:
    named = [(f"driver {number}", shots) for number, shots in enumerate(offered)]
    shuffled = dice.sample(named, len(named))
    assert earn(shuffled, policy) == earn(named, policy)


@given(drives, policies)
def test_equal_drives_of_two_contributors_earn_equal_amounts(
    drive: list[Shot], policy: Policy
) -> None:
    amounts = earn([("one", drive), ("two", drive)], policy).amounts
    assert amounts[account("one")] == amounts[account("two")]


@given(
    st.integers(100, 999), st.integers(1, 1000), st.lists(drives, max_size=3), st.integers(0, 60)
)
def test_a_better_picture_never_earns_less_whoever_else_is_there(
    grade: int, more: int, others: list[list[Shot]], minute: int
) -> None:
    present = [(f"other {number}", shots) for number, shots in enumerate(others)]

    def mine(value: int) -> int:
        return earn([("me", [Shot(minute, 0, value)]), *present], policy_of()).amounts[
            account("me")
        ]

    assert mine(grade) <= mine(min(1000, grade + more))


@given(drives, shots, st.booleans(), st.lists(drives, max_size=3))
def test_one_more_picture_of_a_visit_or_in_a_new_one_never_earns_its_maker_less(
    mine: list[Shot], more: Shot, anew: bool, others: list[list[Shot]]
) -> None:
    more = replace(more, minute=1000.0 if anew else mine[0].minute, cell=mine[0].cell)
    present = [(f"other {number}", drive) for number, drive in enumerate(others)]
    before = earn([("me", mine), *present], policy_of()).amounts
    after = earn([("me", [*mine, more]), *present], policy_of()).amounts
    floors = (len(mine) + 1) * (10**12 // (7 * WEIGHT_PER_DAY) + 1)
    assert before[account("me")] <= after[account("me")] + floors


@given(st.integers(100, 1000), st.integers(1, 4), st.integers(1, 10**12))
def test_a_pass_alone_in_a_cell_earns_its_grades_thousandth_of_the_cells_reward(
    grade: int, frames: int, ceiling: int
) -> None:
    drive = [Shot(index / 10, 0, grade) for index in range(frames)]
    assert earn([("me", drive)], policy_of(ceiling=ceiling)).paid == grade * ceiling // 1000


def test_a_dirty_lens_alone_in_a_cell_is_not_paid_like_a_clean_one() -> None:
    offered = [("clean", [Shot(0, 0, 1000)]), ("dirty", [Shot(0, 1, 250)])]
    paid = earn(offered, policy_of(ceiling=1000))
    assert by_name(paid, ["clean", "dirty"]) == {"clean": 1000, "dirty": 250}


def test_two_accounts_in_one_car_share_and_do_not_multiply() -> None:
    alone = earn([("one", [Shot(0, 0, 800)])], policy_of(ceiling=1000)).paid
    offered = [("one", [Shot(0, 0, 800)]), ("two", [Shot(0.1, 0, 800)])]
    both = earn(offered, policy_of(ceiling=1000))
    assert alone == 800
    assert by_name(both, ["one", "two"]) == {"one": 400, "two": 400}


def test_visits_share_a_cell_by_their_best_grade_and_passes_a_visit_by_their_grade_sums() -> None:
    offered = [
        ("morning", [Shot(0, 0, 900)]),
        ("evening one", [Shot(600, 0, 300), Shot(601, 0, 300)]),
        ("evening two", [Shot(602, 0, 200)]),
    ]
    paid = earn(offered, policy_of(ceiling=4000))
    assert by_name(paid, [name for name, _ in offered]) == {
        "morning": 2700,  # 4000 x 900 / 1000 x 900 / 1200
        "evening one": 675,  # 4000 x 900 / 1000 x 300 / 1200 x 600 / 800
        "evening two": 225,
    }


def test_a_frame_below_the_minimum_grade_earns_nothing_and_takes_nothing() -> None:
    offered = [("good", [Shot(0, 0, 800)]), ("bad", [Shot(1, 0, 99)])]
    paid = earn(offered, policy_of(ceiling=1000, minimum=100))
    assert by_name(paid, ["good", "bad"]) == {"good": 800, "bad": 0}


def test_a_scarce_pool_is_shared_by_weight() -> None:
    offered = [("two cells", [Shot(0, 0, 800), Shot(1, 1, 800)]), ("one cell", [Shot(0, 2, 800)])]
    paid = earn(offered, policy_of(pool=900, ceiling=10**9))
    assert by_name(paid, ["two cells", "one cell"]) == {"two cells": 600, "one cell": 300}
    assert not paid.rate.capped


def test_a_quiet_day_pays_by_the_ceiling_and_leaves_the_rest_unallocated() -> None:
    paid = earn([("me", [Shot(0, 0, 800)])], policy_of(pool=10_000, ceiling=1000))
    assert (paid.paid, paid.unallocated, paid.rate.capped) == (800, 9_200, True)


def test_nobody_drove_and_all_is_unallocated() -> None:
    paid = earn([], policy_of(pool=10_000))
    assert (paid.paid, paid.unallocated) == (0, 10_000)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_one_drive_that_comes_back_makes_a_pass_in_each_visit(order: tuple[int, ...]) -> None:
    frames = [Shot(0, 0, 500), Shot(1, 0, 500), Shot(30, 0, 500)]
    paid = earn([("me", [frames[index] for index in order])], policy_of(ceiling=1000))
    assert paid.paid == 500
