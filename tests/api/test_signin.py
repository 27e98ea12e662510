"""A statement in a browser: a signed link opens it once, for minutes; the key stays at home."""

import base64
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from api.app import create_app
from ingest.requests import VALID_MS, authorization
from ingest.rotation import parse_rotation, sign_rotation
from ingest.sessions import PATH, SESSION_MS
from ingest.signers import rotate
from rewards.signin import link_of
from roadcomb.catalog.tables import sessions
from roadcomb.clock import FileClock
from roadcomb.node import Node
from tests.api.serving import serving
from tests.rewards.town import Shot, add_drive, open_town, person

ALICE = person("alice")


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    opened = open_town(tmp_path / "node")
    add_drive(opened, ALICE, [Shot(0, 0, 800)])
    yield opened
    opened.catalog.close()


@pytest.fixture
def client(node: Node) -> Iterator[httpx.Client]:
    with serving(create_app(node)) as opened:
        yield opened


def signed(node: Node, path: str = PATH) -> str:
    return authorization(ALICE, "POST", path, node.clock.now_ms())


def sign_in(client: httpx.Client, header: str) -> httpx.Response:
    return client.post(PATH, headers={"Authorization": header})


def statement(client: httpx.Client, session: str) -> httpx.Response:
    return client.get(f"{PATH}/statement", headers={"Authorization": f"Bearer {session}"})


def later(node: Node, by_ms: int) -> None:
    clock = node.clock
    assert isinstance(clock, FileClock)
    clock.set_ms(clock.now_ms() + by_ms)


def test_the_link_opens_the_statement_of_its_own_contributor(
    client: httpx.Client, node: Node
) -> None:
    link = link_of(ALICE, "http://node", node.clock.now_ms())
    address, _, token = link.partition("#signin=")
    assert address == "http://node/"
    header = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    session = sign_in(client, header).json()["session"]
    told = statement(client, session)
    own = client.get(
        "/v1/statements",
        headers={
            "Authorization": authorization(ALICE, "GET", "/v1/statements", node.clock.now_ms())
        },
    )
    assert told.json() == own.json()
    assert "no-store" in told.headers["cache-control"]


def test_a_link_opens_one_session_and_no_second(client: httpx.Client, node: Node) -> None:
    header = signed(node)
    session = sign_in(client, header).json()["session"]
    assert sign_in(client, header).status_code == 401
    client.delete(PATH, headers={"Authorization": f"Bearer {session}"})
    assert sign_in(client, header).status_code == 401


def test_an_old_link_or_one_for_another_door_opens_nothing(
    client: httpx.Client, node: Node
) -> None:
    assert sign_in(client, signed(node, "/v1/statements")).status_code == 401
    old = signed(node)
    later(node, VALID_MS + 1)
    assert sign_in(client, old).status_code == 401


def test_a_session_ends_by_itself_and_when_one_signs_out(client: httpx.Client, node: Node) -> None:
    first, second = (sign_in(client, signed_at(node, by)).json()["session"] for by in (0, 1))
    done = client.delete(PATH, headers={"Authorization": f"Bearer {first}"})
    assert done.status_code == 204
    assert [statement(client, one).status_code for one in (first, second)] == [401, 200]
    later(node, SESSION_MS)
    assert statement(client, second).status_code == 401


def signed_at(node: Node, by_ms: int) -> str:
    return authorization(ALICE, "POST", PATH, node.clock.now_ms() + by_ms)


def test_the_catalog_holds_nothing_that_opens_a_session(client: httpx.Client, node: Node) -> None:
    header = signed(node)
    session = sign_in(client, header).json()["session"]
    with node.catalog.reading() as connection:
        (row,) = connection.execute(sa.select(sessions)).all()
    assert session not in row.token
    assert statement(client, row.token).status_code == 401


def test_a_rotated_key_has_no_session_any_more(client: httpx.Client, node: Node) -> None:
    session = sign_in(client, signed(node)).json()["session"]
    now_ms = node.clock.now_ms()
    rotate(node, parse_rotation(sign_rotation(ALICE, person("new"), now_ms), now_ms))
    assert statement(client, session).status_code == 401
