"""Regions: what is counted where, and that the driven street is the one that is taken for seen."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

from api.main import build
from roadcomb.errors import InvalidInput
from tests.tiles.test_lines import METRE_DEG, pictures_along
from tests.tiles.worlds import (
    AT_SEA,
    Drive,
    a_node,
    coverage_at,
    decide,
    scattered,
    seal,
)
from tiles.lines import Lines, joined, lines_of
from tiles.matching import NEVER, places_of, seen_days
from tiles.regions import progress, read_regions
from tiles.roads import Edge, Network, network_of, read_edges

LAT, LON = AT_SEA
DAY = 20_458
REAL = Path(os.environ.get("ROADCOMB_REAL_DATA", Path(__file__).parents[3] / "shared/data"))


def street(east_m: float, way: int = 1, *, oneway: bool = False, north_m: float = 0.0) -> Edge:
    """A street of 200 m to the north, so many metres east of the middle."""
    lon = LON + east_m * METRE_DEG
    nodes = ((lon, LAT + north_m * METRE_DEG), (lon, LAT + (north_m + 200) * METRE_DEG))
    return Edge(way, nodes, along=True, against=not oneway)


def driven(east_m: float, *, south: bool = False, day: int = DAY, name: str = "d") -> Lines:
    way = [(LAT + n * 8 * METRE_DEG, LON + east_m * METRE_DEG) for n in range(26)]
    return lines_of(pictures_along(way[::-1] if south else way, name, day))


def seen_m(network: Network, *drives: Lines) -> list[float]:
    """Metres seen of each directed edge."""
    days = seen_days(network, places_of(joined(drives), network))
    return [
        round(float(network.length_m[(network.edge == edge) & (days != NEVER)].sum()), 0)
        for edge in range(int(network.edge.max()) + 1)
    ]


def test_a_drive_sees_its_street_in_its_own_direction_only() -> None:
    network = network_of([street(0.0)])
    assert seen_m(network, driven(3.0)) == [200, 0]
    assert seen_m(network, driven(-3.0, south=True)) == [0, 200]
    assert seen_m(network, driven(3.0), driven(-3.0, south=True, name="e")) == [200, 200]


def test_a_parallel_street_in_the_same_cell_is_not_taken_for_the_driven_one() -> None:
    network = network_of([street(0.0, 1, oneway=True), street(12.0, 2, oneway=True)])
    assert seen_m(network, driven(2.0)) == [200, 0]
    assert seen_m(network, driven(9.0)) == [0, 200]


def test_a_street_that_is_crossed_or_far_away_is_not_seen() -> None:
    crossing = Edge(2, ((LON - 1e-3, LAT + 1e-3), (LON + 1e-3, LAT + 1e-3)), True, True)
    network = network_of([crossing, street(40.0)])
    assert seen_m(network, driven(0.0)) == [0, 0, 0, 0]


def test_the_newest_day_counts() -> None:
    network = network_of([street(0.0, oneway=True)])
    lines = joined([driven(0.0, day=DAY, name="new"), driven(1.0, day=DAY - 30, name="old")])
    assert set(seen_days(network, places_of(lines, network)).tolist()) == {DAY}


def test_every_cell_counts_in_the_region_of_its_centre(tmp_path: Path) -> None:
    coverage = coverage_at(scattered(2_000, spread_deg=0.02))
    path = tmp_path / "two.gpkg"
    west, middle, east = LON - 1, LON + 0.01, LON + 1
    shapes = [
        shapely.box(a, LAT - 1, b, LAT + 1)
        for a, b in ((west, middle), (middle, east), (west, east))
    ]
    layer = {"town": ["west", "east", "all"]}
    geopandas.GeoDataFrame(layer, geometry=shapes, crs="EPSG:4326").to_crs(3857).to_file(path)
    found = progress(read_regions(path, "town"), coverage, today=20_500)
    cells = dict(zip(found["name"], found["cells"], strict=True))
    assert cells["west"] + cells["east"] == cells["all"] == len(coverage)
    ages = 20_500 - coverage["last_day"].to_numpy()
    assert found["cells_fresh"][2] == (ages < 7).sum()
    assert found["km_seen"][2] == round(len(coverage) / 53, 3)


def test_streets_are_counted_where_their_middles_lie() -> None:
    network = network_of([street(0.0), street(0.0, 2, north_m=200)])
    lines = driven(2.0)
    south = shapely.box(LON - 1, LAT - 1, LON + 1, LAT + 200 * METRE_DEG)
    north = shapely.box(LON - 1, LAT + 200 * METRE_DEG, LON + 1, LAT + 1)
    asked = geopandas.GeoDataFrame({"name": ["s", "n"]}, geometry=[south, north], crs="EPSG:4326")
    found = progress(asked, coverage_at(scattered(10)), DAY + 3, (network, lines))
    assert list(found["roads_km"].round(2)) == [0.4, 0.4]
    assert list(found["roads_km_seen"].round(2)) == [0.2, 0.0]
    assert list(found["share_seen"].round(2)) == [0.5, 0.0]
    assert list(found["edges_seen"]) == [1, 0]
    late = progress(asked, coverage_at(scattered(10)), DAY + 7, (network, lines))
    assert list(late["roads_km_fresh"]) == [0.0, 0.0]


OSM = """<osm version="0.6">
{nodes}
<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>
<way id="2"><nd ref="2"/><nd ref="4"/><tag k="highway" v="primary"/><tag k="oneway" v="yes"/></way>
<way id="3"><nd ref="3"/><nd ref="4"/><tag k="highway" v="tertiary"/><tag k="oneway" v="-1"/></way>
<way id="4"><nd ref="1"/><nd ref="4"/><tag k="highway" v="footway"/></way>
<way id="5"><nd ref="1"/><nd ref="3"/><tag k="highway" v="motorway"/></way>
</osm>"""


def test_a_way_is_cut_at_junctions_and_knows_its_directions(tmp_path: Path) -> None:
    nodes = "".join(
        f'<node id="{n}" lat="{LAT + n / 1000}" lon="{LON + (n == 4) / 1000}"/>'
        for n in range(1, 5)
    )
    path = tmp_path / "town.osm"
    path.write_text(OSM.format(nodes=nodes))
    edges = [(e.way, len(e.nodes), e.along, e.against) for e in read_edges(path)]
    assert sorted(edges) == [
        (1, 2, True, True),
        (1, 2, True, True),
        (2, 2, True, False),
        (3, 2, False, True),
        (5, 2, True, False),
    ]


@pytest.mark.parametrize("text", ["", "<osm", "not a map"])
def test_what_is_no_map_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.osm"
    path.write_text(text)
    with pytest.raises(InvalidInput):
        network_of(read_edges(path))
    layer = tmp_path / "broken.geojson"
    layer.write_text(text and "{")
    with pytest.raises(InvalidInput):
        read_regions(layer)


def test_a_layer_without_polygons_or_the_named_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "points.geojson"
    geopandas.GeoDataFrame(geometry=[shapely.Point(1, 2)], crs=4326).to_file(path)
    with pytest.raises(InvalidInput, match="no polygon"):
        read_regions(path)
    with pytest.raises(InvalidInput, match="no column 'town'"):
        read_regions(path, "town")


def test_the_verb_prints_and_writes_what_it_found(tmp_path: Path) -> None:
    node, drive = a_node(tmp_path / "node"), Drive("one", grades=[500] * 30)
    seal(node, drive)
    decide(node, drive)
    path, out = tmp_path / "region.geojson", tmp_path / "out.geojson"
    shape = shapely.box(LON - 1, LAT - 1, LON + 1, LAT + 1)
    geopandas.GeoDataFrame({"name": ["sea"]}, geometry=[shape], crs=4326).to_file(path)
    verb = ["regions", str(path), "--data", str(tmp_path / "node"), "--out", str(out), "--json"]
    clock = str(node.settings.clock_file)
    settings = {"ROADCOMB_KEY_SEED": "tiles", "ROADCOMB_CLOCK_FILE": clock}
    said = CliRunner().invoke(build(), verb, env=settings)
    assert said.exit_code == 0, said.exception
    [row] = json.loads(said.stdout)
    assert row["name"] == "sea"
    assert row["cells"] == row["cells_fresh"] > 5
    [feature] = json.loads(out.read_text())["features"]
    assert feature["properties"] == row


@pytest.mark.skipif(not (REAL / "osm").is_dir(), reason="needs ROADCOMB_REAL_DATA")
def test_a_drive_along_a_real_oneway_street_sees_it_and_not_its_neighbours() -> None:
    edges = read_edges(REAL / "osm/SanFranciscoFiltered.osm")
    network = network_of(edges)
    directed = [
        (edge, nodes)
        for edge in edges
        for is_open, nodes in ((edge.along, edge.nodes), (edge.against, edge.nodes[::-1]))
        if is_open
    ]
    assert len(directed) == network.edge.max() + 1
    draw, way_m = np.random.default_rng(2), network.length_m
    seen, own_m, others_m = 0.0, 0.0, 0.0
    for number in draw.choice(len(directed), 80, replace=False).tolist():
        own = network.edge == number
        noisy = driven_along(directed[number][1], way_m[own].sum(), draw.normal(0, 2, 2))
        days = seen_days(network, places_of(lines_of(pictures_along(noisy)), network))
        seen += way_m[own & (days != NEVER)].sum()
        others_m += way_m[~own & (days != NEVER)].sum()
        own_m += way_m[own].sum()
    assert seen / own_m > 0.95
    assert others_m / own_m < 0.1


def driven_along(
    nodes: Sequence[tuple[float, float]], length_m: float, off_m: np.ndarray
) -> list[tuple[float, float]]:
    """Frames 8 m apart along nodes (lon, lat), all as far off as a receiver's error."""
    count = max(2, int(length_m / 8) + 1)
    line = shapely.LineString(nodes)
    steps = shapely.line_interpolate_point(line, np.linspace(0, 1, count), normalized=True)
    north, east = (off_m * METRE_DEG).tolist()
    return [(lat + north, lon + east) for lon, lat in shapely.get_coordinates(steps)]
