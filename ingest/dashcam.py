"""A dashcam that speaks odc-api's `/api/1` in its own network: list, request, stream, delete.

Source: Hivemapper/odc-api 5.0.1, src/routes/{framekm,metadata}.ts and src/index.ts. The camera is
trusted with nothing: names that are no FrameKM's are passed over, sizes are limits, and what it
sends is checked against its own metadata.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import httpx

from ingest.framekm import METADATA_BYTES, NAME
from ingest.odcstream import PipeReader
from roadcomb.errors import InvalidInput, NotFound, Unreachable, UsageError

__all__ = ["Dashcam", "open_dashcam"]

PORT = 5000
_PATIENCE_S = 30.0
"""An idle pipe says `keepAlive` every 3 s."""
_KEEP_ALIVES = 20
"""A minute without the file that was asked for."""


class Dashcam:
    """The calls of one camera."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def names(self) -> list[str]:
        """FrameKMs that the camera has, the oldest first (their names begin with the time)."""
        with _told(self._http):
            listed = self._http.get("/api/1/metadata").raise_for_status().json()
        entries = listed if isinstance(listed, list) else []
        paths = (str(entry.get("path", "")) for entry in entries if isinstance(entry, dict))
        names = (path.removesuffix(".json") for path in paths)
        return sorted({name for name in names if NAME.fullmatch(name)})

    def metadata(self, name: str) -> bytes:
        """The JSON of a FrameKM."""
        data = bytearray()
        with _told(self._http), self._http.stream("GET", f"/public/metadata/{name}.json") as answer:
            for chunk in answer.raise_for_status().iter_bytes():
                data += chunk
                if len(data) > METADATA_BYTES:
                    raise InvalidInput(f"{name}.json is larger than any FrameKM's")
        return bytes(data)

    def fetch(self, name: str, size: int, sink: BinaryIO) -> None:
        """Write a FrameKM of that many bytes. Raises InvalidInput, NotFound, Unreachable."""
        written = 0
        with _told(self._http):
            self._http.get(f"/api/1/framekm/request/{name}").raise_for_status()
            for data in self._data(name):
                written += len(data)
                if written > size:
                    break
                sink.write(data)
        if written != size:
            more = "more" if written > size else f"{written}"
            raise InvalidInput(f"{name}: the camera sent {more} bytes, its metadata says {size}")

    def delete(self, name: str) -> None:
        """Remove a FrameKM and its metadata from the camera."""
        with _told(self._http):
            self._http.delete(f"/api/1/framekm/{name}").raise_for_status()
            self._http.delete(f"/api/1/metadata/{name}.json").raise_for_status()

    def _data(self, name: str) -> Iterator[bytes]:
        """The bytes of one file; others that were asked for before are passed over."""
        reader, ours, idle = PipeReader(), False, 0
        with self._http.stream("GET", "/api/1/framekm/stream") as answer:
            for chunk in answer.raise_for_status().iter_bytes():
                for part in reader.feed(chunk):
                    if isinstance(part, bytes):
                        if ours:
                            yield part
                    elif part.get("done") and part.get("name") == name:
                        if not ours:
                            raise NotFound(f"{name} is no longer on the camera")
                        return
                    else:
                        ours = part.get("name") == name
                        idle = _idle(part, idle)
        raise Unreachable(f"the camera ended its stream within {name}")


def _idle(said: dict[str, Any], idle: int) -> int:
    """How often the camera has said that it has nothing to send. Raises Unreachable."""
    if "error" in said:
        raise Unreachable(f"the camera could not read its file: {str(said['error'])[:200]}")
    if "keepAlive" not in said:
        return 0
    if idle >= _KEEP_ALIVES:
        raise Unreachable("the camera does not begin to send")
    return idle + 1


@contextmanager
def open_dashcam(host: str) -> Iterator[Dashcam]:
    """A camera by name or address, with `:port` where it is not 5000. Raises UsageError."""
    try:
        url = httpx.URL(f"http://{host}")
    except httpx.InvalidURL as error:
        raise UsageError(f"{host!r} is no address of a camera: {error}") from error
    if not url.host or url.path not in ("", "/") or url.userinfo:
        raise UsageError(f"{host!r} is no address of a camera: HOST or HOST:PORT is asked for")
    base = url if url.port else url.copy_with(port=PORT)
    # The camera has a network of its own: no proxy leads there, and no certificates are needed.
    https = base.scheme == "https"
    with httpx.Client(base_url=base, timeout=_PATIENCE_S, trust_env=False, verify=https) as http:
        yield Dashcam(http)


@contextmanager
def _told(http: httpx.Client) -> Iterator[None]:
    try:
        yield
    except httpx.HTTPStatusError as error:
        code = error.response.status_code
        raise Unreachable(f"the camera answers {code} to {error.request.url.path}") from error
    except (httpx.HTTPError, ValueError) as error:
        raise Unreachable(f"no camera answers at {http.base_url}: {error}") from error
