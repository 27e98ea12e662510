"""Panoramax's layers, and its own viewer, unmodified, showing a node's pictures in Chromium."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import cv2
import httpx
import mapbox_vector_tile
import numpy as np
import pytest
from fastapi import FastAPI
from numpy.typing import NDArray
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from api.app import create_app
from tests.api.panoramax import VIEWER, page
from tests.api.serving import serving
from tests.api.viewer.browser import ARGUMENTS, chromium
from tests.api.viewer.roads import FRAMES, LAT_DEG, LON_DEG, ROADS, node_with_roads
from tests.tiles.test_cover import tile_around
from tiles.live import LiveMap

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WAIT_MS = 60_000
"""Rendering is by software here, on machines that are shared."""
EXACT = 4
"""Largest difference of a channel that is still the same colour; pictures differ by 12."""
SHARE = 0.05
ALL = len(ROADS) * FRAMES
HERE = (LAT_DEG, LON_DEG)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A node with three published roads."""
    node = node_with_roads(tmp_path_factory.mktemp("panoramax") / "node", shown=True)
    with serving(create_app(node, LiveMap(node))) as client:
        yield client
    node.catalog.close()


def layers(client: httpx.Client, zoom: int) -> dict[str, Any]:
    tile = tile_around(HERE, zoom)
    answer = client.get(f"/api/map/{tile.z}/{tile.x}/{tile.y}.mvt")
    assert answer.status_code == 200
    decoded: dict[str, Any] = mapbox_vector_tile.decode(answer.content)
    return {name: layer["features"] for name, layer in decoded.items()}


def items(client: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/search", params={"limit": 1000}).json()[
        "features"
    ]
    return found


def test_each_zoom_has_its_layers(client: httpx.Client) -> None:
    drawn = {zoom: set(layers(client, zoom)) for zoom in (0, 6, 7, 9, 12, 14, 15)}
    lines = {"sequences"}
    assert drawn == {
        0: {"grid"}, 6: {"grid"}, 7: lines, 9: lines, 12: lines, 14: lines,
        15: {"sequences", "pictures"},
    }  # fmt: skip


def test_the_grid_counts_every_picture_once(client: httpx.Client) -> None:
    for zoom in (0, 3, 6):
        told = [feature["properties"] for feature in layers(client, zoom)["grid"]]
        assert sum(one["nb_pictures"] for one in told) == ALL
        assert max(one["coef"] for one in told) == 1.0
        assert all(0 < one["coef"] == one["coef_flat_pictures"] for one in told)


def test_dots_and_lines_carry_the_ids_of_the_stac_documents(client: httpx.Client) -> None:
    known = {one["id"]: one for one in items(client)}
    drawn = layers(client, 15)
    dots = {one["properties"]["id"]: one["properties"] for one in drawn["pictures"]}
    assert dots.keys() == known.keys()
    for id_, told in dots.items():
        assert json.loads(told["sequences"]) == [known[id_]["collection"]]
        assert told["ts"] == known[id_]["properties"]["start_datetime"][:10]
        assert told["grade"] == known[id_]["properties"]["roadcomb:grade"]
    lines = {one["properties"]["id"] for one in drawn["sequences"]}
    assert lines == {one["collection"] for one in known.values()}


def test_tiles_are_cached_by_tag_and_bad_ones_refused(client: httpx.Client) -> None:
    tile = tile_around(HERE, 15)
    path = f"/api/map/15/{tile.x}/{tile.y}.mvt"
    tag = client.get(path).headers["etag"]
    assert client.get(path, headers={"if-none-match": tag}).status_code == 304
    assert client.get("/api/map/15/3/3.mvt").status_code == 204
    for wrong in ("16/0/0", "3/8/0", "-1/0/0"):
        assert client.get(f"/api/map/{wrong}.mvt").status_code == 400


def test_the_style_names_layers_and_their_fields(client: httpx.Client) -> None:
    told = client.get("/api/map/style.json").json()
    drawn = {layer["source-layer"] for layer in told["layers"]}
    fields = told["metadata"]["panoramax:fields"]
    assert drawn == set(fields) == {"grid", "sequences", "pictures"}
    for name, found in (layers(client, 0) | layers(client, 15)).items():
        assert set(found[0]["properties"]) == set(fields[name])


def test_previews_come_by_id(client: httpx.Client) -> None:
    one = items(client)[0]
    links = {link["rel"]: link["href"] for link in client.get("/api").json()["links"]}
    for rel, id_ in (("item-preview", one["id"]), ("collection-preview", one["collection"])):
        answer = client.get(links[rel].replace("{id}", id_))
        assert answer.headers["content-type"] == "image/jpeg"
        assert client.get(links[rel].replace("{id}", "nobody")).status_code == 404


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    path = chromium()
    if not (VIEWER.folder / "index.js").is_file():
        pytest.skip("Panoramax's viewer is not there: run python -m tests.api.panoramax")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def shown(browser: "Browser", client: httpx.Client) -> "Iterator[Page]":
    """The viewer on the sixth picture of a drive; it may ask nobody but the node."""
    site, one = FastAPI(), items(client)[5]
    html = page(str(client.base_url).rstrip("/"), one["collection"], one["id"])
    site.add_api_route("/", lambda: HTMLResponse(html))
    site.mount("/", StaticFiles(directory=VIEWER.folder))
    with serving(site) as host:
        context = browser.new_context(viewport={"width": 1000, "height": 700})
        opened = context.new_page()
        opened.set_default_timeout(WAIT_MS)
        own = (str(host.base_url), str(client.base_url), "blob:", "data:")
        opened.route(lambda url: not url.startswith(own), lambda route: route.abort())
        opened.goto(f"{host.base_url}/")
        yield opened
        context.close()


def on_screen(page: "Page", picture: bytes) -> bool:
    """Whether a good part of the screen soon has the colour of a picture's ground."""
    ground = decoded(picture)[5, 5]
    for _ in range(WAIT_MS // 500):
        near = np.abs(decoded(page.screenshot()).astype(int) - ground).max(axis=2) <= EXACT
        if near.mean() > SHARE:
            return True
        page.wait_for_timeout(500)
    return False


def decoded(picture: bytes) -> NDArray[np.uint8]:
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return pixels.astype(np.uint8)


def test_a_picture_is_on_the_screen_of_panoramax_and_next_leads_on(
    shown: "Page", client: httpx.Client
) -> None:
    pictures = [client.get(one["assets"]["hd"]["href"]).content for one in items(client)[5:7]]
    assert on_screen(shown, pictures[0])
    shown.evaluate("() => document.querySelector('#viewer').psv.goToNextPicture()")
    assert on_screen(shown, pictures[1])
