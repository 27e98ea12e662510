"""What holds for every request: a bounded body, an id, headers of caution, no traceback out.

A pure ASGI middleware: it neither buffers bodies nor hides a cut connection from the routes.
"""

import logging
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem, problem_of
from roadcomb.errors import TooLarge

__all__ = ["SECURITY_HEADERS", "Guard"]

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
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_log = logging.getLogger("roadcomb.api")


class Guard:
    """Wraps the app; `body_limit` tells the bytes that a path takes at most."""

    def __init__(self, app: ASGIApp, body_limit: Callable[[str], int]) -> None:
        self._app = app
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(send, request_id)
        body = _Body(receive, self._body_limit(scope["path"]))
        try:
            body.check_length(Headers(scope=scope))
            await self._app(scope, body.receive, answer.send)
        except TooLarge as error:
            await problem_of(Request(scope), error)(scope, receive, answer.send)
        except ClientDisconnect:
            return
        except Exception:
            _log.exception("request %s failed", request_id)
            if answer.started:
                raise
            detail = f"the node failed; its log tells why under request {request_id}"
            response = problem(Request(scope), 500, "internal", detail)
            await response(scope, receive, answer.send)


@dataclass(slots=True)
class _Answer:
    """Sends the answer with its headers, and remembers whether it has begun."""

    _send: Send
    _request_id: str
    started: bool = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self._request_id
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


@dataclass(slots=True)
class _Body:
    """Receives a body up to a limit. Raises TooLarge at the first byte over it."""

    _receive: Receive
    _limit: int
    _taken: int = 0

    def check_length(self, headers: Headers) -> None:
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > self._limit:
            raise self._too_large()

    async def receive(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        if self._taken > self._limit:
            raise self._too_large()
        return message

    def _too_large(self) -> TooLarge:
        return TooLarge(f"the body is larger than the {self._limit} bytes that are taken here")


def _request_id(headers: Headers) -> str:
    """The caller's, where it is harmless in a log; otherwise a new one."""
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
