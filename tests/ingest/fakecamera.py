"""A small dashcam on a loopback socket, written by hand after odc-api's routes."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass
class FakeCamera:
    """Files of a camera and what it was asked; `damage` changes what the next streams send."""

    folder: Path
    host: str = ""
    asked: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)

    def metadata(self) -> list[dict[str, Any]]:
        names = sorted(path.name for path in (self.folder / "metadata").iterdir())
        return [{"path": name, "date": 0, "size": 3} for name in names]

    def stream(self) -> Iterator[bytes]:
        """The pipe, in pieces that fit nothing."""
        yield b'{"keepAlive":0}{"keepAlive":1}'
        while self.asked:
            name = self.asked.pop(0)
            path = self.folder / "framekm" / name
            if path.exists():
                data = path.read_bytes()
                yield json.dumps({"name": name, "bytes": len(data)}).encode()
                letters = base64.b64encode(self._damaged(data))
                for at in range(0, len(letters), 997):
                    yield letters[at : at + 997]
            yield json.dumps({"name": name, "done": True}).encode() + b'{"keepAlive":2}'

    def _damaged(self, data: bytes) -> bytes:
        damage = self.damage.pop(0) if self.damage else ""
        return data[:-10] if damage == "short" else data + b"more" if damage == "long" else data


class _Handler(BaseHTTPRequestHandler):
    camera: FakeCamera

    def serve(self) -> None:
        camera = self.camera
        camera.requests.append(f"{self.command} {self.path}")
        match (self.command, *self.path.strip("/").split("/")):
            case ("GET", "api", "1", "metadata"):
                self._answer(json.dumps(camera.metadata()).encode())
            case ("GET", "public", "metadata", name) if (
                camera.folder / "metadata" / name
            ).exists():
                self._answer((camera.folder / "metadata" / name).read_bytes())
            case ("GET", "api", "1", "framekm", "request", name):
                camera.asked.append(name)
                self._answer(b'{"done":true}')
            case ("GET", "api", "1", "framekm", "stream"):
                self._pipe()
            case ("DELETE", "api", "1", "framekm" | "metadata" as kind, name):
                (camera.folder / kind / name).unlink(missing_ok=True)
                self._answer(b'{"deleted":true}')
            case _:
                self.send_error(404)

    def _pipe(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for part in self.camera.stream():
            self.wfile.write(part)

    def _answer(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: Any, **_kwargs: Any) -> None:
        return


@contextmanager
def fake_camera(folder: Path) -> Iterator[FakeCamera]:
    """The camera while it runs; its files lie in `framekm` and `metadata` of the folder."""
    for kind in ("framekm", "metadata"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    camera = FakeCamera(folder)
    serve = _Handler.serve
    methods = {"camera": camera, "do_GET": serve, "do_DELETE": serve}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), methods))
    server.daemon_threads = True
    camera.host = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield camera
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
