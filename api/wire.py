"""One connection, before there is a request.

The laws: what is no HTTP, or has a longer address than HTTP's parser takes (65,535 bytes), is
refused as all else is, by problem+json (RFC 9457); who connects and says nothing, or says a
request's head for too long, is let go, so that silence holds no connection for ever; and what of a
body had come before a cut is not lost with the line.
"""

import asyncio
import json
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.bodies import UNREAD
from api.guard import SECURITY_HEADERS
from api.problems import BASE, MEDIA_TYPE

__all__ = ["Protocol"]

_DETAIL = "this is no HTTP request, or its address is longer than 65,535 bytes"


class Protocol(HttpToolsProtocol):
    """One connection; head_s: how long the head of a request may take to come."""

    head_s = 30.0
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._await_head()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        """Its head is whole; the guard watches over the body (api/bodies.py)."""
        self._wait_no_more()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Until the request is answered its body is told to its end; uvicorn would drop the rest
        that nobody has asked for yet (64 KiB and what one reading of the socket brings)."""
        self._wait_no_more()
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete and cycle.body:
            rest = {"type": "http.request", "body": bytes(cycle.body), "more_body": cycle.more_body}
            cycle.scope["state"][UNREAD] = rest
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._wait_no_more()
        self._late = self.loop.call_later(self.head_s, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._late is not None:
            self._late.cancel()

    def send_400_response(self, msg: str) -> None:
        """The end of a connection that cannot be understood; msg: uvicorn's words, for its log."""
        body = json.dumps(
            {
                "type": f"{BASE}bad-request",
                "title": "Bad request",
                "status": 400,
                "detail": _DETAIL,
                "request_id": None,
            }
        ).encode()
        headers = {
            "Content-Type": MEDIA_TYPE,
            "Content-Length": len(body),
            "Connection": "close",
            **SECURITY_HEADERS,
        }
        lines = [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(["HTTP/1.1 400 Bad Request", *lines, "", ""])
        self.transport.write(head.encode() + body)
        self.transport.close()
