"""Coverage of an area and gaps near a point, over HTTP from the real app."""

import json
from collections.abc import Iterator

import httpx
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from api.app import create_app
from api.main import build
from roadcomb.cells import cell_of, format_cell, parent
from tests.api.serving import serving
from tests.tiles.worlds import AT_SEA, Drive, a_node, decide, seal
from tiles.live import LiveMap

LAT, LON = AT_SEA
BOX = f"{LON - 0.01},{LAT - 0.01},{LON + 0.01},{LAT + 0.01}"
CELL = format_cell(cell_of(*AT_SEA))
DRIVE = Drive("north", grades=(700,) * 40)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A node on which one drive of 320 m was accepted."""
    node = a_node(tmp_path_factory.mktemp("coverage"))
    seal(node, DRIVE)
    decide(node, DRIVE)
    with serving(create_app(node, LiveMap(node))) as client:
        yield client
    node.catalog.close()


def cells(client: httpx.Client, **asked: str) -> list[str]:
    answer = client.get("/v1/coverage", params={"bbox": BOX, **asked})
    assert answer.status_code == 200, answer.text
    return [feature["id"] for feature in answer.json()["features"]]


def test_an_area_answers_its_cells_as_geojson(client: httpx.Client) -> None:
    answer = client.get("/v1/coverage", params={"bbox": BOX})
    assert answer.headers["content-type"] == "application/geo+json"
    document = answer.json()
    assert (document["type"], document["next"]) == ("FeatureCollection", None)
    feature = next(one for one in document["features"] if one["id"] == CELL)
    assert feature["properties"]["best_grade"] == 700
    ring = feature["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    again = client.get(
        "/v1/coverage", params={"bbox": BOX}, headers={"if-none-match": answer.headers["etag"]}
    )
    assert again.status_code == 304


def test_pages_together_are_the_whole(client: httpx.Client) -> None:
    whole, paged = cells(client), list[str]()
    url = "/v1/coverage?" + str(httpx.QueryParams({"bbox": BOX, "limit": 3}))
    while url:
        page = client.get(url).json()
        paged += [feature["id"] for feature in page["features"]]
        url = page["next"]
    assert paged == whole
    assert len(whole) > 10


def test_an_arrow_client_gets_the_same_cells(client: httpx.Client) -> None:
    for asked, accept in (({"f": "arrow"}, "*/*"), ({}, "application/vnd.apache.arrow.stream")):
        answer = client.get(
            "/v1/coverage", params={"bbox": BOX, **asked}, headers={"accept": accept}
        )
        table = pa.ipc.open_stream(answer.content).read_all()
        assert [format_cell(cell) for cell in table["cell"].to_pylist()] == cells(client)


def test_a_cell_a_polygon_and_a_coarser_resolution_are_areas_too(client: httpx.Client) -> None:
    square = [[LON - 0.01, LAT - 0.01], [LON + 0.01, LAT - 0.01], [LON + 0.01, LAT + 0.01]]
    polygon = json.dumps({"type": "Polygon", "coordinates": [[*square, square[0]]]})
    some = client.get("/v1/coverage", params={"polygon": polygon}).json()["features"]
    assert 0 < len(some) <= len(cells(client))
    coarse = format_cell(parent(cell_of(*AT_SEA), 6))
    inside = client.get("/v1/coverage", params={"cell": coarse, "resolution": 8}).json()
    assert inside["features"]


def test_only_what_was_seen_since_a_day(client: httpx.Client) -> None:
    assert cells(client, since="2026-01-05") == cells(client)
    assert cells(client, since="2026-01-06") == []


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"bbox": BOX, "cell": CELL},
        {"bbox": "1,2,3"},
        {"bbox": BOX, "resolution": 13},
        {"bbox": BOX, "since": "yesterday"},
        {"bbox": BOX, "after": "nowhere"},
        {"bbox": BOX, "limit": 0},
        {"bbox": BOX, "f": "csv"},
        {"cell": "8c"},
        {"cell": CELL, "resolution": 5},
        {"polygon": "{}"},
    ],
)
def test_a_wrong_question_is_a_problem_and_never_an_error(
    client: httpx.Client, asked: dict[str, str]
) -> None:
    answer = client.get("/v1/coverage", params=asked)
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_gaps_tell_what_a_pass_would_earn(client: httpx.Client) -> None:
    answer = client.get("/v1/gaps", params={"lat": LAT, "lon": LON, "radius": 100})
    found = answer.json()
    assert found["found"] == len(found["gaps"]) > 5
    assert all(gap["distance_m"] <= 100 for gap in found["gaps"])
    assert {gap["last_seen"] for gap in found["gaps"]} == {None}
    assert {gap["earns"] for gap in found["gaps"]} == {str(10**9)}
    assert client.get("/v1/gaps", params={"lat": 91, "lon": 0}).status_code in (400, 422)
    assert client.get("/v1/gaps", params={"lat": 89.999, "lon": 179.999}).json()["gaps"] == []


def test_a_driver_asks_where_to_drive(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("COLUMNS", "160")
    node_at = ["--to", str(client.base_url)]
    said = CliRunner().invoke(build(), ["where", *node_at, "--", str(LAT), str(LON)])
    assert "never" in said.output, said.exception
    assert "by the policy's ceiling" in said.output
    nothing = CliRunner().invoke(build(), ["where", *node_at, "--", "40", "40"])
    assert "no street that nobody saw" in nothing.output
    as_json = CliRunner().invoke(build(), ["where", "--json", *node_at, "--", str(LAT), str(LON)])
    assert json.loads(as_json.output)["gaps"]


def test_a_cell_tells_its_days(client: httpx.Client) -> None:
    history = client.get(f"/v1/cells/{CELL}").json()["history"]
    assert [day["day"] for day in history] == ["2026-01-05"]
    assert history[0]["best_grade"] == 700
