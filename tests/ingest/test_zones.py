"""Privacy zones hide what lies in or near them; one that is not understood stops everything."""

import json

import pytest

from ingest.zones import Zones, parse_zones
from roadcomb.errors import InvalidInput
from tests.ingest.test_screening import METRE_DEG

SQUARE = [[-25, 0.5], [-24.99, 0.5], [-24.99, 0.51], [-25, 0.51], [-25, 0.5]]
POLYGON = {"type": "Polygon", "coordinates": [SQUARE]}


def zones(value: object, margin_m: float = 50) -> Zones:
    return parse_zones(json.dumps(value).encode(), margin_m)


@pytest.mark.parametrize(
    "value",
    [
        POLYGON,
        {"type": "Feature", "geometry": POLYGON, "properties": None},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": POLYGON}]},
    ],
)
def test_a_polygon_hides_its_inside_and_its_margin(value: object) -> None:
    found = zones(value)
    assert found.hide(0.505, -24.995)
    assert found.hide(0.5 - 45 * METRE_DEG, -24.995)
    assert not found.hide(0.5 - 55 * METRE_DEG, -24.995)
    assert not found.hide(0.505, -24.98)


def test_a_point_with_a_margin_of_its_own_is_a_disc() -> None:
    point = {"type": "Point", "coordinates": [13.4, 60.0]}
    found = zones({"type": "Feature", "geometry": point, "properties": {"margin_m": 300}})
    assert found.hide(60.0, 13.4 + 590 * METRE_DEG)  # a degree of longitude is half as long there
    assert not found.hide(60.0, 13.4 + 610 * METRE_DEG)
    assert not found.hide(60.0 + 310 * METRE_DEG, 13.4)


def test_no_zones_hide_nothing() -> None:
    assert not zones({"type": "FeatureCollection", "features": []}).hide(0, 0)


def test_a_zone_that_crosses_itself_still_hides_its_parts() -> None:
    bow = [[0, 0], [0.01, 0.01], [0.01, 0], [0, 0.01], [0, 0]]
    found = zones({"type": "Polygon", "coordinates": [bow]}, 0)
    assert found.hide(0.005, 0.001)
    assert found.hide(0.005, 0.009)


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"type": "Polygon"},
        {"type": "Cube", "coordinates": []},
        {"type": "Point", "coordinates": [13.4, 95.0]},
        {"type": "Point", "coordinates": ["x", 1]},
        {"type": "Feature", "geometry": POLYGON, "properties": {"margin_m": -5}},
        {"type": "Feature", "geometry": POLYGON, "properties": {"margin_m": "wide"}},
        {"type": "Feature", "geometry": None},
        {"type": "Polygon", "coordinates": []},
    ],
)
def test_what_is_no_zone_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput):
        zones(value)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(InvalidInput):
        parse_zones(b"{", 50)


def test_a_number_beyond_all_numbers_is_refused() -> None:
    beyond = b'{"type": "Point", "coordinates": [1%s, 0]}' % (b"0" * 400)
    with pytest.raises(InvalidInput):
        parse_zones(beyond, 0)
