"""A drive's pictures in order, a cell's pictures of one day, and what its next pass would earn."""

from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from roadcomb.cells import cell_of, format_cell
from roadcomb.epochs import DAY_MS
from tests.api.serving import serving
from tests.tiles.worlds import AT_SEA, MONDAY_MS, Drive, a_node, decide, seal

FIRST = Drive("first", grades=(500, 600, 700), verdicts=("accepted", "rejected", "accepted"))
SECOND = Drive("second", "bob", t_ms=MONDAY_MS + DAY_MS, grades=(900, 900))
CELL = format_cell(cell_of(*AT_SEA))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    node = a_node(tmp_path_factory.mktemp("playing"))
    for drive in (FIRST, SECOND):
        seal(node, drive)
        decide(node, drive)
    with serving(create_app(node)) as client:
        yield client
    node.catalog.close()


def cell(client: httpx.Client, **asked: str) -> list[dict[str, str]]:
    pictures: list[dict[str, str]] = client.get(f"/v1/cells/{CELL}", params=asked).json()[
        "pictures"
    ]
    return pictures


def test_a_drives_pictures_come_in_order_and_without_those_rejected(client: httpx.Client) -> None:
    drive = cell(client, day="2026-01-05")[0]["id"].split("/")[0]
    told = client.get(f"/v1/pictures/{drive}").json()
    assert [one["id"] for one in told["pictures"]] == [f"{drive}/0", f"{drive}/2"]
    assert [one["grade"] for one in told["pictures"]] == [500, 700]
    assert told["next"] is None


def test_pages_of_a_drive_together_are_the_whole(client: httpx.Client) -> None:
    drive = cell(client)[0]["id"].split("/")[0]
    whole = client.get(f"/v1/pictures/{drive}").json()["pictures"]
    one = client.get(f"/v1/pictures/{drive}", params={"limit": 1}).json()
    other = client.get(f"/v1/pictures/{drive}", params={"first": one["next"]}).json()
    assert one["pictures"] + other["pictures"] == whole


def test_an_unknown_drive_is_not_found(client: httpx.Client) -> None:
    assert client.get("/v1/pictures/nobody").status_code == 404


def test_a_cell_answers_the_pictures_of_one_day(client: httpx.Client) -> None:
    assert {one["day"] for one in cell(client)} == {"2026-01-05", "2026-01-06"}
    assert {one["day"] for one in cell(client, day="2026-01-05")} == {"2026-01-05"}
    assert cell(client, day="2025-01-01") == []


def test_a_cell_never_paid_earns_a_full_reward(client: httpx.Client) -> None:
    told = client.get(f"/v1/cells/{CELL}/next-pass").json()
    assert told["refill_days"] == told["full_days"] > 0
    assert int(told["earns"]) > 0
    assert told["rate_of"] is None


def test_only_a_paid_cell_has_a_next_pass(client: httpx.Client) -> None:
    assert client.get("/v1/cells/8029fffffffffff/next-pass").status_code == 422
