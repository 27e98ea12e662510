"""The laws of the mechanisms, beyond the figures that somebody published."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.mechanisms import density, helium_data
from rewards.mechanisms.burn_and_mint import Coverage, burn_for, settle, state_of
from rewards.mechanisms.collateral import stake_of, termination_fee
from rewards.mechanisms.endowment import BLOCKS_A_YEAR, block_reward, fee
from rewards.mechanisms.net_emission import reissue, smoothed, supply_burnt
from rewards.mechanisms.ranks import Claim, ranked
from rewards.mechanisms.schedules import (
    ByProgress,
    Declining,
    Fixed,
    Halving,
    Tabulated,
    WithBaseline,
    within_cap,
)
from roadcomb.cells import cells_of, parent
from roadcomb.errors import InvalidInput

amounts = st.integers(0, 10**24)
growing = st.builds(
    WithBaseline,
    amounts,
    amounts,
    st.integers(1, 500),
    st.integers(1, 10**18),
    st.decimals("1", "1.1", places=3),
    st.lists(st.integers(0, 10**19), min_size=1, max_size=20).map(
        lambda powers: Tabulated(tuple(enumerate(powers)))
    ),
)
schedules = st.one_of(
    st.builds(Fixed, amounts),
    st.builds(Halving, amounts, st.integers(1, 100)),
    st.builds(
        Declining,
        amounts,
        st.decimals("0.0001", "0.5", places=4),
        st.decimals("0.5", "0.9999", places=4),
        st.integers(1, 500),
    ),
    st.builds(ByProgress, amounts, st.lists(st.integers(-10, 1100), max_size=20)),
    growing,
)


@given(schedules, st.integers(0, 10**24))
def test_no_schedule_mints_over_the_cap(schedule: Fixed, cap: int) -> None:
    minted = 0
    for period in range(60):
        given_out = within_cap(schedule.at(period), minted, cap)
        assert 0 <= given_out <= schedule.at(period)
        minted += given_out
    assert minted <= cap


def test_a_table_holds_its_newest_amount_and_nothing_before_the_first() -> None:
    table = Tabulated(((10, 5), (20, 3)))
    assert [table.at(period) for period in (0, 9, 10, 19, 20, 99)] == [0, 0, 5, 5, 3, 3]


def test_a_table_that_goes_back_in_time_is_refused() -> None:
    with pytest.raises(InvalidInput, match="rising"):
        Tabulated(((20, 3), (10, 5)))


def test_a_pool_by_progress_is_whole_at_a_whole_map() -> None:
    pool = ByProgress(1_000, (0, 500, 1_000, 1_400))
    assert [pool.at(period) for period in range(6)] == [0, 500, 1_000, 1_000, 1_000, 1_000]
    assert ByProgress(1_000, ()).at(3) == 0


@given(growing)
def test_a_network_mints_no_more_than_its_parts_and_no_earlier_than_one_that_keeps_up(
    schedule: WithBaseline,
) -> None:
    ahead = replace(schedule, power=Tabulated(((0, 10**30),)))
    minted = list(accumulate(map(schedule.at, range(40))))
    most = list(accumulate(map(ahead.at, range(40))))
    floors = range(1, 41)
    assert all(own <= best + floor for own, best, floor in zip(minted, most, floors, strict=True))
    assert most[-1] <= schedule.simple + schedule.paced


def test_a_network_that_keeps_up_with_its_baseline_mints_half_in_a_half_life() -> None:
    schedule = WithBaseline(10**9, 10**9, 20, 100, Decimal("1.05"), Tabulated(((0, 10**6),)))
    assert sum(schedule.at(period) for period in range(20)) == pytest.approx(10**9, abs=20)


def test_a_network_of_half_its_baseline_mints_the_paced_part_by_half_the_time() -> None:
    whole = WithBaseline(0, 10**9, 20, 100, Decimal(1), Tabulated(((0, 100),)))
    half = replace(whole, power=Tabulated(((0, 50),)))
    late = replace(whole, power=Tabulated(((10, 100),)))
    assert sum(map(half.at, range(20))) == pytest.approx(sum(map(whole.at, range(10))), abs=20)
    assert [late.at(period) for period in range(9, 13)] == [
        0,
        *(whole.at(period) for period in range(3)),
    ]


@given(amounts, amounts)
def test_net_emission_mints_no_more_than_was_burnt(burn: int, cap: int) -> None:
    again = reissue(burn, cap)
    assert again.reissued + again.kept_burnt == burn
    assert again.reissued <= cap


@given(amounts, amounts)
def test_a_smoothed_burn_lies_between_yesterday_and_today(before: int, burnt: int) -> None:
    found = smoothed(before, burnt)
    assert min(before, burnt) - 2 < found <= max(before, burnt)


def test_a_supply_that_grew_burnt_nothing() -> None:
    assert supply_burnt(before=100, now=120, not_emitted=0) == 0
    assert supply_burnt(before=100, now=70, not_emitted=10) == 20


places = st.lists(
    st.tuples(st.floats(37.7, 37.71), st.floats(-122.41, -122.40)), min_size=1, max_size=40
)


@given(places, st.sampled_from([density.HIP_17, density.HIP_104]))
def test_density_scales_lie_between_nothing_and_one(
    points: list[tuple[float, float]], limits: dict[int, density.Limit]
) -> None:
    cells = cells_of([lat for lat, _ in points], [lon for _, lon in points]).tolist()
    found = density.scales(cells, limits)
    assert set(found) == set(cells)
    assert all(0 < scale <= 1 for scale in found.values())


@given(places)
def test_a_neighbourhood_of_hip_104_is_never_worth_more_than_one_device(
    points: list[tuple[float, float]],
) -> None:
    cells = cells_of([lat for lat, _ in points], [lon for _, lon in points]).tolist()
    found = density.scales(cells, density.HIP_104)
    worth: defaultdict[int, Fraction] = defaultdict(Fraction)
    for cell in cells:
        worth[parent(cell, 8)] += found[cell]
    assert all(value <= density.HIP_104[8].most for value in worth.values())


def test_one_device_more_in_a_full_place_adds_nothing() -> None:
    cell = int(cells_of([37.7], [-122.4])[0])
    assert sum(density.scales([cell], density.HIP_104).values()) == 1
    assert 2 * density.scales([cell, cell], density.HIP_104)[cell] == 1


@given(st.lists(st.integers(0, 10**9), max_size=20), st.decimals(0, 10**12, places=3))
def test_data_shares_and_the_rest_are_the_pool(shares: list[int], pool: Decimal) -> None:
    found = helium_data.allocate(pool, shares)
    assert sum(found.amounts) + found.unallocated == int(pool)
    assert 0 <= found.unallocated <= (len(shares) if any(shares) else int(pool))


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_providers_and_data_are_what_was_issued(total: int, issued: int) -> None:
    providers, data = helium_data.split_issued(total, issued)
    assert providers + data == issued
    assert 0 <= providers <= total


@given(st.decimals("0.01", "1000000", places=2), st.decimals("0.01", "100", places=4))
def test_what_is_burnt_and_settled_at_one_price_is_the_same(usd: Decimal, price: Decimal) -> None:
    settled = settle(usd, price, burn_price=price)
    assert (settled.minted, settled.net) == (burn_for(usd, price), Decimal(0))


def test_a_vault_is_watched_from_95_per_cent_and_halted_at_90() -> None:
    states = [state_of(Decimal(text)) for text in ("0.96", "0.95", "0.901", "0.90")]
    assert states == [Coverage.SOUND, Coverage.WARNED, Coverage.WARNED, Coverage.HALTED]


@given(st.integers(1, 1000), st.fractions(0, 20))
def test_a_stake_is_never_below_the_base_of_its_units(units: int, multiplier: Fraction) -> None:
    assert stake_of(units, multiplier) >= 200 * units


@given(amounts, st.integers(0, 500), amounts)
def test_leaving_later_never_costs_less(pledge: int, age: int, fault_fee: int) -> None:
    assert termination_fee(pledge, age, fault_fee) <= termination_fee(pledge, age + 1, fault_fee)


def test_arweaves_blocks_halve_in_a_year() -> None:
    ratio = block_reward(BLOCKS_A_YEAR) / block_reward(0)
    assert round(ratio, 20) == Decimal("0.5")


def test_storing_twice_as_much_for_ever_costs_twice_as_much() -> None:
    assert round(fee(Decimal(2), 20) / fee(Decimal(1), 20), 20) == 2
    assert round(fee(Decimal(1), replicas=1) / fee(Decimal(1), 1, Decimal(2)), 9) == Decimal("0.5")


@given(st.permutations([Claim("a", -70.0, 5), Claim("b", -80.0, 1), Claim("c", -80.0, 2)]))
def test_ranks_do_not_depend_on_the_order_of_claims(claims: list[Claim]) -> None:
    assert ranked(claims, base=16) == {"a": 16, "b": 12, "c": 4}
