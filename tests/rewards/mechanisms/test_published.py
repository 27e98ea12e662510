"""What networks have published about their payments comes out of our formulas, unit for unit.

The vectors name their sources themselves; docs/networks.md is the table of them all.
"""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from rewards.mechanisms import burn_and_mint, collateral, density, endowment, filecoin, helium_data
from rewards.mechanisms import helium_iot as iot
from rewards.mechanisms.points import month_of, share_of
from rewards.mechanisms.ranks import Claim, ranked
from rewards.mechanisms.schedules import Declining, Halving, Tabulated, WithBaseline

HNT = helium_data.BASE_UNITS


@pytest.fixture(scope="module")
def published(vectors: Path) -> dict[str, Any]:
    """The blocks of the networks' figures."""
    blocks: dict[str, Any] = json.loads((vectors / "depin_vectors.json").read_text())
    return blocks


def golden(path: Path) -> list[list[int]]:
    return [[int(cell) for cell in row.split(",")] for row in path.read_text().splitlines()[1:]]


def test_filecoin_mints_the_512_golden_rows_of_its_simple_part(vectors: Path) -> None:
    rows = golden(vectors / "fil_TestSimpleReward.golden")
    assert len(rows) == 512
    assert [filecoin.minted(epoch, 0, 0) for epoch, _ in rows] == [amount for _, amount in rows]


def test_filecoin_mints_the_512_golden_rows_of_its_baseline_part(vectors: Path) -> None:
    rows = golden(vectors / "fil_TestBaselineReward.golden")
    assert len(rows) == 512
    simple = filecoin.minted(0, 0, 0)
    found = [filecoin.minted(0, before, now) - simple for before, now, _ in rows]
    assert found == [amount for _, _, amount in rows]


def test_filecoins_effective_time_lies_between_the_epochs_as_published() -> None:
    def power(epoch: int) -> int:
        return (epoch + 1) * 2048

    def theta(epoch: int, quarters: int) -> Fraction:
        before = sum(map(power, range(epoch)))
        realised = before + quarters * power(epoch) // 4
        found = filecoin.effective_time(epoch, power(epoch), realised, before + power(epoch))
        return Fraction(found, filecoin.ONE)

    assert [theta(1, 2), theta(1, 1), theta(16, 1)] == [
        Fraction(1, 2),
        Fraction(1, 4),
        Fraction(61, 4),
    ]


