"""Full pictures where they are metered: free thumbnails, keys, a cell counted once a week."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from api.app import create_app
from api.main import build
from roadcomb.catalog.tables import api_keys, openings
from roadcomb.clock import FileClock
from roadcomb.epochs import DAY_MS, week_of
from roadcomb.node import Node
from roadcomb.settings import ImageryAccess
from tests.api.serving import serving
from tests.quality.publishing.showing import show
from tests.tiles.worlds import MONDAY_MS, Drive, a_node, a_picture, decide, seal
from tiles.live import LiveMap
from tiles.metering import create_key, list_keys, open_cell, revoke_key

DRIVE = Drive("a", pictures=[a_picture(n) for n in range(8)], grades=(500,) * 8)
FREE = (
    "/v1/pictures/public-a/0/thumbnail.jpg",
    "/api/search",
    "/api/map/0/0/0.mvt",
    "/api/pictures/public-a-0/thumb.jpg",
    "/api/collections/public-a/thumb.jpg",
)
FULL = "/v1/pictures/public-a/{}/full.jpg"


@pytest.fixture
def node(tmp_path: Path, catalog_url: str) -> Iterator[Node]:
    made = a_node(tmp_path / "node", catalog_url)
    settings = made.settings.model_copy(update={"imagery_access": ImageryAccess.METERED})
    yield replace(made, settings=settings)
    made.catalog.close()


@pytest.fixture
def client(node: Node) -> Iterator[httpx.Client]:
    seal(node, DRIVE)
    decide(node, DRIVE)
    show(node, DRIVE.drive_id, dict(enumerate(DRIVE.pictures)))
    with serving(create_app(node, LiveMap(node))) as client:
        yield client


def counted(node: Node) -> int:
    with node.catalog.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(openings)) or 0)


def test_thumbnails_and_metadata_are_free_and_the_full_picture_is_402(
    client: httpx.Client, node: Node
) -> None:
    for free in FREE:
        assert client.get(free).status_code == 200, free
    for headers in ({}, {"X-Api-Key": "rck_madeup"}):
        refused = client.get(FULL.format(0), headers=headers)
        assert refused.status_code == 402
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["type"].endswith("/payment-required")
    assert counted(node) == 0
    item = client.get("/api/search").json()["features"][0]
    assert client.get(item["assets"]["sd"]["href"]).status_code == 200


def test_an_account_is_counted_once_for_a_cell_and_a_week(client: httpx.Client, node: Node) -> None:
    keys = [create_key(node, "maps"), create_key(node, "maps"), create_key(node, "others")]
    for key in keys[:2] * 2:
        answer = client.get(FULL.format(0), headers={"X-Api-Key": key})
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "private, no-cache"
    assert counted(node) == 1
    client.get(FULL.format(0), headers={"X-Api-Key": keys[2]})
    assert counted(node) == 2
    client.get(FULL.format(7), headers={"X-Api-Key": keys[0]})
    assert counted(node) == 3
    FileClock(node.settings.data / "clock").set_ms(MONDAY_MS + 6 * DAY_MS)
    client.get(FULL.format(0), headers={"X-Api-Key": keys[0]})
    assert counted(node) == 3
    FileClock(node.settings.data / "clock").set_ms(MONDAY_MS + 7 * DAY_MS)
    client.get(FULL.format(0), headers={"X-Api-Key": keys[0]})
    assert counted(node) == 4


def test_a_revoked_key_opens_nothing_not_even_what_was_counted(
    client: httpx.Client, node: Node
) -> None:
    key = create_key(node, "maps")
    assert client.get(FULL.format(0), headers={"X-Api-Key": key}).status_code == 200
    [known] = list_keys(node)
    revoke_key(node, known.id)
    assert client.get(FULL.format(0), headers={"X-Api-Key": key}).status_code == 402


def test_an_open_node_asks_nobody(client: httpx.Client, node: Node) -> None:
    settings = node.settings.model_copy(update={"imagery_access": ImageryAccess.OPEN})
    opened = replace(node, settings=settings)
    with serving(create_app(opened, LiveMap(opened))) as other:
        answer = other.get(FULL.format(0))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, no-cache")
    assert counted(node) == 0


def test_the_question_says_whether_it_was_counted_now(node: Node) -> None:
    key = create_key(node, "maps")
    assert open_cell(node, key, 5)
    assert not open_cell(node, key, 5)
    monday = MONDAY_MS // DAY_MS
    assert [week_of(monday + day) - week_of(monday) for day in (-1, 0, 6, 7)] == [-1, 0, 0, 1]


def test_the_operator_makes_lists_and_revokes_keys_and_none_is_written_down(node: Node) -> None:
    def run(*words: str) -> str:
        data = ["--data", str(node.settings.data)]
        done = CliRunner().invoke(build(), ["apikey", *words, *data], env=environment)
        assert done.exit_code == 0, done.output
        return done.output

    environment = {"ROADCOMB_CATALOG": node.settings.catalog_url, "ROADCOMB_KEY_SEED": "tiles"}
    key = run("create", "maps").strip()
    with node.catalog.reading() as connection:
        assert key not in str(connection.execute(sa.select(api_keys)).all())
    [listed] = json.loads(run("list", "--json"))
    assert (listed["account"], listed["opened"], listed["revoked_ms"]) == ("maps", 0, None)
    run("revoke", str(listed["id"]))
    assert "revoked" in run("list")
