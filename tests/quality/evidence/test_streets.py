"""Tracks follow streets; one that was moved off them is held, where there is a map of streets."""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.main import build
from quality.evidence.combined import HOLD_AT
from quality.evidence.meetings import Course, course_of
from quality.evidence.streets import StreetMap, along_streets, street_map
from quality.streetmap import STREETS_FILE, open_streets, write_streets
from roadcomb.node import open_node
from roadcomb.settings import NodeSettings
from tests.databases import ready_folder
from tests.drives import make_node

LAT, LON = 48.0, 2.0
OSM = """<osm version="0.6"><node id="1" lat="48" lon="2"/><node id="2" lat="48.01" lon="2"/>
<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="{kind}"/></way></osm>"""
METRE = 1 / 111_195
GRID = [n * 100.0 for n in range(-5, 6)]


def place(east_m: float, north_m: float) -> tuple[float, float]:
    return LON + east_m * METRE / math.cos(math.radians(LAT)), LAT + north_m * METRE


def town() -> StreetMap:
    """Streets every 100 m, northwards and eastwards."""
    north = [np.array([place(x, -500), place(x, 500)]) for x in GRID]
    return street_map([*north, *(np.array([place(-500, y), place(500, y)]) for y in GRID)])


def track(*corners: tuple[float, float]) -> Course:
    """Frames every 8 m along corners, off by a metre or two."""
    places: list[tuple[float, float]] = []
    for (x0, y0), (x1, y1) in pairwise(corners):
        count = round(math.hypot(x1 - x0, y1 - y0) / 8)
        for n in range(count):
            share = n / count
            sway = math.sin(0.7 * len(places))
            places.append(place(x0 + (x1 - x0) * share + sway, y0 + (y1 - y0) * share - sway))
    lon, lat = np.array(places).T
    return course_of("drive", "driver", range(len(places)), lat * 1e7, lon * 1e7)


def test_who_follows_the_streets_round_a_corner_is_believed() -> None:
    assert along_streets(track((0, -90), (0, 100), (90, 100)), town()).strength > 0


def test_a_track_through_the_houses_is_held() -> None:
    assert along_streets(track((45, -90), (45, 145), (150, 145)), town()).strength <= HOLD_AT


def test_a_track_across_the_streets_is_held_though_it_meets_many() -> None:
    assert along_streets(track((0, 0), (170, 170)), town()).strength <= HOLD_AT


def test_a_short_way_that_the_map_lacks_is_believed() -> None:
    yard = track((0, -150), (0, 150), (40, 150), (40, 110))
    assert along_streets(yard, town()).strength > HOLD_AT


def test_a_long_drive_is_counted_whole() -> None:
    long = track(*[(0.0, 450.0 * (-1) ** n) for n in range(8)])
    assert along_streets(long, town()).facts["frames"] == len(long.numbers) > 600


@pytest.mark.parametrize("away_m", [900.0, 5_000.0])
def test_where_the_map_ends_nothing_is_said(away_m: float) -> None:
    told = along_streets(track((away_m, 0), (away_m, 200)), town())
    assert (told.strength, told.facts["on_streets"]) == (0, 0)


def test_a_map_of_nothing_and_few_frames_say_nothing() -> None:
    assert along_streets(track((45, 0), (45, 200)), street_map([])).strength == 0
    assert along_streets(track((45, 0), (45, 80)), town()).strength == 0


@given(st.floats(-75, 75), st.floats(-179, 179), st.floats(0, 360))
def test_a_street_is_found_wherever_it_is_and_however_it_lies(
    lat: float, lon: float, heading: float
) -> None:
    far, turn = 400 * METRE, math.radians(heading)
    east = math.sin(turn) / math.cos(math.radians(lat))
    ends = np.array([[lon, lat], [lon + far * east, lat + far * math.cos(turn)]])
    share = np.linspace(0.1, 0.9, 30)[:, None]
    lon_lat = ends[0] + (ends[1] - ends[0]) * share
    driven = course_of("drive", "driver", range(30), lon_lat[:, 1] * 1e7, lon_lat[:, 0] * 1e7)
    assert along_streets(driven, street_map([ends])).facts == {"frames": 30, "on_streets": 30}


@pytest.mark.parametrize(("kind", "pieces"), [("residential", 12), ("footway", None)])
def test_the_verb_makes_the_map_that_judging_reads(
    tmp_path: Path, kind: str, pieces: int | None
) -> None:
    node = open_node(NodeSettings(data=ready_folder(tmp_path / "node")))
    (tmp_path / "town.osm").write_text(OSM.format(kind=kind))
    asked = ["streets", str(tmp_path / "town.osm"), "--data", str(tmp_path / "node")]
    made = CliRunner().invoke(build(), asked)
    assert (made.exit_code == 0) == (pieces is not None)
    assert [len(one.pieces) for one in open_streets(node)] == [pieces] * (pieces is not None)
    node.catalog.close()


def test_a_damaged_map_is_none(tmp_path: Path) -> None:
    node = make_node(tmp_path / "node")
    write_streets(node, town())
    assert len(open_streets(node)[0].squares) == len(town().squares)
    for damage in (b"", b"no map", (node.settings.data / STREETS_FILE).read_bytes()[:200]):
        (node.settings.data / STREETS_FILE).write_bytes(damage)
        assert open_streets(node) == []
    node.catalog.close()
