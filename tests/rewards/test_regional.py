"""What a cell counts where it lies: weights of regions, and the steps their progress reaches."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.main import build
from rewards.audit import audit
from rewards.nightly import nightly
from rewards.policy import Policy, parse_policy
from rewards.prospect import prospect_of
from rewards.region_block import region_blocks
from rewards.regional import Region, Regional
from rewards.statement import statement_of
from rewards.weights import WEIGHT_PER_DAY
from roadcomb.cells import cell_of, descendants, disk, format_cell, parent, parents
from roadcomb.errors import InvalidInput
from roadcomb.node import Node
from tests.rewards.earning import POLICY
from tests.rewards.town import CELLS, DAY, Shot, add_drive, person, set_day
from tiles.fold import COVERAGE
from tiles.regions import read_regions

HERE = cell_of(37.7, -122.4)
NEAR = parent(HERE, 8)
FAR = parent(cell_of(48.1, 11.6), 7)
ALICE = person("alice")
MIP_7 = "steps = [[0, 1000], [700, 1500], [800, 2000], [900, 3000]]\nfresh_days = 28"


def policy_with(section: str) -> Policy:
    text = POLICY.format(pool=10**18, ceiling=7 * WEIGHT_PER_DAY, minimum=1)
    return parse_policy(f"{text}\n[regional]\n{section}".encode())


def region(name: str, weight: int, *cells: int, whole: int | None = None) -> str:
    listed = ", ".join(f'"{format_cell(cell)}"' for cell in cells)
    more = "" if whole is None else f"whole = {whole}\n"
    return f'[[regional.regions]]\nname = "{name}"\nweight = {weight}\n{more}cells = [{listed}]\n'


def regional(section: str) -> Regional:
    found = policy_with(section).regional
    assert found is not None
    return found


def seen(cells: list[int], last_day: int) -> pa.Table:
    """COVERAGE of some cells."""
    rows = [
        dict.fromkeys(COVERAGE.names, 1) | {"cell": cell, "last_day": last_day}
        for cell in sorted(cells)
    ]
    return pa.Table.from_pylist(rows, COVERAGE)


def test_a_cell_is_in_the_region_of_its_ancestor_and_else_elsewhere() -> None:
    found = regional("elsewhere = 1\n" + region("near", 2, NEAR) + region("far", 3, FAR))
    cells = np.array([*descendants(NEAR, 12), *descendants(FAR, 12), CELLS[0]], np.uint64)
    assert found.region_of(cells).tolist() == [0, 0, 1, 1, 2]


@given(st.lists(st.integers(0, 2**10), min_size=1, max_size=30), st.data())
def test_spans_are_the_descendants_of_the_listed_cells(
    steps: list[int], data: st.DataObject
) -> None:
    around = disk(parent(HERE, 9), 2)
    listed = data.draw(st.lists(st.sampled_from(around), unique=True, min_size=1))
    found = Regional(
        0, 0, ((0, 1000),), (Region("a", 1, 1, tuple(sorted(descendants(c, 12) for c in listed))),)
    )
    start, _ = descendants(around[len(around) // 2], 12)
    cells = np.array([disk(cell_of(37.7 + n / 1e5, -122.4), 0)[0] for n in steps], np.uint64)
    inside = np.isin(parents(cells, 9), np.array(listed, np.uint64))
    assert (found.region_of(cells) == 0).tolist() == inside.tolist()
    assert found.region_of(np.array([start], np.uint64)).tolist() == [
        0 if around[len(around) // 2] in listed else 1
    ]


@pytest.mark.parametrize(
    ("cells", "step"), [(0, 1), (69, 1), (70, 1.5), (79, 1.5), (80, 2), (90, 3), (120, 3)]
)
def test_mip_7s_steps_multiply_a_regions_weight_by_its_progress(cells: int, step: float) -> None:
    """0-70 % 1x, 70-80 % 1.5x, 80-90 % 2x, above 3x."""
    found = regional(f"elsewhere = 5\n{MIP_7}\n" + region("near", 10, NEAR, whole=100))
    inside = list(range(*descendants(NEAR, 12)))[:cells]
    assert found.products(seen(inside, DAY - 1), DAY) == [10 * int(1000 * step), 5000]
    assert found.most == 30_000


def test_what_was_seen_too_long_ago_is_no_progress() -> None:
    found = regional(f"elsewhere = 5\n{MIP_7}\n" + region("near", 10, NEAR, whole=1))
    assert found.progress(seen([HERE], DAY - 27), DAY) == [1000]
    assert found.progress(seen([HERE], DAY - 28), DAY) == [0]


@given(
    st.lists(st.integers(0, 1000), min_size=3, max_size=3).filter(any),
    st.integers(0, 3650 * WEIGHT_PER_DAY),
)
def test_no_cell_counts_more_than_whole_and_weights_mean_their_ratios(
    weights: list[int], worth: int
) -> None:
    elsewhere, near, far = weights
    found = regional(
        f"elsewhere = {elsewhere}\n" + region("near", near, NEAR) + region("far", far, FAR)
    )
    cells = np.array([HERE, descendants(FAR, 12)[0], CELLS[0]], np.uint64)
    products = found.products(COVERAGE.empty_table(), DAY)
    scaled = found.scaled(np.full(3, worth, np.int64), cells, products).tolist()
    assert scaled == [worth * each // max(weights) for each in (near, far, elsewhere)]


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("elsewhere = 1", "regions are asked for"),
        ("elsewhere = 0\n" + region("a", 0, NEAR), "nothing counts anywhere"),
        ("elsewhere = 1\n" + region("a", 1, NEAR) + region("a", 1, FAR), "its own name"),
        ("elsewhere = 1\n" + region("a", 1, NEAR) + region("b", 1, HERE), "in two regions"),
        ("elsewhere = 1\n" + region("a", 1, NEAR, HERE), "twice in one"),
        ("elsewhere = 1\n" + region("a", 1), "a region has cells"),
        ("elsewhere = 1\n" + region("a", 1, NEAR, whole=5), "whole: unknown"),
        (f"elsewhere = 1\n{MIP_7}\n" + region("a", 1, NEAR), "whole: missing"),
        ("elsewhere = 1\nsteps = [[1, 1000]]\nfresh_days = 1\n", "steps"),
        ("elsewhere = 1\nsteps = [[0, 0]]\nfresh_days = 1\n", "steps"),
        ("elsewhere = 1\nfresh_days = 28\n" + region("a", 1, NEAR), "fresh_days: unknown"),
        (
            'elsewhere = 1\n[[regional.regions]]\nname = "a"\nweight = 1\ncells = ["x"]',
            "line .* no cell",
        ),
    ],
)
def test_regions_that_make_no_sense_are_refused(section: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        policy_with(section)


def test_a_region_of_half_the_weight_earns_half_and_its_driver_reads_why(node: Node) -> None:
    policy = policy_with("elsewhere = 1000\n" + region("half", 500, CELLS[0]))
    add_drive(node, ALICE, [Shot(0, 0, 1000), Shot(10, 1, 1000)])
    nightly(node, policy)
    (epoch,) = statement_of(node, ALICE.public)["epochs"]
    earned = {row["cell"]: (int(row["amount"]), row["why"]) for row in epoch["rows"]}
    whole, _ = earned[format_cell(CELLS[1])]
    assert earned[format_cell(CELLS[0])] == (
        whole // 2,
        ["cells count 50 % in its region, as far as that has come"],
    )


def test_progress_is_that_of_the_evening_before_and_audited_equal(node: Node) -> None:
    """The second night's cells count three times what they counted before any was seen."""
    place = parent(CELLS[0], 7)
    section = f"elsewhere = 1\n{MIP_7}\n" + region("town", 1, place, whole=1)
    policy = policy_with(section)
    for epoch, cell in ((DAY, 0), (DAY + 1, 1)):
        add_drive(node, ALICE, [Shot(0, cell, 1000)], epoch=epoch)
        set_day(node, epoch + 1)
        nightly(node, policy)
    amounts = [int(each["amount"]) for each in statement_of(node, ALICE.public)["epochs"]]
    assert amounts == [7 * WEIGHT_PER_DAY // 3, 7 * WEIGHT_PER_DAY]
    assert len(list(audit(node.settings.published))) == 2


def test_where_to_drive_counts_the_region_as_far_as_it_has_come(node: Node) -> None:
    place = parent(CELLS[0], 7)
    node_policy = policy_with(f"elsewhere = 1\n{MIP_7}\n" + region("town", 1, place, whole=1))
    add_drive(node, ALICE, [Shot(0, 0, 1000)])
    nightly(node, node_policy)
    prospect = prospect_of(node)
    there = np.array([CELLS[1], HERE], np.uint64)
    assert prospect.amounts(there, DAY + 1) == [7 * WEIGHT_PER_DAY, 7 * WEIGHT_PER_DAY // 3]


def squares(file: Path, *corners: tuple[str, float, float]) -> Path:
    """A GeoJSON file of squares of a twentieth of a degree, by name and south-western corner."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": shapely.geometry.mapping(shapely.box(lon, lat, lon + 0.05, lat + 0.05)),
        }
        for name, lat, lon in corners
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return file


def test_polygons_side_by_side_become_regions_that_share_no_cell(tmp_path: Path) -> None:
    file = squares(tmp_path / "two.geojson", ('"old" town', 37.7, -122.45), ("new", 37.7, -122.4))
    asked = ["policy", "region", str(file), "--weight", "7", "--fine", "8"]
    printed = CliRunner().invoke(build(), asked)
    assert printed.exit_code == 0, printed.output
    found = regional("elsewhere = 1\n" + printed.stdout)
    assert [(each.name, each.weight) for each in found.regions] == [('"old" town', 7), ("new", 7)]
    inside = [cell_of(37.725, lon) for lon in (-122.425, -122.375, -122.5)]
    assert found.region_of(np.array(inside, np.uint64)).tolist() == [0, 1, 2]


def test_a_region_that_is_too_small_or_too_fine_is_refused_by_name(tmp_path: Path) -> None:
    regions = read_regions(squares(tmp_path / "one.geojson", ("town", 37.7, -122.4)))
    with pytest.raises(InvalidInput, match="town holds no cell"):
        region_blocks(regions, 1, None, 2)
    with pytest.raises(InvalidInput, match=r"town is .* cells, more than"):
        region_blocks(regions, 1, None, 9, most=10)
