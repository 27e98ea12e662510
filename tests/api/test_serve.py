"""`roadcomb serve` says where it listens, judges what comes in, and ends in order."""

import json
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from ingest.batches import CONTENT_TYPE, encode_batch
from tests.api.processes import Served, run_cli
from tests.drives import contributor, drive_of, pictures

HOUR_AGO_MS = time.time_ns() // 1_000_000 - 3_600_000


def test_it_prints_one_line_and_ends_in_order_at_sigterm(tmp_path: Path) -> None:
    with Served(tmp_path / "node", "--no-judge") as served:
        with served.client() as client:
            assert client.get("/readyz").json()["ready"]
        served.process.send_signal(signal.SIGTERM)
        out, err = served.process.communicate(timeout=30)
    assert (served.process.returncode, err) == (0, "")
    assert out == f"Roadcomb listens on {served.url} (data: {tmp_path / 'node'})\n"


def test_what_is_no_http_or_has_too_long_an_address_is_refused_as_a_problem(tmp_path: Path) -> None:
    too_long = b"GET /v1/coverage?polygon=" + b"1" * 70_000 + b" HTTP/1.1\r\nHost: node\r\n\r\n"
    with Served(tmp_path / "node", "--no-judge", "--no-publish") as served:
        for request in (b"no request at all\r\n\r\n", too_long):
            status, headers, body = exchanged(served.url, request)
            assert status == b"HTTP/1.1 400 Bad Request"
            assert b"Content-Type: application/problem+json" in headers
            assert b"X-Content-Type-Options: nosniff" in headers
            assert json.loads(body)["type"].endswith("/bad-request")
        with served.client() as client:
            assert client.get("/healthz").status_code == 200


def exchanged(url: str, request: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Status line, header lines and body of what a node answers before it closes the connection."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port or 0), 30) as connection:
        connection.sendall(request)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *headers = head.split(b"\r\n")
    return status, headers, body


def test_ctrl_c_ends_it_with_130_and_no_traceback(tmp_path: Path) -> None:
    with Served(tmp_path / "node", "--no-judge") as served:
        served.process.send_signal(signal.SIGINT)
        _, err = served.process.communicate(timeout=30)
    assert (served.process.returncode, err) == (130, "")


def test_a_request_under_way_is_answered_before_the_end(tmp_path: Path) -> None:
    frames = pictures(3)
    signed = drive_of(frames, started_ms=HOUR_AGO_MS)
    with Served(tmp_path / "node", "--no-judge") as served:
        with served.client() as client:
            client.post("/v1/drives", json=signed.to_json()).raise_for_status()
        body, address = encode_batch(frames), urlsplit(served.url)
        head = (
            f"POST /v1/drives/{signed.drive_id}/frames HTTP/1.1\r\nHost: node\r\n"
            f"Content-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((address.hostname, address.port or 0)) as connection:
            connection.sendall(head.encode() + body[:100])
            time.sleep(0.3)
            served.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            connection.sendall(body[100:])
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
        assert served.process.wait(timeout=30) == 0
    assert b" 200 " in answer.splitlines()[0]
    assert b'{"stored":3,"missing":0}' in answer


def test_what_is_sealed_is_judged_and_its_counts_add_up(tmp_path: Path) -> None:
    frames = pictures(4)
    signed = drive_of(frames, contributor(3), started_ms=HOUR_AGO_MS)
    with Served(tmp_path / "node") as served, served.client() as client:
        upload(client, signed.drive_id, signed.to_json(), frames)
        state = judged(client, signed.drive_id)
        assert (state["offered"], state["received"], state["pending"]) == (4, 4, 0)
        assert state["held"] + state["accepted"] + state["rejected"] == 4
        assert state["accepted"] == 0, "frames without pixels"
        assert sum(state["reasons"].values()) == state["rejected"]
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(timeout=30) == 0


def upload(client: httpx.Client, drive_id: str, manifest: object, frames: list[bytes]) -> None:
    client.post("/v1/drives", json=manifest).raise_for_status()
    url, headers = f"/v1/drives/{drive_id}/frames", {"Content-Type": CONTENT_TYPE}
    client.post(url, content=encode_batch(frames), headers=headers).raise_for_status()
    client.post(f"/v1/drives/{drive_id}/seal").raise_for_status()


def judged(client: httpx.Client, drive_id: str) -> dict[str, Any]:
    for _ in range(600):
        state = client.get(f"/v1/drives/{drive_id}").raise_for_status().json()
        if state["state"] == "judged":
            found: dict[str, Any] = state
            return found
        time.sleep(0.1)
    raise AssertionError("not judged within 60 s")


def test_an_address_in_use_is_one_line_exit_code_2_and_no_new_folder(tmp_path: Path) -> None:
    data = tmp_path / "node"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run_cli(["serve", "--data", str(data), "--port", port, "--no-judge"])
    assert ended.returncode == 2
    assert not data.exists()
    assert ended.stderr.startswith(f"roadcomb: cannot listen on 127.0.0.1 port {port} (")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["ROADCOMB_CLOCK_FILE", "ROADCOMB_KEY_SEED"])
def test_an_injected_clock_or_seed_is_refused_off_loopback(tmp_path: Path, name: str) -> None:
    ended = run_cli(
        ["serve", "--data", str(tmp_path), "--host", "0.0.0.0", "--port", "0", "--no-judge"],
        {name: str(tmp_path / "clock")},
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "refused on 0.0.0.0" in ended.stderr


def test_no_request_fails_while_the_node_ends_under_load(tmp_path: Path) -> None:
    """SIGTERM in the midst of many uploads: whoever was connected gets an answer; the others are
    refused a connection, and nothing is cut in between.
    """
    failures: list[str] = []
    answered = [0]
    with Served(tmp_path / "node", "--no-judge") as served:
        stop = threading.Event()

        def send(number: int) -> None:
            drive = 0
            while not stop.is_set():
                frames = pictures(3, first=number * 100_000 + 3 * drive)
                signed = drive_of(frames, contributor(number), started_ms=HOUR_AGO_MS)
                drive += 1
                try:
                    with served.client() as client:
                        upload(client, signed.drive_id, signed.to_json(), frames)
                    answered[0] += 1
                except httpx.ConnectError:
                    return  # the node takes no new connections
                except httpx.HTTPError as error:
                    failures.append(repr(error))

        senders = [threading.Thread(target=send, args=(number,)) for number in range(4)]
        for sender in senders:
            sender.start()
        while answered[0] < 8:
            time.sleep(0.01)
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(timeout=30) == 0
        stop.set()
        for sender in senders:
            sender.join()
    assert failures == []
