"""The STAC API of the real app: valid by pystac's schemas, walked by pystac-client, never a 500."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import jsonschema
import pytest

from api.app import create_app
from roadcomb.epochs import DAY_MS
from roadcomb.settings import CaptureTime
from tests.api.serving import serving
from tests.quality.publishing.showing import show
from tests.tiles.worlds import AT_SEA, MONDAY_MS, Drive, a_node, a_picture, decide, seal
from tiles.live import LiveMap

if TYPE_CHECKING:
    from pystac_client import Client

LAT, LON = AT_SEA
HERE = [LON - 0.01, LAT - 0.01, LON + 0.01, LAT + 0.01]
DATE_LINE = (-17.0, 179.99999)
EAST_OF_IT = (-17.0, -179.99)
NEAR_POLE = (89.99, 30.0)
FIRST = Drive("a", pictures=[a_picture(n) for n in range(5)], grades=(500, 700, 600, 650, 300))
LATER = Drive(
    "b", t_ms=MONDAY_MS + 3 * DAY_MS + 8_123, pictures=FIRST.pictures[:3], licence="CC0-1.0"
)
FAR = tuple(
    Drive(name, start=start, pictures=[a_picture(40 + n)] * 2, grades=(900, 800))
    for n, (name, start) in enumerate((("c", DATE_LINE), ("d", EAST_OF_IT), ("e", NEAR_POLE)))
)
WAITING = Drive("f", pictures=FIRST.pictures[:2], grades=(500, 500))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A node with published drives, and one whose pictures wait."""
    node = a_node(tmp_path_factory.mktemp("stac"))
    for drive in (FIRST, LATER, *FAR, WAITING):
        seal(node, drive)
        decide(node, drive)
        if drive is not WAITING:
            show(node, drive.drive_id, dict(enumerate(drive.pictures)))
    with serving(create_app(node, LiveMap(node))) as client:
        yield client
    node.catalog.close()


