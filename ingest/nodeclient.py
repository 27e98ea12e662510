"""One node over HTTP: each call of the upload protocol, tried again with growing pauses.

Law: what may heal by waiting is tried again (a cut, a 5xx, a 429 after its Retry-After); what will
not is raised at once with the node's own words. Every call may be repeated without harm.
"""

import gzip
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import IO, Any, ParamSpec, TypeVar

from ingest.batches import CONTENT_TYPE, encode_frame, encoded_size
from ingest.manifest import SignedManifest
from ingest.nodehttp import Answer, Damaged, EndlessAnswer, Failure, NodeHttp, connected
from ingest.pace import Pace
from ingest.patience import Pauses, patiently
from ingest.refusal import Refused, parsed
from ingest.requests import authorization
from ingest.settings import UploadSettings
from roadcomb.canonical import Json, canonical_json
from roadcomb.errors import InvalidInput, NotFound, Unreachable
from roadcomb.keys import Key

P = ParamSpec("P")
T = TypeVar("T")
Pin = Callable[[str, str], None]
"""Told an address and the key that answers there; raises where that is not the known one."""

__all__ = ["NodeClient", "NodeInfo", "Opened", "Pin", "open_http"]


_LIMITS = ("frame_bytes", "batch_bytes", "drive_frames")
_KEY = re.compile(r"[0-9a-f]{64}")
_DOWNLOAD_BYTES = 2**20
_JSON = {"Content-Type": "application/json"}
_GZIPPED_JSON = {**_JSON, "Content-Encoding": "gzip"}
_FRAMES = {"Content-Type": CONTENT_TYPE}
_BYTES = {"Content-Type": "application/octet-stream"}
_GZIP_LEVEL = 1
"""Image ids, most of a manifest, halve at every level; higher ones only take longer."""


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """A node's public key (hex), its clock, and the most that it takes of each."""

    public: str
    now_ms: int
    frame_bytes: int
    batch_bytes: int
    drive_frames: int


@dataclass(frozen=True, slots=True)
class Opened:
    """What the node says of a drive: open, sealed or judged, and the image ids it lacks."""

    drive_id: str
    state: str
    missing: tuple[str, ...]


def open_http(url: str, settings: UploadSettings) -> AbstractContextManager[NodeHttp]:
    """Connections to a node's address. Raises UsageError for what is no address."""
    return connected(url, settings.timeout_s, settings.connections)


