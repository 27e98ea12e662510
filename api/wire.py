"""What is no HTTP, or has a longer address than HTTP's parser takes (65,535 bytes), is refused as
all else is: problem+json (RFC 9457), instead of uvicorn's plain text.
"""

import json

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.guard import SECURITY_HEADERS
from api.problems import BASE, MEDIA_TYPE

__all__ = ["Protocol"]

_DETAIL = "this is no HTTP request, or its address is longer than 65,535 bytes"


class Protocol(HttpToolsProtocol):
    """One connection."""

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
