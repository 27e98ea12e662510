"""The download pipe of odc-api: JSON objects and base64 with nothing between them. Pure.

Source: Hivemapper/odc-api, src/routes/framekm.ts, `/stream` (content type text/event-stream, but
no event lines)::

    {"keepAlive":1}{"name":"km_...","bytes":9} base64 {"name":"km_...","done":true}

No base64 letter is a brace, so a brace begins an object.

Law: what is fed may be cut anywhere; what comes out is the same.
"""

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any

from roadcomb.errors import InvalidInput

__all__ = ["PipeReader"]

_LONGEST_OBJECT = 10_000


class PipeReader:
    """Takes the pipe apart."""

    def __init__(self) -> None:
        self._object = b""
        self._letters = b""

    def feed(self, data: bytes) -> Iterator[dict[str, Any] | bytes]:
        """Objects and decoded bytes, as far as they are whole. Raises InvalidInput."""
        while data:
            if self._object:
                end = data.find(b"}") + 1
                self._object += data[: end or len(data)]
                data = data[end:] if end else b""
                yield from self._whole()
            else:
                letters, brace, data = data.partition(b"{")
                yield from self._decoded(letters, bool(brace))
                self._object = brace

    def _whole(self) -> Iterator[dict[str, Any]]:
        """The object, once its last brace is there (an error may hold objects in it)."""
        try:
            said = json.loads(self._object)
        except RecursionError as error:
            raise InvalidInput("the camera's stream is no odc-api stream") from error
        except ValueError as error:
            if len(self._object) > _LONGEST_OBJECT:
                raise InvalidInput("the camera's stream is no odc-api stream") from error
            return
        self._object = b""
        yield said

    def _decoded(self, letters: bytes, last: bool) -> Iterator[bytes]:
        self._letters += b"".join(letters.split())
        whole = len(self._letters) if last else len(self._letters) // 4 * 4
        try:
            data = base64.b64decode(self._letters[:whole], validate=True)
        except binascii.Error as error:
            raise InvalidInput("the camera's stream is damaged") from error
        self._letters = self._letters[whole:]
        if data:
            yield data
