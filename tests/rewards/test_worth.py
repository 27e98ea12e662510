"""What a cell is worth, which passes are paid, and what is locked until later."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.policy import Policy, parse_policy
from rewards.vested import lock, release
from rewards.weights import WEIGHT_PER_DAY
from rewards.worth import paid_rows, worth_of_cells
from roadcomb.cells import cells_of, descendants, parent
from tests.rewards.earning import POLICY
from tiles.fold import ROWS

DAY = 20_458
WHOLE = 7 * WEIGHT_PER_DAY
HERE = int(cells_of([37.7], [-122.4])[0])


def policy_with(more: str, curve: str = "linear") -> Policy:
    text = POLICY.format(pool=1000, ceiling=1000, minimum=100).replace(
        "days = 7", f'days = 7\ncurve = "{curve}"'
    )
    return parse_policy(f"{text}{more}".encode())


def rows_of(listed: list[tuple[int, int, int, int]]) -> pa.Table:
    """ROWS of (cell, visit, grade, day)."""
    cell, visit, grade, day = (list(column) for column in zip(*sorted(listed), strict=True))
    count = len(listed)
    columns = {
        "cell": cell,
        "day": day,
        "sectors": [1] * count,
        "best_grade": grade,
        "grade_sum": grade,
        "frames": [1] * count,
        "sketch": [0] * count,
        "visit": visit,
        "commitment": [bytes(32)] * count,
    }
    return pa.table(columns).cast(ROWS)


def worth_of(listed: list[tuple[int, int, int, int]], policy: Policy, days: int = 7) -> list[int]:
    rows = rows_of(listed)
    paid = paid_rows(rows, DAY, policy)
    found: list[int] = worth_of_cells(
        rows, np.full(len(rows), days, np.uint16), paid, policy
    ).tolist()
    return found


def test_poor_and_old_passes_are_not_paid() -> None:
    rows = rows_of(
        [(1, 0, 100, DAY), (2, 0, 99, DAY), (3, 0, 900, DAY - 10), (4, 0, 900, DAY - 11)]
    )
    assert paid_rows(rows, DAY, policy_with("")).tolist() == [True, False, True, False]


@pytest.mark.parametrize(
    ("curve", "shares"), [("linear", (1, 3, 7)), ("square", (1 / 7, 9 / 7, 7)), ("step", (0, 0, 7))]
)
def test_a_reward_comes_back_on_the_policys_curve(curve: str, shares: tuple[float, ...]) -> None:
    policy = policy_with("", curve)
    found = [worth_of([(HERE, 0, 500, DAY)], policy, days)[0] for days in (1, 3, 7)]
    assert found == [int(share * WEIGHT_PER_DAY) for share in shares]


def test_without_a_rule_crowds_do_not_matter() -> None:
    crowd = [(HERE, visit, 500, DAY) for visit in range(30)]
    assert set(worth_of(crowd, policy_with(""))) == {WHOLE}


def test_a_crowded_cell_counts_less_by_hip_104() -> None:
    policy = policy_with('[density]\nrule = "hip104"\n')
    assert worth_of([(HERE, 0, 500, DAY)], policy) == [WHOLE]
    assert set(worth_of([(HERE, visit, 500, DAY) for visit in range(4)], policy)) == {WHOLE // 4}


def test_two_phones_in_one_car_crowd_nobody() -> None:
    policy = policy_with('[density]\nrule = "hip104"\n')
    assert worth_of([(HERE, 0, 500, DAY), (HERE, 0, 700, DAY)], policy) == [WHOLE, WHOLE]


def test_passes_that_are_not_paid_crowd_nobody() -> None:
    policy = policy_with('[density]\nrule = "hip104"\n')
    found = worth_of([(HERE, 0, 500, DAY), (HERE, 1, 50, DAY), (HERE, 2, 900, DAY - 40)], policy)
    assert found == [WHOLE] * 3


@given(st.integers(1, 40))
def test_a_neighbourhood_of_any_crowd_is_worth_one_cell_by_hip_104(drivers: int) -> None:
    policy = policy_with('[density]\nrule = "hip104"\n')
    first, _ = descendants(parent(HERE, 8), 12)
    crowd = [(first, visit, 500, DAY) for visit in range(drivers)]
    assert sum(worth_of(crowd, policy)) <= WHOLE


LOCKING = "[vesting]\nimmediate = {free}\ndays = {days}\nstep_days = {step}\n"


@given(
    st.dictionaries(st.sampled_from("xyz"), st.integers(0, 10**15)),
    st.integers(0, 1000),
    st.integers(1, 40),
    st.integers(1, 20),
)
def test_free_and_locked_are_the_amount_and_all_becomes_free(
    amounts: dict[str, int], free: int, days: int, step: int
) -> None:
    vesting = policy_with(LOCKING.format(free=free, days=days, step=step)).vesting
    at_once, locked = lock({}, amounts, DAY, vesting)
    got = dict(at_once)
    for epoch in range(DAY, DAY + days + 2 * step + 1):
        due, locked = release(locked, epoch)
        for account, amount in due.items():
            got[account] += amount
    assert got == amounts
    assert not locked


def test_without_vesting_everything_is_free_at_once() -> None:
    assert lock({}, {"x": 5}, DAY, None) == ({"x": 5}, {})


def test_a_quarter_is_free_and_the_rest_comes_in_monthly_steps() -> None:
    vesting = policy_with(LOCKING.format(free=250, days=60, step=30)).vesting
    free, locked = lock({}, {"x": 1000}, 30, vesting)
    assert (free, dict(locked)) == ({"x": 250}, {60: {"x": 375}, 90: {"x": 375}})
