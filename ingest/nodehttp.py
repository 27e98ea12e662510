"""Requests to one node's address, each made once: bodies leave part by part, answers are bounded.

Laws: silence is what ends a request, never its length (so a body leaves in small pieces, each with
the whole patience); an endless answer, or a small one that unpacks to an endless one, fills no
memory. urllib3 writes a piece to the socket as it is; httpx copies what is left of it each time and
takes three times as long to load.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast
from urllib.request import getproxies, proxy_bypass

import certifi
import urllib3
from urllib3.util import Url, parse_url

from roadcomb.errors import UsageError

__all__ = ["Answer", "Damaged", "EndlessAnswer", "Failure", "NodeHttp", "connected"]

Failure = urllib3.exceptions.HTTPError
"""The line or the node failed; all but `Damaged` may heal by waiting."""
Damaged = urllib3.exceptions.DecodeError
"""What came does not unpack."""
_ANSWER_BYTES = 16 * 2**20
"""The longest answer of a node names 20,000 missing frames in 1.4 MB."""
_PIECE_BYTES = 64 * 1024
"""Of a body: what a line of 9 kbit/s carries within the default patience of 60 s."""
_LOOPBACK = ("127.0.0.1", "[::1]", "localhost")
_ENCODINGS = {"Accept-Encoding": "gzip"}


class EndlessAnswer(Exception):
    """More came than any answer of a node has."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def reason(self) -> str:
        """The status and what it is called."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return str(self.status)


class NodeHttp:
    """The connections to one address; threads may share it. Raises Failure."""

    def __init__(self, url: str, pool: urllib3.PoolManager) -> None:
        self.url = url
        self._pool = pool

    def request(
        self,
        method: str,
        path: str,
        parts: Iterable[bytes] = (),
        size: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request with a body of `size` bytes. Raises EndlessAnswer."""
        with self.answering(method, path, parts, size, headers) as response:
            return self.whole(response)

    @contextmanager
    def answering(
        self,
        method: str,
        path: str,
        parts: Iterable[bytes] = (),
        size: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """The same, its answer not read yet."""
        length = {"Content-Length": str(size)} if size else {}
        response = self._pool.request(
            method,
            self.url + path,
            body=_pieces(parts) if size else None,
            headers={**_ENCODINGS, **(headers or {}), **length},
            preload_content=False,
            redirect=False,
            retries=False,
        )
        whole = False
        try:
            yield response
            whole = True
        finally:
            if not whole:
                response.close()  # what is left of it belongs to no other request
            response.release_conn()

    def whole(self, response: urllib3.BaseHTTPResponse) -> Answer:
        """What is being answered, to its end. Raises EndlessAnswer."""
        read = bytearray()
        for chunk in response.stream(_PIECE_BYTES):
            read += chunk
            if len(read) > _ANSWER_BYTES:
                raise EndlessAnswer
        return Answer(response.status, response.headers, bytes(read))


def connected(url: str, timeout_s: float, connections: int) -> AbstractContextManager[NodeHttp]:
    """Connections to a node's address. Raises UsageError for what is no address."""
    try:
        parsed = parse_url(url)
    except urllib3.exceptions.LocationParseError as error:
        raise UsageError(f"{url!r} is no address of a node: {error}") from error
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.query:
        raise UsageError(f"{url!r} is no address of a node: http://host:port is asked for")
    return _open(parsed, timeout_s, connections)


@contextmanager
def _open(address: Url, timeout_s: float, connections: int) -> Iterator[NodeHttp]:
    with _pool(address, timeout_s, connections) as pool:
        yield NodeHttp(address.url.rstrip("/"), pool)


def _pool(address: Url, timeout_s: float, connections: int) -> urllib3.PoolManager:
    """Through the environment's proxy, if it names one; none leads to this very machine."""
    proxy = None
    if address.host not in _LOOPBACK and not proxy_bypass(address.netloc or ""):
        proxy = getproxies().get(address.scheme or "")
    trusted = os.environ.get("SSL_CERT_FILE") or certifi.where()
    timeout = urllib3.Timeout(connect=timeout_s, read=timeout_s)
    if proxy:
        return urllib3.ProxyManager(proxy, timeout=timeout, maxsize=connections, ca_certs=trusted)
    return urllib3.PoolManager(timeout=timeout, maxsize=connections, ca_certs=trusted)


def _pieces(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Views, so that nothing is copied: a socket takes them as it takes bytes."""
    for part in parts:
        view = cast(bytes, memoryview(part))
        for start in range(0, len(view), _PIECE_BYTES):
            yield view[start : start + _PIECE_BYTES]