def test_a_schedule_with_filecoins_parameters_mints_what_filecoin_does() -> None:
    powers = [n * filecoin.BASELINE_INITIAL // 4 for n in (0, 1, 2, 5, 9, 3, 0, 4, 4)]
    growth = Decimal(filecoin.baseline_power_after(filecoin.ONE)) / filecoin.ONE
    schedule = WithBaseline(
        filecoin.SIMPLE_TOTAL,
        filecoin.BASELINE_TOTAL,
        6 * 1_051_200,
        filecoin.BASELINE_INITIAL,
        growth,
        Tabulated(tuple(enumerate(powers))),
    )
    found = [schedule.at(epoch) for epoch in range(len(powers))]
    assert found == pytest.approx(list(filecoins(powers)), abs=100)  # attoFIL, of 10**19


def filecoins(powers: Sequence[int]) -> Iterator[int]:
    """What Filecoin's own integers mint in each of the first epochs, by the power of each."""
    baselines = [filecoin.BASELINE_INITIAL]
    time, theta, realised = 0, 0, 0
    for epoch, power in enumerate(powers):
        realised += min(power, baselines[epoch])
        baselines.append(filecoin.baseline_power_after(baselines[epoch]))
        while realised > sum(baselines[:time]):
            time += 1
        promised, before = sum(baselines[:time]), theta
        theta = filecoin.effective_time(time, baselines[max(0, time - 1)], realised, promised)
        yield filecoin.minted(epoch + 1, before, theta)  # its simple part is an epoch ahead


def test_filecoins_baseline_doubles_in_a_year_of_epochs() -> None:
    power = 2**50
    for _ in range(1_051_200 // 100):
        power = filecoin.baseline_power_after(power)
    assert abs(power / 2**50 - 2 ** (1 / 100)) < 1e-8


def test_hip_104_scales_the_31_places_of_a_real_neighbourhood(vectors: Path) -> None:
    case = json.loads((vectors / "helium_hip104_simple_scale.json").read_text())
    scales = density.scales(case["indexes"], density.HIP_104)
    assert len(case["expected"]) == 31
    for cell, expected in case["expected"].items():
        scale = scales[int(cell)]
        shown = Decimal(scale.numerator) / Decimal(scale.denominator)
        assert round(shown, 4) == Decimal(expected)


def test_hip_104_makes_a_crowded_neighbourhood_worth_one_device(vectors: Path) -> None:
    cells = json.loads((vectors / "helium_hip104_simple_scale.json").read_text())["indexes"]
    scales = density.scales(cells, density.HIP_104)
    assert sum(scales[cell] for cell in cells) == 1


def test_hip_17_counts_up_to_four_times_the_target_in_full_company() -> None:
    limit = density.Limit(neighbours=2, target=1, most=4)
    assert [density.limit_of(full, limit) for full in range(8)] == [1, 1, 1, 2, 3, 4, 4, 4]


def test_helium_iot_pays_the_published_gateways_to_the_last_bone(
    published: dict[str, Any],
) -> None:
    block = published["helium_iot_reward_share"]
    price = Decimal(block["price_in_bones"]) / 10**8 / 10**8
    for case in block["cases"]:
        shares = {
            name: iot.GatewayShares(Decimal(beacon), Decimal(witness), Decimal(data))
            for name, (beacon, witness, data) in case["shares"].items()
        }
        epoch = iot.reward(shares, block["emissions_bones"], price)
        for name, expected in case["expect"].items():
            given = epoch.rewards.get(name)
            assert expected == (given and [given.beacon, given.witness, given.data])
        assert epoch.unallocated == case["unallocated"]


IOT_SHARES = {
    "gw1": (10, 300),
    "gw2": (200, 550),
    "gw3": (75, 400),
    "gw4": (0, 0),
    "gw5": (20, 700),
    "gw6": (150, 350),
}
IOT_EMISSIONS, IOT_PRICE = 618_340_943_683, Decimal("3.59e-10")


def iot_epoch(tenths: dict[str, int]) -> iot.IotEpoch:
    """The published gateways; their data: tenths of the credits that the whole data pool buys."""
    pool = int(Decimal(IOT_EMISSIONS) * iot.DATA * IOT_PRICE / iot.USD_PER_DC)
    shares = {
        name: iot.GatewayShares(
            Decimal(beacon), Decimal(witness), Decimal(tenths[name] * pool) / 20
        )
        for name, (beacon, witness) in IOT_SHARES.items()
    }
    return iot.reward(shares, IOT_EMISSIONS, IOT_PRICE)


def test_helium_iot_scales_data_down_that_is_over_its_pool_with_dust_7() -> None:
    epoch = iot_epoch({"gw1": 2, "gw2": 2, "gw3": 2, "gw4": 0, "gw5": 2, "gw6": 16})
    paid = [epoch.rewards[name].data for name in ("gw1", "gw2", "gw3", "gw5", "gw6")]
    assert paid == [25_764_205_986] * 4 + [206_113_647_894]
    assert IOT_EMISSIONS // 2 - sum(paid) == 3
    assert epoch.unallocated == 7


def test_helium_iot_gives_coverage_the_rest_of_55_per_cent_of_data_with_dust_5() -> None:
    epoch = iot_epoch({"gw1": 2, "gw2": 0, "gw3": 4, "gw4": 0, "gw5": 1, "gw6": 4})
    data = {name: given.data for name, given in epoch.rewards.items()}
    assert data == {
        "gw1": 30_917_044_568,
        "gw2": 0,
        "gw3": 61_834_089_136,
        "gw5": 15_458_522_284,
        "gw6": 61_834_089_136,
    }
    assert epoch.rewards["gw1"].beacon == 1_426_940_702
    assert epoch.unallocated == 5


def test_helium_iot_values_data_credits_at_fifteen_places() -> None:
    worth = iot.dc_to_bones(Decimal(10**6), Decimal("3.59e-6"))
    assert worth == Decimal("2785515.320334261838441")


def test_helium_iot_gives_coverage_what_data_did_not_use() -> None:
    emissions = Decimal(100 * 10**12)
    assert iot.poc_pools(emissions, Decimal(0)) == (Decimal("6e12"), Decimal("24e12"))
    assert iot.poc_pools(emissions, Decimal(10**12)) == (
        Decimal("6.2e12"),
        Decimal("24.8e12"),
    )


def test_helium_data_transfer_is_allocated_as_published(published: dict[str, Any]) -> None:
    for pool, shares, amounts, left in published["helium_data_transfer_allocate"]["cases"]:
        found = helium_data.allocate(Decimal(pool), shares)
        assert (list(found.amounts), found.unallocated) == (amounts, left)


def test_hip_147_pays_its_twelve_rows(published: dict[str, Any]) -> None:
    block = published["helium_hip147_table"]
    issued = Decimal(str(block["assume"]["issuance"])) * Decimal(str(block["assume"]["mobile"]))
    rows = block["rows(price,TB,legacyPoC,legacyData,newPoC,newData)"]
    assert len(rows) == 12
    for price, terabytes, *expected in rows:
        usd, value = issued * price, Decimal(terabytes) * 500
        pool = usd * Decimal("0.6")
        before = helium_data.data_first(pool, value, usd * Decimal("0.4"))
        after = helium_data.data_first(pool, value, pool)
        found = [before.coverage, before.data, after.coverage, after.data]
        assert [round(amount) for amount in found] == expected


def test_hip_149_splits_what_was_issued_as_published(published: dict[str, Any]) -> None:
    for total, issued, *expected in published["helium_hip149_split"]["cases(total,hnt->sp,data)"]:
        assert list(helium_data.split_issued(total, issued)) == expected


def test_hip_149_tops_up_and_caps_as_in_its_four_cases(published: dict[str, Any]) -> None:
    block = published["helium_hip149_backstop"]
    given = block["inputs"]
    share = int(Decimal("0.8927") * (2**32 - 1))
    for case in block["cases"]:
        price = int(Decimal(str(case["price"])) * 10**8)
        found = helium_data.backstop(
            given["emission"], given["net_cap"], share, given["dc_burned"], price, case["smoothed"]
        )
        if "top_up" in case:
            assert found.top_up == case["top_up"]
        if "top_up_hnt" in case:
            assert found.top_up == case["top_up_hnt"] * HNT
        if "top_up_hnt_repro" in case:
            assert found.top_up == pytest.approx(case["top_up_hnt_repro"] * HNT, abs=HNT / 1000)
        if "delivered_hnt" in case:
            assert found.baseline + found.shortfall == case["delivered_hnt"] * HNT
        if "cap_hnt" in case:
            assert helium_data.cap_of(given["dc_burned"], price) == case["cap_hnt"] * HNT
    over = block["overflow"]
    overflow = helium_data.staker_overflow(over["data_bucket_hnt"], over["cap_hnt"])
    assert overflow == over["overflow_hnt"]


def test_hip_20_halves_every_two_years_towards_240_million() -> None:
    schedule = Halving(60_000_000 * HNT, periods=2)
    minted = [schedule.at(year) for year in range(50)]
    start = [sum(minted[:year]) // HNT for year in range(50)]
    assert (minted[0] // HNT, minted[2] // HNT, start[2]) == (60_000_000, 30_000_000, 120_000_000)
    assert (start[10], minted[10] // HNT) == (232_500_000, 1_875_000)
    assert (start[20], minted[20]) == (239_765_625, 58_593_750_000_00)
    assert (start[49], minted[49] // (HNT // 10)) == (239_999_989, 35)


def test_hip_85_ranks_the_strongest_signal_and_then_the_oldest_claim(
    published: dict[str, Any],
) -> None:
    radios = published["helium_hip85_rank"]["radios"]
    claims = [
        Claim(name, signal, int(since.replace("-", "").replace(":", "").replace("T", "")))
        for name, signal, since, _ in radios
    ]
    assert ranked(claims, base=16) == {name: points for name, _, _, points in radios}


def test_ionet_emits_its_first_hours_and_its_total(published: dict[str, Any]) -> None:
    block = published["ionet"]
    kept = 1 - Decimal(block["disinflation"])
    schedule = Declining(block["base"], Decimal("0.08") / 8760, kept, block["hours"])
    first = [schedule.exact(hour) for hour in range(6)]
    assert [str(round(amount, 2)) for amount in first] == block["first6"]
    assert str(round(block["base"] + sum(first), 2)) == block["supply6"]
    assert round(schedule.total(), 2) == 300_000_000


def test_ionet_asks_for_the_published_stakes(published: dict[str, Any]) -> None:
    for units, multiplier, stake in published["ionet_stake"]["cases(n,mult,stake)"]:
        assert collateral.stake_of(units, Fraction(multiplier)) == stake


def test_filecoins_termination_costs_what_fip_0098_says(published: dict[str, Any]) -> None:
    block = published["fil_termination"]
    pledge = block["pledge"]
    assert [collateral.termination_fee(pledge, age, 0) for age in (200, 70, 0)] == [
        block["age>=140d"],
        block["age=70d"],
        block["age=0"],
    ]
    assert collateral.termination_fee(pledge, 0, 1024) == block["fault_fee=1024"]


def test_akash_burns_and_settles_aep_76s_thousand_dollars(published: dict[str, Any]) -> None:
    block = published["akash_bme"]
    usd = Decimal(block["topup_usd"])
    burnt_at = Decimal(block["p_mint"])
    assert str(burn_and_mint.burn_for(usd, burnt_at)) == block["burn"]
    for price, (minted, net) in block["settle"].items():
        found = burn_and_mint.settle(usd, Decimal(price), burnt_at)
        assert (found.minted, found.net) == (Decimal(minted), Decimal(net))


def test_akashs_vault_covers_its_credits_as_in_aep_76(published: dict[str, Any]) -> None:
    vault = published["akash_bme"]["vault"]
    usd, tokens = Decimal(vault["usd"]), Decimal(vault["akt"])
    settled = burn_and_mint.settle(usd, Decimal("1.25"), Decimal("1.14"))
    assert (settled.minted, int(settled.net)) == (vault["at_1.25"], vault["net"])
    ratio = burn_and_mint.coverage_ratio(tokens, Decimal("1.20"), usd)
    assert round(ratio, 3) == Decimal(str(vault["CR_at_1.20"]))
    assert burn_and_mint.state_of(ratio) is burn_and_mint.Coverage.SOUND


def test_arweaves_years_mint_what_was_published(published: dict[str, Any]) -> None:
    block = published["arweave"]
    for year, expected in enumerate(block["year_sum_AR"], start=1):
        error = abs(endowment.year_sum(year) / Decimal(str(expected)) - 1)
        assert error * 100 <= Decimal(str(block["tol_pct"]))
    years = endowment.perpetual_years()
    assert round(years, 5) == Decimal(str(block["perpetual_years"]))


def test_render_pays_its_month_and_its_points_example(published: dict[str, Any]) -> None:
    block = published["render"]
    month = month_of(block["y1"])
    assert month == block["month"]
    assert month / 2 == Fraction(str(block["half"]))
    _, paid = block["rnp006_points_example"]
    assert share_of(500_000, 50_000_000, Fraction(95_071)) == Fraction(paid)
