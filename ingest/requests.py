"""The signed request: how a contributor proves, without a session, that a question is theirs.

Law: a header opens exactly one method and path, for five minutes around the node's own "now". The
client asks the node for that "now" first, because clocks of devices are wrong.

::

    Authorization: Roadcomb key=<64 hex>,created=<ms>,signature=<128 hex>
"""

import re
from typing import Final

from roadcomb.canonical import canonical_json
from roadcomb.errors import Unauthorised
from roadcomb.keys import Key, verify

__all__ = ["DOMAIN", "VALID_MS", "authorization", "check_authorization"]

DOMAIN: Final = "roadcomb request v1"
VALID_MS: Final = 5 * 60_000
_HEADER = re.compile(
    r"Roadcomb key=(?P<key>[0-9a-f]{64}),created=(?P<created>[0-9]{1,15})"
    r",signature=(?P<signature>[0-9a-f]{128})"
)


def authorization(key: Key, method: str, path: str, created_ms: int) -> str:
    """Value of the header for one request; `path` without query, `created_ms` by the node."""
    signature = key.sign(DOMAIN, _message(method, path, created_ms))
    return f"Roadcomb key={key.signer},created={created_ms},signature={signature}"


def check_authorization(header: str | None, method: str, path: str, now_ms: int) -> str:
    """The public key that signed; for whom, ingest/signers.py tells.

    Raises Unauthorised unless the header opens this request.
    """
    match = _HEADER.fullmatch(header or "")
    if match is None:
        raise Unauthorised("this answer is for its contributor: sign the request with your key")
    created_ms = int(match["created"])
    if abs(now_ms - created_ms) > VALID_MS:
        raise Unauthorised("the signed request is not of now: take the time of GET /v1/node")
    verify(match["key"], DOMAIN, _message(method, path, created_ms), match["signature"])
    return match["key"]


def _message(method: str, path: str, created_ms: int) -> bytes:
    return canonical_json({"method": method.upper(), "path": path, "created": created_ms})
