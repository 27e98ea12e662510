"""The upload over a real socket keeps the protocol, answer by answer."""

import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.arriving import Arriving
from ingest.batches import CONTENT_TYPE, encode_batch
from ingest.intake import drive_state, read_frames
from ingest.limits import IntakeSettings, check_parts
from ingest.manifest import Device, Manifest, SignedManifest, sign_manifest
from ingest.receipts import verify_receipt
from ingest.requests import authorization
from ingest.stored import pack_folder
from roadcomb.canonical import canonical_json
from roadcomb.node import Node
from roadcomb.records import Frame
from tests.api.conftest import LIMITS
from tests.api.serving import serving
from tests.drives import NOW_MS, contributor, drive_of, make_node, pictures

JSON = {"Content-Type": "application/json"}
TYPE = "https://roadcomb.org/problems/"


@pytest.fixture
def any_node(tmp_path: Path, catalog_url: str) -> Iterator[Node]:
    """A node on each kind of catalog."""
    made = make_node(tmp_path / "node", catalog_url)
    yield made
    made.catalog.close()


def offer(client: httpx.Client, signed: SignedManifest) -> httpx.Response:
    return client.post("/v1/drives", json=signed.to_json())


def send(client: httpx.Client, signed: SignedManifest, frames: list[bytes]) -> httpx.Response:
    url = f"/v1/drives/{signed.drive_id}/frames"
    return client.post(url, content=encode_batch(frames), headers={"Content-Type": CONTENT_TYPE})


def send_one(
    client: httpx.Client, signed: SignedManifest, frame: bytes, content_type: str = "image/jpeg"
) -> httpx.Response:
    url = f"/v1/drives/{signed.drive_id}/frames"
    return client.post(url, content=frame, headers={"Content-Type": content_type})


def seal(client: httpx.Client, signed: SignedManifest) -> httpx.Response:
    return client.post(f"/v1/drives/{signed.drive_id}/seal")


def assert_problem(response: httpx.Response, status: int, kind: str) -> None:
    problem = response.json()
    assert (response.status_code, problem["type"]) == (status, TYPE + kind)
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == response.headers["x-request-id"]


def test_a_drive_goes_the_whole_way(any_node: Node) -> None:
    frames = pictures(5)
    signed = drive_of(frames)
    ids = [frame.image_id for frame in signed.manifest.frames]
    with serving(create_app(any_node, limits=LIMITS)) as client:
        opened = offer(client, signed)
        assert opened.status_code == 201
        assert opened.json() == {"drive_id": signed.drive_id, "state": "open", "missing": ids}
        assert send(client, signed, frames[:2]).json() == {"stored": 2, "missing": 3}
        assert send_one(client, signed, frames[2]).json() == {"stored": 1, "missing": 2}
        again = offer(client, signed)
        assert (again.status_code, again.json()["missing"]) == (200, ids[3:])
        lacking = seal(client, signed)
        assert_problem(lacking, 409, "conflict")
        assert lacking.json()["missing"] == ids[3:]
        assert send(client, signed, frames).json() == {"stored": 2, "missing": 0}
        sealed = seal(client, signed)
        receipt = verify_receipt(sealed.json(), client.get("/v1/node").json()["node"])
        assert receipt.promise.drive_id == signed.drive_id
        assert sealed.content == canonical_json(sealed.json()) == seal(client, signed).content
        state = client.get(f"/v1/drives/{signed.drive_id}").json()
    assert state["receipt"] == sealed.json()
    assert (state["state"], state["offered"], state["received"]) == ("sealed", 5, 5)
    assert (state["pending"], state["reasons"]) == (5, {})


def test_a_manifest_may_come_compressed(client: httpx.Client) -> None:
    signed = drive_of(pictures(3))
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    body = gzip.compress(canonical_json(signed.to_json()))
    assert client.post("/v1/drives", content=body, headers=headers).status_code == 201
    whole = client.post("/v1/drives", content=body[:-9], headers=headers)
    assert_problem(whole, 422, "invalid-input")
    bomb = gzip.compress(b" " * (LIMITS.manifest_bytes + 1))
    assert_problem(client.post("/v1/drives", content=bomb, headers=headers), 413, "too-large")
    headers["Content-Encoding"] = "br"
    other = client.post("/v1/drives", content=body, headers=headers)
    assert_problem(other, 415, "unsupported-media-type")


