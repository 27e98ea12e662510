"""Connections whose request does not come: let go, while slow bodies and idle clients are not.

And a body that is cut: what had come of it is read.
"""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.requests import ClientDisconnect

from api.app import create_app
from api.guard import Guard
from api.wire import Protocol
from tests.api.serving import serving
from tests.tiles.worlds import a_node

WHOLE = b"GET /healthz HTTP/1.1\r\nHost: node\r\n\r\n"


class Hurried(Protocol):
    """Waits a moment for a head."""

    head_s = 2.0


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
            time.sleep(Hurried.head_s + 0.5)
            slow.sendall(rest)
            assert b" 200 " in slow.recv(65_536)[:20]


@pytest.mark.parametrize("more", [0, 1])
def test_what_had_come_of_a_body_before_its_line_was_cut_is_read(more: int) -> None:
    app, came, cut = FastAPI(), bytearray(), threading.Event()
    ended: list[bool] = []

    @app.post("/")
    async def slowly(request: Request) -> None:
        while not cut.is_set():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)  # the connection is lost, and nobody has asked for the body
        try:
            async for part in request.stream():
                came.extend(part)
            ended.append(True)
        except ClientDisconnect:
            ended.append(False)

    app.add_middleware(Guard, body_limit=lambda path: 10**6, held_limit=10**6)
    with serving(app) as client:
        with connection(client) as line:
            head = f"POST / HTTP/1.1\r\nHost: node\r\nContent-Length: {50_000 + more}\r\n\r\n"
            line.sendall(head.encode() + b"x" * 50_000)
            time.sleep(0.2)
        cut.set()
        until = time.monotonic() + 60
        while not ended and time.monotonic() < until:
            time.sleep(0.01)
    assert (bytes(came), ended) == (b"x" * 50_000, [more == 0])