@pytest.fixture
def catalog(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> "Client":
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    pystac_client = pytest.importorskip("pystac_client", reason="needs pystac-client")
    opened: Client = pystac_client.Client.open(f"{client.base_url}/api")
    return opened


def found(client: httpx.Client, **asked: object) -> list[str]:
    """Ids of all pages of a search by POST; a GET of the same must agree."""
    answer = client.post("/api/search", json=asked)
    assert answer.status_code == 200, answer.text
    ids = [feature["id"] for feature in answer.json()["features"]]
    words = {
        name: ",".join(map(str, value)) if isinstance(value, list) else
        json.dumps(value) if isinstance(value, dict) else str(value)
        for name, value in asked.items()
    }  # fmt: skip
    by_get = client.get("/api/search", params=words).json()
    assert [feature["id"] for feature in by_get["features"]] == ids
    return ids


def validate(document: dict[str, Any]) -> None:
    """By the schemas inside pystac, whose own validator needs a newer jsonschema than we have."""
    pystac = pytest.importorskip("pystac", reason="needs pystac")
    folder = Path(pystac.__file__).parent / "validation" / "jsonschemas"
    store = {f"https://geojson.org/schema/{one.name}": one for one in folder.glob("geojson/*")}
    for one in folder.glob("stac-spec/v1.1.0/*.json"):
        spec = one.stem if one.stem in ("catalog", "collection") else "item"
        base = f"https://schemas.stacspec.org/v1.1.0/{spec}-spec/json-schema"
        store[f"{base}/{one.name}"] = one
    read = {address: json.loads(one.read_text()) for address, one in store.items()}
    kind = {"Feature": "item"}.get(document["type"], document["type"].lower())
    schema = read[f"https://schemas.stacspec.org/v1.1.0/{kind}-spec/json-schema/{kind}.json"]
    resolver = jsonschema.RefResolver.from_schema(schema, store=read)
    jsonschema.Draft7Validator(schema, resolver=resolver).validate(document)


def ids_of(*drives: Drive) -> list[str]:
    return [f"public-{drive.name}-{n}" for drive in drives for n in range(len(drive.grades))]


def test_every_document_is_valid_by_the_schemas_of_stac_1_1(client: httpx.Client) -> None:
    landing = client.get("/api").json()
    assert landing["stac_version"] == "1.1.0"
    documents = [landing, *client.get("/api/collections").json()["collections"]]
    documents += client.get("/api/search").json()["features"]
    assert len(documents) == 1 + 5 + 14
    for document in documents:
        validate(document)
    with pytest.raises(jsonschema.ValidationError):
        validate({**documents[-1], "assets": {"hd": {}}})
    assert client.get("/api/").json() == landing


def test_pystac_client_walks_all_of_it(catalog: "Client") -> None:
    collections = list(catalog.get_collections())
    assert [one.id for one in collections] == [f"public-{name}" for name in "abcde"]
    walked = [item.id for one in collections for item in one.get_items()]
    assert walked == ids_of(FIRST, LATER, *FAR)
    item = collections[0].get_item("public-a-1")
    assert item is not None
    assert item.get_single_link("next").target.endswith("/public-a-2")  # type: ignore[union-attr]


def test_pystac_client_searches_page_by_page(catalog: "Client") -> None:
    for method in ("GET", "POST"):
        search = catalog.search(method=method, bbox=HERE, limit=2)
        assert [item.id for item in search.items()] == ids_of(FIRST, LATER)
        assert len(list(search.pages())) == 4
        graded = catalog.search(method=method, bbox=HERE, query=["roadcomb:grade>=650"])
        assert [item.id for item in graded.items()] == ["public-a-1", "public-a-3", "public-b-1"]


def test_a_picture_tells_its_day_and_neither_time_nor_person(client: httpx.Client) -> None:
    item = client.get("/api/collections/public-b/items/public-b-1").json()
    told = item["properties"]
    assert told["datetime"] is None
    assert told["start_datetime"] == "2026-01-08T00:00:00Z"
    assert told["end_datetime"] == "2026-01-08T23:59:59Z"
    assert "alice" not in json.dumps(item)
    assert [(link["rel"], link["id"]) for link in item["links"] if "id" in link] == [
        ("prev", "public-b-0"),
        ("next", "public-b-2"),
    ]
    assert item["providers"][0]["name"] == "© contributors of this Roadcomb node"
    for asset in item["assets"].values():
        assert client.get(asset["href"]).headers["content-type"] == "image/jpeg"


@pytest.fixture(scope="module")
def exact(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A node whose operator has decided that the times of pictures are told."""
    node = a_node(tmp_path_factory.mktemp("exact"), times=CaptureTime.EXACT)
    for drive in (FIRST, LATER):
        seal(node, drive)
        decide(node, drive)
        show(node, drive.drive_id, dict(enumerate(drive.pictures)))
    with serving(create_app(node, LiveMap(node))) as client:
        yield client
    node.catalog.close()


def test_where_the_operator_so_decides_a_picture_tells_its_instant(
    client: httpx.Client, exact: httpx.Client
) -> None:
    item = exact.get("/api/collections/public-b/items/public-b-1").json()
    validate(item)
    assert item["properties"]["datetime"] == "2026-01-08T00:00:09.123Z"
    assert "start_datetime" not in item["properties"]
    collection = exact.get("/api/collections/public-b").json()
    validate(collection)
    [interval] = collection["extent"]["temporal"]["interval"]
    assert interval == ["2026-01-08T00:00:08.123Z", "2026-01-08T00:00:10.123Z"]
    for node, taken in ((exact, "2026-01-08T00:00:09.123Z"), (client, None)):
        assert node.get("/v1/pictures/public-b").json()["pictures"][1]["taken"] == taken


def test_a_search_by_time_finds_instants_where_they_are_told(exact: httpx.Client) -> None:
    at = "2026-01-08T00:00:09.123Z"
    assert found(exact, datetime=at) == ["public-b-1"]
    assert found(exact, datetime=f"{at}/..") == ["public-b-1", "public-b-2"]
    assert found(exact, datetime=f"../{at}") == [*ids_of(FIRST), "public-b-0", "public-b-1"]
    assert found(exact, datetime="2026-01-08T00:00:09.124Z/2026-01-08T00:00:10Z") == []


def test_a_drive_is_under_the_licence_that_its_contributor_chose(client: httpx.Client) -> None:
    for name, licence in (("a", "CC-BY-SA-4.0"), ("b", "CC0-1.0")):
        collection = client.get(f"/api/collections/public-{name}").json()
        item = client.get(f"/api/collections/public-{name}/items/public-{name}-1").json()
        assert collection["license"] == item["properties"]["license"] == licence
        address = f"https://spdx.org/licenses/{licence}.html"
        for document in (collection, item):
            [link] = [link for link in document["links"] if link["rel"] == "license"]
            assert link["href"] == address
        words = f"© contributors of this Roadcomb node ({licence})"
        assert collection["roadcomb:attribution"] == words
        assert item["properties"]["roadcomb:attribution"] == words
        picture = client.get(f"/v1/pictures/public-{name}").json()["pictures"][0]
        assert picture["licence"] == licence
        for size in ("thumbnail", "full"):
            assert client.get(picture[size]).headers["link"] == f'<{address}>; rel="license"'


def test_pictures_that_wait_for_their_blur_are_no_items(client: httpx.Client) -> None:
    assert client.get("/api/collections/public-f").status_code == 404
    assert found(client, ids=ids_of(WAITING)) == []


def test_a_new_publication_is_found_without_a_restart(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    node = a_node(tmp_path_factory.mktemp("new"))
    seal(node, FIRST)
    decide(node, FIRST)
    live = LiveMap(node)
    with serving(create_app(node, live)) as client:
        assert found(client) == []
        show(node, FIRST.drive_id, dict(enumerate(FIRST.pictures[:2])))
        live.refresh()
        assert found(client) == ids_of(FIRST)[:2]
    node.catalog.close()


def test_search_by_place_day_ids_grade_and_drive(client: httpx.Client) -> None:
    assert found(client, bbox=HERE, datetime="2026-01-06T00:00:00Z/..") == ids_of(LATER)
    assert found(client, bbox=HERE, datetime="2026-01-05T23:00:00Z") == ids_of(FIRST)
    assert found(client, ids=["public-b-1", "public-a-0", "nobody"]) == ["public-a-0", "public-b-1"]
    assert found(client, collections=["public-b"]) == ids_of(LATER)
    assert found(client, query={"roadcomb:grade": {"lt": 500}}) == ["public-a-4"]
    ring = [[-25.01, 0.49], [-24.99, 0.49], [-24.99, 0.50001], [-25.01, 0.50001], [-25.01, 0.49]]
    inside = {"type": "Polygon", "coordinates": [ring]}
    assert found(client, intersects=inside) == ["public-a-0", "public-b-0"]


def test_boxes_over_the_date_line_and_at_the_pole(client: httpx.Client) -> None:
    over = [179.9, -18, -179.9, -16]
    assert found(client, bbox=over) == ids_of(*FAR[:2])
    assert found(client, bbox=[30, 89, 30, 90]) == ids_of(FAR[2])
    assert found(client, bbox=[-180, -90, 0, 180, 90, 9]) == ids_of(FIRST, LATER, *FAR)


HUGE = {"type": "MultiPoint", "coordinates": [[0, n / 1e4] for n in range(2_001)]}
BOWTIE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"bbox": [1, 2, 3]}, "bad-bbox"),
        ({"bbox": [0, 2, 3, 1]}, "bad-bbox"),
        ({"bbox": [0, 0, 181, 1]}, "bad-bbox"),
        ({"bbox": ["0", 0, 1, 1]}, "bad-bbox"),
        ({"bbox": "0,0,1,1"}, "bad-bbox"),
        ({"bbox": [0, 0, 1, 1], "intersects": BOWTIE}, "bad-search"),
        ({"intersects": BOWTIE}, "bad-geometry"),
        ({"intersects": HUGE}, "bad-geometry"),
        ({"intersects": {"type": "Polygon"}}, "bad-geometry"),
        ({"intersects": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}}, "bad-geometry"),
        ({"intersects": {"type": "Point", "coordinates": ["a", None]}}, "bad-geometry"),
        ({"intersects": {"type": "Point", "coordinates": [200, 0]}}, "bad-geometry"),
        ({"intersects": {"type": "Sphere", "coordinates": []}}, "bad-geometry"),
        ({"intersects": {"type": "GeometryCollection", "geometries": 3}}, "bad-geometry"),
        ({"intersects": []}, "bad-geometry"),
        ({"datetime": "yesterday"}, "bad-datetime"),
        ({"datetime": "2026-13-01T00:00:00Z"}, "bad-datetime"),
        ({"datetime": "../.."}, "bad-datetime"),
        ({"datetime": "2026-01-06T00:00:00Z/2026-01-05T00:00:00Z"}, "bad-datetime"),
        ({"datetime": "0001-01-01T00:00:00+14:00"}, "bad-datetime"),
        ({"datetime": 5}, "bad-datetime"),
        ({"ids": "public-a-0"}, "bad-search"),
        ({"ids": ["x"] * 1_001}, "bad-search"),
        ({"limit": 0}, "bad-search"),
        ({"limit": True}, "bad-search"),
        ({"query": {"eo:cloud_cover": {"lt": 5}}}, "bad-search"),
        ({"query": {"roadcomb:grade": {"like": 5}}}, "bad-search"),
        ({"query": []}, "bad-search"),
        ({"sortby": "grade"}, "bad-search"),
        ({"token": 7}, "bad-search"),
        ({"token": "made-up"}, "bad-cursor"),
        ({"token": "é"}, "bad-cursor"),
        ([], "bad-search"),
    ],
    ids=str,
)
def test_a_wrong_search_is_a_problem_that_says_which(
    client: httpx.Client, asked: object, kind: str
) -> None:
    answer = client.post("/api/search", json=asked)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith(f"/{kind}")


@pytest.mark.parametrize(
    "asked",
    [
        {"bbox": "1,2,x,4"},
        {"bbox": "nan,0,1,1"},
        {"limit": "many"},
        {"intersects": "{"},
        {"query": "["},
        {"token": "AAAA"},
    ],
    ids=str,
)
def test_wrong_words_are_refused_alike(client: httpx.Client, asked: dict[str, str]) -> None:
    for path in ("/api/search", "/api/collections/public-a/items"):
        if path == "/api/search" or not {"intersects", "query"} & asked.keys():
            answer = client.get(path, params=asked)
            assert (answer.status_code, answer.json()["status"]) == (400, 400), answer.text


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 60_000, b'{"bbox":[NaN,0,1,1]}'])
def test_a_body_that_is_no_json_is_refused_too(client: httpx.Client, body: bytes) -> None:
    assert client.post("/api/search", content=body).status_code == 400


def test_a_cursor_that_was_changed_or_is_of_another_search_is_refused(client: httpx.Client) -> None:
    [following] = client.post("/api/search", json={"bbox": HERE, "limit": 1}).json()["links"][1:]
    token = following["body"]["token"]
    page = client.post("/api/search", json=following["body"])
    assert page.json()["features"][0]["id"] == "public-a-1"
    other = [{"bbox": HERE, "token": token[:9] + ("A" if token[9] != "A" else "B") + token[10:]}]
    other += [{"bbox": [0, 0, 1, 1], "token": token}, {"token": token + "A"}]
    for body in other:
        answer = client.post("/api/search", json=body)
        assert answer.json()["type"].endswith("/bad-cursor"), answer.text


def test_drives_come_in_pages_too(client: httpx.Client) -> None:
    names: list[str] = []
    url = "/api/collections?limit=2"
    while url:
        page = client.get(url).json()
        names += [one["id"] for one in page["collections"]]
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert names == [f"public-{name}" for name in "abcde"]


@pytest.mark.parametrize(
    "path", ["public-x", "public-x/items", "public-a/items/public-a-9", "public-a/items/public-b-0",
             "public-a/items/public-a-01", "public-a/items/public-a-99999999999999"]
)  # fmt: skip
def test_what_is_not_there_is_not_found(client: httpx.Client, path: str) -> None:
    assert client.get(f"/api/collections/{path}").status_code == 404