@pytest.mark.parametrize("part", [b"[],", b"{},", b"0,", b'"a":'])
def test_a_body_of_countless_parts_is_refused_before_it_is_read(
    client: httpx.Client, part: bytes
) -> None:
    body = b'{"manifest":[' + part * 400_000 + b"0]}"
    answer = client.post("/v1/drives", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (413, f"{TYPE}too-large")


def test_the_longest_drive_has_no_more_parts_than_are_taken() -> None:
    frames = tuple(
        Frame(f"{n:064x}", 1, NOW_MS + n, 0, 0, 0, 0, 0, 0, 0, 1)
        for n in range(LIMITS.drive_frames)
    )
    screened = {f"reason {n}:::::".ljust(60, ":"): 1 for n in range(40)}
    device = Device(":" * 200, "none", 28, "ab" * 256)
    key = contributor()
    signed = sign_manifest(Manifest(key.public, device, frames, screened), key)
    check_parts(signed.to_bytes(), LIMITS)


def test_a_manifest_of_another_key_or_shape_is_refused(client: httpx.Client, node: Node) -> None:
    signed = drive_of(pictures(3))
    forged = SignedManifest(signed.manifest, signed.body, "00" * 64)
    assert_problem(offer(client, forged), 401, "unauthorised")
    assert_problem(client.post("/v1/drives", json={"manifest": {}}), 422, "invalid-input")
    headers = {"Content-Type": "application/json"}
    broken = client.post("/v1/drives", content=b"{", headers=headers)
    assert_problem(broken, 422, "invalid-input")
    assert_problem(client.post("/v1/drives", data={"a": "b"}), 415, "unsupported-media-type")
    assert list(node.blobs.keys("manifests")) == []


@pytest.mark.parametrize("model", ["a\0b", "\x1b[31m", "two\nlines", "\ud800", "x" * 201])
def test_a_device_that_a_terminal_or_a_database_would_choke_on_is_refused(
    client: httpx.Client, model: str
) -> None:
    body: Any = drive_of(pictures(3)).to_json()
    body["manifest"]["device"] = {"model": model, "attestation": "none"}
    refused = client.post("/v1/drives", content=json.dumps(body), headers=JSON)
    assert_problem(refused, 422, "invalid-input")
    body["manifest"]["device"]["model"] = "x"
    body["manifest"]["screened"] = {model: 1}
    refused = client.post("/v1/drives", content=json.dumps(body), headers=JSON)
    assert_problem(refused, 422, "invalid-input")


def test_a_refusal_does_not_send_back_what_it_refuses(client: httpx.Client) -> None:
    body: Any = drive_of(pictures(3)).to_json()
    body["manifest"]["v"] = "9" * 1_000_000
    refused = client.post("/v1/drives", content=json.dumps(body), headers=JSON)
    assert_problem(refused, 422, "invalid-input")
    assert len(refused.content) < 1_000


def test_a_wrong_frame_leaves_nothing_of_its_batch(client: httpx.Client, node: Node) -> None:
    frames = pictures(3)
    signed = drive_of(frames)
    offer(client, signed)
    stranger = send(client, signed, [*frames, *pictures(1, first=9)])
    assert_problem(stranger, 422, "digest-mismatch")
    assert_problem(send(client, signed, [*frames, b"GIF89a"]), 415, "not-a-jpeg")
    within = client.post(
        f"/v1/drives/{signed.drive_id}/frames",
        content=encode_batch(frames)[:-1],
        headers={"Content-Type": CONTENT_TYPE},
    )
    assert_problem(within, 422, "invalid-input")
    png = send_one(client, signed, frames[0], "image/png")
    assert_problem(png, 415, "unsupported-media-type")
    assert drive_state(node, signed.drive_id).received == 0


def test_what_is_too_large_is_told_so(node: Node) -> None:
    limits = IntakeSettings(
        frame_bytes=1_000, batch_bytes=3_000_000, manifest_bytes=9_000, reserve_bytes=0
    )
    frames = pictures(3)
    signed = drive_of(frames)
    with serving(create_app(node, limits=limits)) as client:
        assert_problem(send_one(client, signed, b"x" * 1_001), 413, "too-large")
        assert_problem(send(client, signed, [b"x" * 2_000]), 413, "too-large")
        assert_problem(send_one(client, signed, b"x" * 3_000_001), 413, "too-large")
        assert_problem(offer(client, drive_of(pictures(100))), 413, "too-large")
        assert_problem(offer(client, drive_of(pictures(1, size=1_001))), 413, "too-large")
        url = f"/v1/drives/{signed.drive_id}/frames"
        endless = (b"\0\0\0\x01x" * 100_000 for _ in range(30))
        chunked = client.post(url, content=endless, headers={"Content-Type": CONTENT_TYPE})
        assert_problem(chunked, 413, "too-large")


def test_a_quota_says_when_to_come_again(node: Node) -> None:
    limits = IntakeSettings(day_bytes=20_000, reserve_bytes=0)
    with serving(create_app(node, limits=limits)) as client:
        assert offer(client, drive_of(pictures(4))).status_code == 201
        refused = offer(client, drive_of(pictures(4, first=4)))
        assert_problem(refused, 429, "quota-exceeded")
        assert refused.headers["retry-after"] == "43200"


def test_a_request_that_waits_for_its_turn_stops_nobody_else(
    client: httpx.Client, node: Node
) -> None:
    waiting = threading.Thread(target=offer, args=(client, drive_of(pictures(2))))
    with node.catalog.writing():
        waiting.start()
        time.sleep(0.2)
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 200
        assert waiting.is_alive()
    waiting.join()
    assert client.get(f"/v1/drives/{drive_of(pictures(2)).drive_id}").status_code == 200


def test_a_full_disk_is_507(node: Node) -> None:
    with serving(create_app(node, limits=IntakeSettings(reserve_bytes=2**60))) as client:
        refused = offer(client, drive_of(pictures(4)))
        assert_problem(refused, 507, "storage-full")
        assert int(refused.headers["retry-after"]) > 0


@pytest.mark.parametrize("drive_id", ["0" * 64, "nothing", "%00", "A" * 9999])
def test_an_unknown_drive_is_404(client: httpx.Client, drive_id: str) -> None:
    for response in (
        client.get(f"/v1/drives/{drive_id}"),
        client.post(f"/v1/drives/{drive_id}/seal"),
        client.post(
            f"/v1/drives/{drive_id}/frames", content=b"", headers={"Content-Type": CONTENT_TYPE}
        ),
    ):
        assert_problem(response, 404, "not-found")


def test_what_arrived_whole_before_a_cut_is_kept(node: Node) -> None:
    app = create_app(node, limits=LIMITS)
    with serving(app) as client:
        _cut_and_asked(client, node, app.state.arriving)


def _cut_and_asked(client: httpx.Client, node: Node, arriving: Arriving) -> None:
    frames = pictures(4, size=50_000)
    signed = drive_of(frames)
    offer(client, signed)
    body = encode_batch(frames)
    head = (
        f"POST /v1/drives/{signed.drive_id}/frames HTTP/1.1\r\nHost: node\r\n"
        f"Content-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    address = (client.base_url.host, client.base_url.port or 0)
    with socket.create_connection(address) as connection:
        connection.sendall(head.encode() + body[: 3 * 50_004 + 1_000])
        wait_until(lambda: sum(map(len, arriving.whole(signed.drive_id))) == 3)
        linger = struct.pack("ii", 1, 0)  # close with RST, as a lost mobile network does
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    wait_until(lambda: drive_state(node, signed.drive_id).received == 3)
    missing = offer(client, signed).json()["missing"]
    assert missing == [signed.manifest.frames[3].image_id]


def test_what_is_just_being_stored_is_not_asked_for_again(any_node: Node) -> None:
    frames = pictures(4)
    signed = drive_of(frames)
    with serving(create_app(any_node, limits=LIMITS)) as client, ThreadPoolExecutor(2) as pool:
        offer(client, signed)
        with any_node.catalog.writing():  # so storing has to wait
            storing = pool.submit(send, client, signed, frames)
            wait_until(lambda: bool(list(any_node.blobs.keys(pack_folder(signed.drive_id)))))
            asking = pool.submit(offer, client, signed)
            wait([asking], timeout=0.3)
        assert asking.result().json()["missing"] == []
        assert storing.result().json()["missing"] == 0
    assert [data for _, data in read_frames(any_node, signed.drive_id)] == frames


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(3_000):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come to pass within 60 s")


def signed_get(client: httpx.Client, number: int, path: str, created_ms: int) -> httpx.Response:
    header = authorization(contributor(number), "GET", path, created_ms)
    return client.get(path, headers={"Authorization": header})


def test_only_a_contributor_sees_their_drives(client: httpx.Client) -> None:
    signed = drive_of(pictures(3), contributor(4))
    offer(client, signed)
    path = f"/v1/contributors/{contributor(4).public}/drives"
    (listed,) = signed_get(client, 4, path, NOW_MS).json()["drives"]
    assert (listed["drive_id"], listed["pending"]) == (signed.drive_id, 3)
    offer(client, drive_of(pictures(3, first=3), contributor(4)))
    header = authorization(contributor(4), "GET", path, NOW_MS)
    seen, following = set(), ""
    for last in (False, True):
        url = f"{path}?limit=1{following}"
        page = client.get(url, headers={"Authorization": header}).json()
        seen |= {drive["drive_id"] for drive in page["drives"]}
        assert (page["next"] is None) is last
        following = f"&after={page['next']}"
    assert len(seen) == 2
    for refused in (
        client.get(path),
        signed_get(client, 5, path, NOW_MS),
        signed_get(client, 4, path, NOW_MS - 600_000),
    ):
        assert_problem(refused, 401, "unauthorised")
        assert refused.headers["www-authenticate"] == "Roadcomb"
