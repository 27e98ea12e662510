"""Bodies in memory have an end: who comes too many is told to come again, who stalls is let go."""

import asyncio

import pytest
from starlette.datastructures import Headers
from starlette.types import Message

from api.app import create_app
from api.bodies import Body, Held
from ingest.batches import CONTENT_TYPE, encode_batch
from roadcomb.errors import Busy, TooLarge
from roadcomb.node import Node
from tests.api.conftest import LIMITS
from tests.api.serving import serving
from tests.api.test_upload import assert_problem
from tests.drives import drive_of, pictures

MB = 10**6


def sent(*parts: bytes) -> "asyncio.Queue[Message]":
    queue: asyncio.Queue[Message] = asyncio.Queue()
    for n, part in enumerate(parts):
        more = n < len(parts) - 1
        queue.put_nowait({"type": "http.request", "body": part, "more_body": more})
    return queue


def test_what_bodies_hold_together_has_a_limit_and_is_given_back() -> None:
    async def run() -> None:
        held = Held(10)
        first = Body(sent(b"12345", b"678").get, 100, held)
        second = Body(sent(b"123", b"45").get, 100, held)
        await first.receive()
        await second.receive()
        with pytest.raises(Busy, match="try again soon"):
            await first.receive()
        first.release()
        await second.receive()
        assert held.now == 5
        second.release()
        assert held.now == 0

    asyncio.run(run())


def test_a_body_that_cannot_be_taken_whole_is_refused_before_its_first_byte() -> None:
    body = Body(sent().get, 10, Held(5))
    with pytest.raises(TooLarge):
        body.check_length(Headers({"content-length": "11"}))
    with pytest.raises(Busy):
        body.check_length(Headers({"content-length": "6"}))
    body.check_length(Headers({"content-length": "5"}))


def test_a_body_that_stands_still_ends_as_if_its_sender_had_gone() -> None:
    async def run() -> None:
        stalled: asyncio.Queue[Message] = asyncio.Queue()
        stalled.put_nowait({"type": "http.request", "body": b"12", "more_body": True})
        body = Body(stalled.get, 100, Held(100), stall_s=0.01)
        await body.receive()
        assert (await body.receive())["type"] == "http.disconnect"
        assert body.stalled

    asyncio.run(run())


def test_a_busy_node_says_when_to_come_again(node: Node) -> None:
    frames = pictures(3, size=11 * MB)
    signed = drive_of(frames)
    limits = LIMITS.model_copy(update={"held_bytes": 10 * MB})
    url, headers = f"/v1/drives/{signed.drive_id}/frames", {"Content-Type": CONTENT_TYPE}
    with serving(create_app(node, limits=limits)) as client:
        client.post("/v1/drives", json=signed.to_json()).raise_for_status()
        answer = client.post(url, content=encode_batch(frames[:1]), headers=headers)
    assert_problem(answer, 503, "busy")
    assert int(answer.headers["Retry-After"]) > 0
