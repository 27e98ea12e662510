"""Where to drive: stale cells, and new ones beside seen roads; the most needed first."""

import numpy as np
import pyarrow as pa

from roadcomb.cells import cell_of, disk
from roadcomb.geo import distance_m
from tests.tiles.worlds import AT_SEA, coverage_at
from tiles.fold import empty
from tiles.gaps import disk_around, gaps_near

TODAY = 20_460
HERE = cell_of(*AT_SEA)


def seen(days: dict[int, int]) -> pa.Table:
    """COVERAGE of some cells, each last seen on a day."""
    cells = np.array(sorted(days), np.uint64)
    table = coverage_at(cells)
    last = pa.array([days[int(cell)] for cell in cells], pa.int32())
    return table.set_column(table.schema.get_field_index("last_day"), "last_day", last)


def test_a_cell_of_today_is_no_gap_and_its_unseen_neighbours_are() -> None:
    found = gaps_near(seen({HERE: TODAY}), *AT_SEA, TODAY, 7)
    assert {gap.cell for gap in found} == set(disk(HERE, 1)) - {HERE}
    assert {(gap.need, gap.last_day) for gap in found} == {(1000, None)}


def test_need_grows_with_the_days_and_ends_at_a_whole_one() -> None:
    needs = {}
    for age in (0, 1, 3, 7, 40, -2):
        found = gaps_near(seen({HERE: TODAY - age}), *AT_SEA, TODAY, 7)
        needs[age] = next((gap.need for gap in found if gap.cell == HERE), 0)
    assert needs == {0: 0, 1: 142, 3: 428, 7: 1000, 40: 1000, -2: 0}


def test_of_equal_needs_the_nearest_comes_first() -> None:
    found = gaps_near(seen(dict.fromkeys(disk(HERE, 3), TODAY - 30)), *AT_SEA, TODAY, 7)
    away = [gap.distance_m for gap in found]
    assert away == sorted(away)
    assert found[0].cell == HERE
    assert all(
        abs(gap.distance_m - distance_m(*AT_SEA, gap.lat_deg, gap.lon_deg)) < 1e-9 for gap in found
    )


def test_demand_goes_before_distance() -> None:
    wanted = disk(HERE, 3)[0]
    coverage = seen(dict.fromkeys(disk(HERE, 3), TODAY - 30))
    assert gaps_near(coverage, *AT_SEA, TODAY, 7, {wanted: 5000})[0].cell == wanted


def test_where_nothing_was_seen_there_is_no_gap() -> None:
    assert gaps_near(empty(), *AT_SEA, TODAY, 7) == []


def test_the_disk_reaches_the_radius() -> None:
    cells = disk_around(*AT_SEA, 100)
    north = cell_of(AT_SEA[0] + 99 / 111_195, AT_SEA[1])
    assert north in cells
    assert len(cells) < 200
