"""What holds for every request: a bounded body, an id, headers of caution, no traceback out.

A pure ASGI middleware: it neither buffers bodies nor hides a cut connection from the routes.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.bodies import Body, Held
from api.problems import problem, problem_of
from roadcomb.errors import Busy, TooLarge
from roadcomb.jsonlog import request_id

__all__ = ["SECURITY_HEADERS", "Guard", "Observer"]

SECURITY_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "worker-src 'self' blob:",  # MapLibre starts its workers from a blob
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self' data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
}
_CAUTION = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_log = logging.getLogger("roadcomb.api")


class Observer(Protocol):
    """Hears of each answer: the route's template, known method, status, seconds, bytes received."""

    def __call__(
        self, route: str, method: str, status: int, seconds: float, received: int
    ) -> None: ...


class Guard:
    """Wraps the app; `body_limit` tells the bytes that a path takes at most, `held_limit` what
    all bodies under way may take together.
    """

    def __init__(
        self,
        app: ASGIApp,
        body_limit: Callable[[str], int],
        held_limit: int,
        observers: Sequence[Observer] = (),
    ) -> None:
        self._app = app
        self._body_limit = body_limit
        self._held = Held(held_limit)
        self._observers = observers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identity = _request_id(Headers(scope=scope))
        state = scope.setdefault("state", {})
        state["request_id"] = identity
        token = request_id.set(identity)
        answer = _Answer(send, identity)
        body = Body(receive, self._body_limit(scope["path"]), self._held, state)
        started = time.perf_counter()
        try:
            await self._answer(scope, body, answer)
        finally:
            body.release()
            seconds = time.perf_counter() - started
            for observe in self._observers:
                observe(_route(scope), _method(scope), answer.status, seconds, body.taken)
            request_id.reset(token)

    async def _answer(self, scope: Scope, body: Body, answer: "_Answer") -> None:
        try:
            body.check_length(Headers(scope=scope))
            await self._app(scope, body.receive, answer.send)
        except (TooLarge, Busy) as error:
            await problem_of(Request(scope), error)(scope, body.receive, answer.send)
        except ClientDisconnect:
            if body.stalled:
                detail = "no byte of the body came for too long: send it again"
                response = problem(Request(scope), 408, "request-timeout", detail)
                await response(scope, body.receive, answer.send)
        except Exception:
            identity = scope["state"]["request_id"]
            _log.exception("request %s failed", identity)
            if answer.status:
                raise
            detail = f"the node failed; its log tells why under request {identity}"
            response = problem(Request(scope), 500, "internal", detail)
            await response(scope, body.receive, answer.send)


@dataclass(slots=True)
class _Answer:
    """Sends the answer with its headers; status: 0 until it has begun."""

    _send: Send
    _request_id: str
    status: int = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": self._headers(message["headers"])}
        await self._send(message)

    def _headers(self, told: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """The answer's own, the request's id, and those of caution that it does not set itself."""
        own = list(told)
        named = {name.lower() for name, _ in own}
        caution = (pair for pair in _CAUTION if pair[0] not in named)
        return [*own, (b"x-request-id", self._request_id.encode()), *caution]


def _route(scope: Scope) -> str:
    """The path's template, so that no figure or log line names a drive; "other" without one."""
    return str(getattr(scope.get("route"), "path", "other"))


def _method(scope: Scope) -> str:
    """A known one or "other": each new name would be a figure that is kept for good."""
    method = str(scope["method"])
    return method if method in _METHODS else "other"


def _request_id(headers: Headers) -> str:
    """The caller's, where it is harmless in a log; otherwise a new one."""
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
