"""Helium's HIP-147 and HIP-149 as nightly policies give what the proposals publish."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rewards.demand.allotting import Allotted, Demand, allot
from rewards.demand.market import BURN, OPENING
from rewards.events import Event
from rewards.policy import COVERAGE, POLICIES, Policy, read_policy
from rewards.pools import open_pools
from roadcomb.canonical import Json
from roadcomb.cells import format_cell
from roadcomb.epochs import week_of
from tests.rewards.demand.selling import RULE, TOKEN, prices
from tests.rewards.town import CELLS, DAY

USD = 10**8
OPENED = 20
"""Cells: each stands for a twentieth of the day's data."""


def a_day(name: str, usd: int, price: int, smoothed: int = 0) -> tuple[Policy, Allotted]:
    """A day on which customers use data worth so many USD; price: 10**-8 USD a token."""
    policy = read_policy(POLICIES / f"{name}.toml")
    assert policy.demand is not None
    selling = replace(
        policy.demand, credit=usd * USD // OPENED, sources=RULE.sources, fewest_accounts=1
    )
    policy = replace(policy, demand=selling)
    burnt = 2 * usd * USD * TOKEN // price
    burn: dict[str, Json] = {"customer": "a", "amount": str(burnt), "transaction": "0x1"}
    bodies: list[dict[str, Json]] = [
        {"customer": "a", "cell": format_cell(cell), "week": week_of(DAY)}
        for cell in CELLS[:OPENED]
    ]
    opened = [Event(1000 + n, OPENING, body) for n, body in enumerate(bodies)]
    events = [*prices(price), Event(100, BURN, burn), *opened]
    return policy, allot(policy, DAY, events, Demand(smoothed=smoothed), minted=0)


def test_hip_147_pays_data_first_and_coverage_the_rest_in_all_its_rows(vectors: Path) -> None:
    block = json.loads((vectors / "depin_vectors.json").read_text())["helium_hip147_table"]
    rows: list[list[Any]] = block["rows(price,TB,legacyPoC,legacyData,newPoC,newData)"]
    assert len(rows) == 12
    for in_usd, terabytes, _, _, *expected in rows:
        price = int(Decimal(str(in_usd)) * USD)
        policy, found = a_day("helium_hip147", terabytes * 500, price)
        pools = open_pools(policy, DAY, 0, found.demanded).of_kind(policy, COVERAGE)
        amounts = [pools["coverage"], found.pot]
        assert [round(amount * price / USD / TOKEN) for amount in amounts] == expected


@pytest.mark.parametrize(
    ("price", "smoothed_hnt", "delivered_hnt"),
    [
        ("1.00", 1_644, "13867.56"),
        ("0.10", 91_000, "45500.0"),
        ("0.10", 9_100, "18526.74"),
        ("2.50", 1_644, "10920"),
    ],
)
def test_hip_149_delivers_between_its_floor_and_its_cap(
    price: str, smoothed_hnt: int, delivered_hnt: str
) -> None:
    """Emission 20,548, $9,100 of data a day; the floor is half of it, the cap three times."""
    _, found = a_day("helium_hip149", 9_100, int(Decimal(price) * USD), smoothed_hnt * TOKEN)
    assert found.pot / TOKEN == pytest.approx(float(delivered_hnt), rel=1e-6)
