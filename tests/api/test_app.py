"""What holds for every answer: problems, request ids, headers, readiness, an OpenAPI in order."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pyarrow as pa
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from api.app import create_app
from quality.judgement import store
from roadcomb.canonical import parse_json
from roadcomb.cells import format_cell
from roadcomb.node import Node
from tests.api.conftest import LIMITS
from tests.api.serving import serving
from tests.api.test_upload import assert_problem
from tests.drives import NOW_MS, make_node
from tests.tiles.worlds import Drive, a_node, commit_epoch, decide, seal
from tiles.fold import fold
from tiles.passes import passes_of
from tiles.snapshot import digest, write


def coverage_of(drive: Drive) -> pa.Table:
    passes = passes_of(drive.judgement())
    return fold(None, passes.append_column("sketch", pa.array([1] * len(passes), pa.uint8())))


def test_a_node_says_who_it_is_and_what_time_it_is(client: httpx.Client, node: Node) -> None:
    info = client.get("/v1/node").json()
    assert (info["node"], info["now_ms"]) == (node.key.public, NOW_MS)
    assert info["limits"] == {
        "frame_bytes": 12_000_000, "batch_bytes": 16_000_000, "drive_frames": 20_000
    }  # fmt: skip
    assert info["version"]


def test_a_healthy_node_is_alive_and_ready(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {
        "ready": True, "catalog": "ok", "blobs": "ok", "degraded": [], "waiting": {}
    }  # fmt: skip


def test_a_node_with_a_damaged_judgement_serves_and_names_it(tmp_path: Path) -> None:
    node = a_node(tmp_path)
    drive = Drive("one")
    seal(node, drive)
    decide(node, drive)
    digest = store(node.blobs, drive.judgement())
    node.blobs.put(f"judgements/{digest}", b"?")
    with serving(create_app(node, limits=LIMITS)) as client:
        ready = client.get("/readyz")
    assert ready.status_code == 200
    [named] = ready.json()["degraded"]
    assert f"judgements/{digest}" in named
    node.catalog.close()


def test_a_node_with_a_damaged_map_starts_serves_it_and_says_so(tmp_path: Path) -> None:
    node = a_node(tmp_path)
    drive = Drive("one")
    seal(node, drive)
    decide(node, drive)
    coverage = coverage_of(drive)
    commit_epoch(node, 20_458, write(node.blobs, coverage), [drive])
    node.blobs.put(f"coverage/{digest(coverage)}", b"?")
    cell = format_cell(int(coverage["cell"][0].as_py()))
    with serving(create_app(node, limits=LIMITS)) as client:
        [named] = client.get("/readyz").json()["degraded"]
        assert client.get(f"/v1/cells/{cell}").status_code == 200
    assert f"coverage/{digest(coverage)}" in named
    assert "restore it" in named
    node.catalog.close()


def test_a_node_without_its_schema_or_folder_is_alive_but_not_ready(
    tmp_path: Path, catalog_url: str
) -> None:
    node = make_node(tmp_path / "node", catalog_url)
    with serving(create_app(node, limits=LIMITS)) as client:
        with node.catalog.writing() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
        shutil.rmtree(tmp_path / "node" / "blobs")
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json() == {
            "ready": False,
            "catalog": "its schema is of another version",
            "blobs": "its folder is gone",
            "degraded": [],
            "waiting": {},
        }
        assert client.get("/healthz").status_code == 200
    node.catalog.close()


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/v1/nothing", 404, "not-found"),
        ("GET", "/v1/drives", 405, "method-not-allowed"),
        ("DELETE", "/healthz", 405, "method-not-allowed"),
        ("POST", "/", 405, "method-not-allowed"),
        ("GET", "/../../etc/passwd", 404, "not-found"),
        ("POST", "/v1/nothing", 405, "method-not-allowed"),
    ],
)
def test_every_refusal_is_a_problem(
    client: httpx.Client, method: str, path: str, status: int, kind: str
) -> None:
    assert_problem(client.request(method, path), status, kind)


@pytest.mark.parametrize("path", ["/v1/bindings", "/v1/drives"])
def test_a_body_that_does_not_tell_its_length_is_cut_off_at_the_limit(
    node: Node, path: str
) -> None:
    limits = LIMITS.model_copy(update={"manifest_bytes": 100_000})
    headers = {"Content-Type": "application/json"}
    with serving(create_app(node, limits=limits)) as client:
        endless = client.post(path, content=(b" " * 1_000 for _ in range(101)), headers=headers)
        assert_problem(endless, 413, "too-large")
        assert client.get("/healthz").status_code == 200


@pytest.fixture
def failing(node: Node) -> Iterator[httpx.Client]:
    """An app with routes that fail in ways nobody foresaw."""
    app: FastAPI = create_app(node, limits=LIMITS)
    app.add_api_route("/bug", _bug)
    app.add_api_route("/typed/{number}", _typed)
    app.add_api_route("/catalog", _no_catalog)
    app.add_api_route("/connection", _no_connection)
    with serving(app) as opened:
        yield opened


def _bug() -> None:
    raise KeyError("a secret name")


def _typed(number: int) -> int:
    return number


def _no_catalog() -> None:
    raise sa.exc.OperationalError("SELECT secret", {}, Exception("connection refused"))


def _no_connection() -> None:
    raise sa.exc.TimeoutError("QueuePool limit of secret reached")


def test_a_bug_shows_nothing_of_the_inside(failing: httpx.Client) -> None:
    answer = failing.get("/bug")
    assert_problem(answer, 500, "internal")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_value_of_the_wrong_type_is_named(failing: httpx.Client) -> None:
    answer = failing.get("/typed/three")
    assert_problem(answer, 422, "invalid-request")
    assert answer.json()["errors"][0]["where"] == "path.number"


@pytest.mark.parametrize("path", ["/catalog", "/connection"])
def test_a_catalog_that_does_not_answer_is_503(failing: httpx.Client, path: str) -> None:
    answer = failing.get(path)
    assert_problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "5"
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["/", "/healthz", "/v1/nothing"])
def test_every_answer_carries_the_headers_of_caution(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "worker-src 'self' blob:" in headers["content-security-policy"]
    assert "server" not in headers or "uvicorn" in headers["server"]


def test_a_harmless_request_id_is_kept_and_another_replaced(client: httpx.Client) -> None:
    kept = client.get("/healthz", headers={"X-Request-Id": "trip-7.a"})
    assert kept.headers["x-request-id"] == "trip-7.a"
    replaced = client.get("/healthz", headers={"X-Request-Id": "a b\tc"})
    assert replaced.headers["x-request-id"] not in ("a b\tc", "")


def test_any_page_may_read_the_map(client: httpx.Client) -> None:
    answer = client.get("/v1/node", headers={"Origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"


def test_the_viewer_stands_at_the_root(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/", "/viewer.js"])
def test_a_browser_asks_whether_its_copy_of_the_viewer_still_holds(
    client: httpx.Client, path: str
) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    told = [answer.headers["cache-control"] for answer in (first, again)]
    assert told == ["no-cache", "no-cache"]


def test_a_refusal_repeats_no_more_than_the_beginning_of_a_long_path(client: httpx.Client) -> None:
    answer = client.get("/" + "a" * 30_000)
    assert_problem(answer, 404, "not-found")
    assert len(answer.content) < 1_000


def test_bodies_are_bounded_where_no_route_expects_one(client: httpx.Client) -> None:
    assert_problem(client.post("/v1/bindings", content=b"x" * 65_537), 413, "too-large")


def test_the_openapi_names_each_route_once_and_every_operation(client: httpx.Client) -> None:
    document = parse_json(client.get("/openapi.json").content)
    assert isinstance(document, dict)
    assert document["openapi"].startswith("3.1")
    assert {"/v1/drives", "/v1/drives/{drive_id}/frames", "/v1/node"} <= set(document["paths"])
    operations = [
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
    ]
    assert len(operations) == len(set(operations))


def test_head_answers_at_every_door_that_get_opens(client: httpx.Client) -> None:
    app_paths = client.get("/openapi.json").json()["paths"]
    plain = [path for path, item in app_paths.items() if "get" in item and "{" not in path]
    assert len(plain) > 5
    for path in (*plain, "/", "/v1/drives/none", "/v1/cells/none"):
        got, asked = client.get(path), client.head(path)
        assert (asked.status_code, asked.content) == (got.status_code, b""), path
        assert asked.headers["content-type"] == got.headers["content-type"]


def test_a_map_of_another_origin_may_show_its_key(client: httpx.Client) -> None:
    asked = {
        "Origin": "https://map.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "x-api-key",
    }
    answer = client.options("/v1/node", headers=asked)
    assert answer.status_code == 200
    assert "x-api-key" in answer.headers["access-control-allow-headers"].lower()


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/api/search", "POST", 200),
        ("/tiles/cells/0/0/0.mvt", "HEAD", 200),
        ("/v1/pictures/a/0/reports", "POST", 400),
        ("/v1/drives", "POST", 400),
        ("/api/search", "DELETE", 400),
    ],
)
def test_a_page_of_another_origin_may_read_and_search_and_write_nothing(
    client: httpx.Client, path: str, method: str, status: int
) -> None:
    asked = {
        "Origin": "https://map.example",
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type,if-none-match",
    }
    assert client.options(path, headers=asked).status_code == status


def test_other_web_pages_may_read_the_node_unless_the_operator_names_whose(
    client: httpx.Client, tmp_path: Path
) -> None:
    asked = {"Origin": "https://map.example"}
    assert client.get("/v1/node", headers=asked).headers["access-control-allow-origin"] == "*"
    node = a_node(tmp_path)
    settings = node.settings.model_copy(
        update={"cors_origins": "https://a.example https://b.example"}
    )
    with serving(create_app(replace(node, settings=settings), limits=LIMITS)) as own:
        allowed = own.get("/v1/node", headers={"Origin": "https://b.example"}).headers
        refused = own.get("/v1/node", headers=asked).headers
    assert allowed["access-control-allow-origin"] == "https://b.example"
    assert "access-control-allow-origin" not in refused
    node.catalog.close()
