"""Cursors: how far a client has paged, signed by the node, so that none can be made up; pure.

The law: a cursor serves the very question it was given for. It names the last item of a page, not
a count, so pages neither repeat nor leave out what was there all along while new items come.
"""

import base64
import binascii
import hashlib
import hmac
import json

from tiles.stac.refusals import BadCursor

__all__ = ["read_cursor", "write_cursor"]

_TAG_BYTES = 16
_LONGEST = 512

Place = tuple[str, int]


def write_cursor(secret: bytes, question: str, last: Place) -> str:
    """The cursor behind `last`, for one question (any text that names it)."""
    body = json.dumps(last, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_tag(secret, question, body) + body).decode().rstrip("=")


def read_cursor(secret: bytes, question: str, cursor: str) -> Place:
    """What `write_cursor` was given. Raises BadCursor for any other text or question."""
    if len(cursor) > _LONGEST:
        raise BadCursor("token: it is not one of ours")
    try:
        whole = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadCursor("token: it is not one of ours") from error
    tag, body = whole[:_TAG_BYTES], whole[_TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(secret, question, body)):
        raise BadCursor("token: it is not one of ours, or was given for another search")
    drive, n = json.loads(body)
    return str(drive), int(n)


def _tag(secret: bytes, question: str, body: bytes) -> bytes:
    asked = hashlib.sha256(question.encode()).digest()
    return hmac.digest(secret, asked + body, "sha256")[:_TAG_BYTES]
