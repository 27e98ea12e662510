"""The attackers of the privacy bench know what they claim to know."""

import math
from collections.abc import Iterator
from statistics import median

import numpy as np
import pytest

from ingest.settings import TrimSettings
from tests.benchmarks.attacks_on_homes import HABITS, guesses, seen_cells
from tests.benchmarks.bench_privacy import cost
from tests.benchmarks.homes import BLOCK_M, Points, Resident, draw_town, shown_of
from tests.benchmarks.shortest_ways import Candidates, Law, alike, habits

HOME = Candidates(np.array([[50.0, 0.0]]), np.array([0]))
"""On a street to the east; its next crossing is one block east of the middle."""


def ways_out(blocks: int) -> Iterator[Points]:
    """Tracks to the far north-east that begin so many blocks from the home's next crossing."""
    for east in range(blocks + 1):
        crossing = np.array([1 + east, blocks - east]) * float(BLOCK_M)
        for ahead in np.eye(2):
            begin = crossing + 60 * ahead
            yield np.array([begin, begin + 8 * ahead, begin + 16 * ahead, [6_030, 6_030]])


@pytest.mark.parametrize("law", [alike, habits])
@pytest.mark.parametrize("blocks", [1, 4, 9])
def test_a_shortest_way_leads_over_one_of_all_crossings_as_far_from_home(
    law: Law, blocks: int
) -> None:
    chances = [law(HOME, track, 3_000.0)[0] for track in ways_out(blocks)]
    assert math.fsum(chances) == pytest.approx(1.0)
    assert min(chances) >= 0


def test_a_track_never_begins_behind_its_home() -> None:
    track = np.array([[-130.0, 0.0], [-122.0, 0.0], [-114.0, 0.0], [6_030.0, 6_030.0]])
    assert alike(HOME, track, 3_000.0)[0] == habits(HOME, track, 3_000.0)[0] == 0.0


def test_where_little_is_cut_the_home_is_found_and_where_much_is_it_is_not() -> None:
    town = draw_town(3, seed=1)
    assert error_m(town, TrimSettings(radius_m=60)) < 60
    assert error_m(town, TrimSettings(radius_m=1_000)) > 150


def test_what_a_disc_costs_falls_with_the_way_and_is_the_whole_of_a_short_trip() -> None:
    short, long = (draw_town(3, 1, (way_m, way_m + 500)) for way_m in (1_000.0, 10_000.0))
    settings = TrimSettings(radius_m=1_400)
    way, trips = cost(short, settings)
    assert way > 0.99
    assert trips == 1.0
    way, trips = cost(long, settings)
    assert 0.1 < way < 0.6
    assert trips == 0


def error_m(town: list[Resident], settings: TrimSettings) -> float:
    """Median error of who knows the drivers' habits."""
    shown = [shown_of(resident, settings) for resident in town]
    name, seen = f"{HABITS}, densest 100 m", seen_cells(shown)
    return median(math.dist(guesses(home, settings, seen)[name], home.place) for home in shown)
