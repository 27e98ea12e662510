"""A small node on a loopback socket, written by hand after the protocol, with faults on order."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ingest.batches import BatchReader
from ingest.log import Frontier
from ingest.manifest import SignedManifest, parse_signed
from ingest.receipts import Promise, sign_receipt
from roadcomb.canonical import Json, canonical_json, digest_of_bytes, parse_json
from roadcomb.keys import key_from_seed

CUT = "cut"
"""Take the request's first half, do nothing and close the connection."""
CUT_AFTER = "cut after"
"""Do what is asked, then close the connection without an answer."""


LIMITS = {"frame_bytes": 12_000_000, "batch_bytes": 16_000_000, "drive_frames": 20_000}
Fault = None | str | tuple[int, dict[str, str], Json]
"""Nothing, CUT, CUT_AFTER, or the answer: (status, headers, JSON)."""


@dataclass
class FakeNode:
    """Drives, what arrived of them, and the faults that the next requests meet."""

    url: str = ""
    key = key_from_seed(b"n" * 32)
    now_ms: int = 1_767_900_000_000
    drives: dict[str, SignedManifest] = field(default_factory=dict)
    arrived: dict[str, set[str]] = field(default_factory=dict)
    receipts: dict[str, bytes] = field(default_factory=dict)
    bindings: list[Json] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    frames_taken: int = 0
    connections: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    limits: dict[str, int] = field(default_factory=lambda: dict(LIMITS))
    log: Frontier = field(default_factory=Frontier)
    fault: Callable[[str, int], Fault] = lambda what, number: None
    """(method and last part of the path, number of the request) -> what goes wrong."""

    def left(self) -> None:
        """Wait until all that a client sent before it went has been read."""
        until = time.monotonic() + 60
        while self.connections:
            assert time.monotonic() < until, "a connection does not end"
            time.sleep(0.01)

    def missing(self, drive_id: str) -> list[str]:
        frames = self.drives[drive_id].manifest.frames
        return [f.image_id for f in frames if f.image_id not in self.arrived[drive_id]]

    def open_drive(self, body: bytes) -> tuple[int, Json]:
        signed = parse_signed(parse_json(gzip.decompress(body)))
        known = signed.drive_id in self.drives
        self.drives[signed.drive_id] = signed
        self.arrived.setdefault(signed.drive_id, set())
        state = "sealed" if signed.drive_id in self.receipts else "open"
        answer = {"drive_id": signed.drive_id, "state": state}
        return 200 if known else 201, {**answer, "missing": self.missing(signed.drive_id)}

    def take(self, drive_id: str, body: bytes) -> tuple[int, Json]:
        reader = BatchReader(12_000_000, 16_000_000)
        reader.feed(body)
        for frame in reader.frames:
            assert digest_of_bytes(frame) in {
                f.image_id for f in self.drives[drive_id].manifest.frames
            }
            self.arrived[drive_id].add(digest_of_bytes(frame))
        with self.lock:
            self.frames_taken += len(reader.frames)
        return 200, {"stored": len(reader.frames), "missing": len(self.missing(drive_id))}

    def seal(self, drive_id: str) -> tuple[int, Json]:
        manifest = self.drives[drive_id].manifest
        if self.missing(drive_id):
            return 409, {"type": "x/conflict", "detail": "frames lack"}
        if drive_id not in self.receipts:
            promise = Promise(
                drive_id,
                manifest.contributor,
                len(manifest.frames),
                sum(frame.size for frame in manifest.frames),
                self.now_ms,
                self.log.size,
                self.key.public,
            )
            self.receipts[drive_id] = sign_receipt(self.key, promise, self.log)
        return 200, parse_json(self.receipts[drive_id])

    def state(self, drive_id: str) -> tuple[int, Json]:
        if drive_id not in self.drives:
            return 404, {"type": "x/not-found", "detail": "no such drive"}
        offered = len(self.drives[drive_id].manifest.frames)
        counts = {"pending": offered - 1, "held": 0, "accepted": 0, "rejected": 1}
        reasons = {"duplicate-picture": 1}
        told: dict[str, Json] = {
            "drive_id": drive_id,
            "state": "judged",
            "offered": offered,
            "received": offered,
        }
        return 200, {**told, **counts, "reasons": reasons, "verdict": "accepted", "reason": None}

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Json]:
        match (method, *path.strip("/").split("/")[1:]):
            case ("GET", "node"):
                told: dict[str, Json] = {"node": self.key.public, "now_ms": self.now_ms}
                return 200, {**told, "limits": self.limits}
            case ("POST", "drives"):
                return self.open_drive(body)
            case ("POST", "drives", drive_id, "frames"):
                return self.take(drive_id, body)
            case ("POST", "drives", drive_id, "seal"):
                return self.seal(drive_id)
            case ("GET", "drives", drive_id):
                return self.state(drive_id)
            case ("POST", "bindings"):
                self.bindings.append(parse_json(body))
                return 201, {}
        return 404, {"type": "x/not-found", "detail": f"no {path}"}


class _Handler(BaseHTTPRequestHandler):
    """One connection; `node` is set by a class of its own for each node."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    node: FakeNode

    def handle(self) -> None:
        with self.node.lock:
            self.node.connections += 1
        try:
            super().handle()
        finally:
            with self.node.lock:
                self.node.connections -= 1

    def serve(self) -> None:
        what = f"{self.command} {self.path.rpartition('/')[2]}"
        self.node.requests.append(what)
        length = int(self.headers.get("Content-Length", 0))
        fault = self.node.fault(what, len(self.node.requests))
        self.close_connection = fault in (CUT, CUT_AFTER)
        if fault == CUT:
            half = self.rfile.read(length // 2)
            if what == "POST frames":
                self.node.take(self.path.split("/")[3], half)
            return
        body = self.rfile.read(length)
        if isinstance(fault, tuple):
            self._answer(*fault)
            return
        status, answer = self.node.answer(self.command, self.path, body)
        if fault != CUT_AFTER:
            self._answer(status, {}, answer)

    def _answer(self, status: int, headers: dict[str, str], value: Json) -> None:
        data = canonical_json(value)
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: Any, **_kwargs: Any) -> None:
        return


@contextmanager
def fake_node() -> Iterator[FakeNode]:
    """The node while it runs."""
    node = FakeNode()
    methods = {"node": node, "do_GET": _Handler.serve, "do_POST": _Handler.serve}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), methods))
    server.daemon_threads = True
    node.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield node
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def problem(status: int, kind: str, detail: str, retry_after: str = "") -> Fault:
    """A refusal as the node words it."""
    headers = {"Retry-After": retry_after} if retry_after else {}
    return status, headers, {"type": f"https://x/problems/{kind}", "detail": detail}