class NodeClient:
    """The calls of one node; threads may share it.

    pin: raises unless the key that the node names is the one its address is known by
    (ingest/knownnodes.py); asked with (address, key) before anything else is. told: hears of
    pauses, see ingest.patience.
    """

    def __init__(
        self,
        http: NodeHttp,
        settings: UploadSettings,
        pin: Pin | None = None,
        told: Callable[[Exception, float], None] | None = None,
    ) -> None:
        self._http = http
        self._settings = settings
        self._pin = pin
        self._known = False
        self._pauses = Pauses(settings.attempts, settings.wait_max_s, told)
        self._pace = None if settings.bytes_per_s is None else Pace(settings.bytes_per_s)

    @property
    def url(self) -> str:
        """The node's address."""
        return self._http.url

    def info(self) -> NodeInfo:
        """The node's key and clock."""
        try:
            answer = self._object(self._patiently(self._once, "GET", "/v1/node"))
        except NotFound as error:
            raise self._foreign() from error
        try:
            limits = [int(answer["limits"][name]) for name in _LIMITS]
            info = NodeInfo(str(answer["node"]), int(answer["now_ms"]), *limits)
        except (ArithmeticError, KeyError, TypeError, ValueError) as error:
            raise self._foreign() from error
        if not _KEY.fullmatch(info.public) or min(info.now_ms, *limits) < 1:
            raise self._foreign()
        if self._pin is not None:
            self._pin(self.url, info.public)
            self._known = True
        return info

    def open_drive(self, signed: SignedManifest) -> Opened:
        """Offer a drive; repeating it tells what is still missing."""
        return self._ask(self._open_once, signed)

    def send_frames(self, signed: SignedManifest, frames: Sequence[tuple[str, bytes]]) -> None:
        """One batch of (image id, canonical JPEG). After a cut only what did not arrive goes."""
        left = list(frames)
        tried = False

        def send() -> None:
            nonlocal left, tried
            if tried:
                missing = set(self._open_once(signed).missing)
                left = [frame for frame in left if frame[0] in missing]
            tried = True
            self._post_frames(signed.drive_id, [data for _, data in left])

        self._ask(send)

    def seal(self, drive_id: str) -> bytes:
        """The receipt's JSON as the node signed it; repeating gives the same bytes."""
        return self._ask(self._once, "POST", f"/v1/drives/{drive_id}/seal").content

    def drive(self, drive_id: str) -> Mapping[str, Any]:
        """State, counts and reasons of a drive. Raises NotFound."""
        return self._object(self._ask(self._once, "GET", f"/v1/drives/{drive_id}"))

    def get(self, path: str) -> Mapping[str, Any]:
        """What the node answers to a GET of a path, a JSON object."""
        return self._object(self._ask(self._once, "GET", path))

    def get_signed(self, path: str, key: Key) -> Mapping[str, Any]:
        """What the node answers to a signed GET of a path, a JSON object."""
        signed = {"Authorization": authorization(key, "GET", path, self.info().now_ms)}
        return self._object(self._ask(self._once, "GET", path, (), 0, signed))

    def delete_signed(self, path: str, key: Key) -> Mapping[str, Any]:
        """What the node answers to a signed DELETE of a path, which may be repeated."""
        signed = {"Authorization": authorization(key, "DELETE", path, self.info().now_ms)}
        return self._object(self._ask(self._once, "DELETE", path, (), 0, signed))

    def register_device(self, body: Json) -> Mapping[str, Any]:
        """Send a signed application (ingest/applications.py); asked once, its challenge counts
        once."""
        with self._in_our_words():
            sent = self._once("POST", "/v1/devices", *_whole(canonical_json(body)), _JSON)
        return self._object(sent)

    def show_evidence(self, drive_id: str, data: bytes) -> None:
        """Send a receiver's signed positions for an open drive; repeating is harmless."""
        path = f"/v1/drives/{drive_id}/evidence"
        self._ask(self._once, "POST", path, *_whole(data), _BYTES)

    def bind(self, body: Json) -> None:
        """Send a signed payout binding (ingest/payout.py)."""
        self.post("/v1/bindings", body)

    def post(self, path: str, body: Json) -> None:
        """Send a JSON body that may be sent again without harm."""
        self._ask(self._once, "POST", path, *_whole(canonical_json(body)), _JSON)

    def post_json(self, path: str, body: Json) -> Mapping[str, Any]:
        """What the node answers to a JSON body that may be sent again without harm."""
        sent = self._ask(self._once, "POST", path, *_whole(canonical_json(body)), _JSON)
        return self._object(sent)

    def payout(self, key: Key) -> Mapping[str, Any]:
        """Where the node pays this contributor, and will pay. Raises NotFound of an older node."""
        return self.get_signed("/v1/bindings", key)

    def delete_drive(self, drive_id: str, key: Key) -> int:
        """Have the node forget a drive; how many pictures it had. Repeating it is harmless."""
        return int(self.delete_signed(f"/v1/drives/{drive_id}", key).get("pictures", 0))

    def download(self, path: str, key: Key, file: IO[bytes]) -> int:
        """What the node answers to a signed GET of a path, into a file; its size in bytes."""
        signed = {"Authorization": authorization(key, "GET", path, self.info().now_ms)}
        with self._in_our_words(), self._http.answering("GET", path, headers=signed) as response:
            if response.status != HTTPStatus.OK:
                raise Refused(self._http.whole(response))
            return sum(map(file.write, response.stream(_DOWNLOAD_BYTES)))

    def _open_once(self, signed: SignedManifest) -> Opened:
        body = gzip.compress(signed.to_bytes(), _GZIP_LEVEL, mtime=0)
        answer = self._object(self._once("POST", "/v1/drives", *_whole(body), _GZIPPED_JSON))
        try:
            missing = tuple(str(image_id) for image_id in answer["missing"])
            return Opened(str(answer["drive_id"]), str(answer["state"]), missing)
        except (KeyError, TypeError) as error:
            raise self._foreign() from error

    def _post_frames(self, drive_id: str, frames: Sequence[bytes]) -> None:
        if frames:
            parts = map(encode_frame, frames)
            self._once(
                "POST", f"/v1/drives/{drive_id}/frames", parts, encoded_size(frames), _FRAMES
            )

    def _once(
        self,
        method: str,
        path: str,
        parts: Iterable[bytes] = (),
        size: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request; its body of `size` bytes leaves part by part, in its time."""
        body = parts if self._pace is None else self._pace.paced(parts, time.monotonic, time.sleep)
        answer = self._http.request(method, path, body, size, headers)
        if not answer.is_success:
            raise Refused(answer)
        return answer

    def _ask(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Nothing is asked of a node whose key is another one."""
        if self._pin is not None and not self._known:
            self.info()
        return self._patiently(call, *args, **kwargs)

    def _patiently(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        with self._in_our_words():
            return patiently(self._again, self._pauses, partial(call, *args, **kwargs))

    def _again(self, error: Exception) -> bool | float:
        """Whether, or after how many seconds, waiting may heal an error."""
        if not isinstance(error, Refused):
            return isinstance(error, Failure) and not isinstance(error, Damaged)
        if error.status != 429 and error.status < 500:
            return False
        if error.retry_after_s is None:
            return True
        return error.retry_after_s <= self._settings.patience_s and error.retry_after_s

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except Refused as answered:
            raise answered.error from None
        except EndlessAnswer:
            raise self._foreign() from None
        except Failure as error:
            problem = str(error) or type(error).__name__
            said = f"the node at {self.url} does not answer: {problem}"
            raise Unreachable(f"{said} (is it running, and is the address right?)") from error

    def _object(self, response: Answer) -> Mapping[str, Any]:
        answer = parsed(response)
        if not isinstance(answer, Mapping):
            raise self._foreign()
        return answer

    def _foreign(self) -> InvalidInput:
        return InvalidInput(f"{self.url} does not answer like a Roadcomb node: check the address")


def _whole(body: bytes) -> tuple[list[bytes], int]:
    return [body], len(body)
