"""Connections whose request does not come: let go, while slow bodies and idle clients are not."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.wire import Protocol
from tests.api.serving import serving
from tests.tiles.worlds import a_node

WHOLE = b"GET /healthz HTTP/1.1\r\nHost: node\r\n\r\n"


class Hurried(Protocol):
    """Waits a moment for a head."""

    head_s = 0.3


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    node = a_node(tmp_path / "node")
    with serving(create_app(node), Hurried) as client:
        yield client
    node.catalog.close()


def connection(client: httpx.Client) -> socket.socket:
    return socket.create_connection((client.base_url.host, client.base_url.port or 0), 30)


@pytest.mark.parametrize("said", [b"", b"GET /healthz HT", WHOLE[:-2]])
def test_a_request_whose_head_does_not_come_is_let_go(client: httpx.Client, said: bytes) -> None:
    with connection(client) as slow:
        slow.sendall(said)
        assert slow.recv(100) == b""


def test_the_next_request_of_a_connection_may_not_dawdle_either(client: httpx.Client) -> None:
    with connection(client) as slow:
        slow.sendall(WHOLE)
        assert b" 200 " in slow.recv(65_536)
        slow.sendall(WHOLE[:9])
        while slow.recv(65_536):
            pass


def test_a_body_may_take_longer_than_a_head_and_a_client_may_rest(client: httpx.Client) -> None:
    head = b"POST /api/search HTTP/1.1\r\nHost: node\r\nContent-Length: 2\r\n\r\n"
    with connection(client) as slow:
        for request, rest in ((head, b"{}"), (WHOLE, b"")):
            slow.sendall(request)
            time.sleep(3 * Hurried.head_s)
            slow.sendall(rest)
            assert b" 200 " in slow.recv(65_536)[:20]
