"""GeoJSON: what has a time and a place is a fix; nothing in a document is an exception."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.geojson import geojson_fixes
from roadcomb.errors import InvalidInput
from roadcomb.records import Fix

T0_MS = 1_767_600_000_000  # 2026-01-05 08:00:00 UTC
LINE = [[-25.0, 0.5, 4.0], [-25.0, 0.6], [-25.0, 0.7]]
ISO = ["2026-01-05T08:00:00Z", "2026-01-05T09:00:01.5+01:00", "2026-01-05T08:00:03"]
FIXES = [Fix(T0_MS, 0.5, -25, 4), Fix(T0_MS + 1500, 0.6, -25), Fix(T0_MS + 3000, 0.7, -25)]


def document(kind: str, coordinates: object, properties: object) -> str:
    geometry = {"type": kind, "coordinates": coordinates}
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


@pytest.mark.parametrize(
    "times", [ISO, [T0_MS, T0_MS + 1500, T0_MS + 3000], [T0_MS / 1000 + s for s in (0, 1.5, 3)]]
)
@pytest.mark.parametrize("where", ["coordTimes", "times", "coordinateProperties"])
def test_a_line_with_times_is_a_track(where: str, times: list[Any]) -> None:
    value = {"times": times} if where == "coordinateProperties" else times
    assert geojson_fixes(document("LineString", LINE, {where: value})) == (FIXES, 0)


def test_the_lines_of_a_multi_line_follow_each_other() -> None:
    text = document("MultiLineString", [LINE[:1], LINE[1:]], {"coordTimes": [ISO[:1], ISO[1:]]})
    assert geojson_fixes(text) == (FIXES, 0)


def test_a_point_says_its_motion_and_reception() -> None:
    said = {"time": ISO[0], "speed": 10, "course": -90, "hdop": 0.9, "satellites": 11}
    whole = Fix(T0_MS, 0.5, -25, 4, 10, 270, 0.9, 11)
    assert geojson_fixes(document("Point", LINE[0], said)) == ([whole], 0)


@pytest.mark.parametrize("time", [None, "yesterday", 1e300, True, float("nan"), [1]])
def test_what_has_no_readable_time_is_counted_and_is_no_fix(time: object) -> None:
    assert geojson_fixes(document("Point", LINE[0], {"time": time})) == ([], 1)
    assert geojson_fixes(document("LineString", LINE, {"times": [ISO[0], time]})) == (FIXES[:1], 2)


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, '{"type": "Point"}', "9" * 9_999])
def test_what_is_no_geojson_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        geojson_fixes(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(ISO),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("kind", [["LineString"], {}, None, 7])
def test_a_geometry_of_no_kind_is_no_place(kind: object) -> None:
    feature = {"type": "Feature", "geometry": {"type": kind, "coordinates": LINE}}
    assert geojson_fixes(json.dumps(feature)) == ([], 0)


@given(
    st.sampled_from(["Point", "LineString", "MultiLineString"]),
    JSON,
    st.dictionaries(st.sampled_from(["time", "times", "speed", "heading", "satellites"]), JSON),
)
def test_nothing_in_a_document_is_an_exception(kind: str, where: Any, said: dict[str, Any]) -> None:
    geojson_fixes(document(kind, where, said))
    geojson_fixes(document(kind, [where, LINE[0]], said | {"times": [said.get("times"), ISO[0]]}))
