"""The head of the log: how long it is and its root, signed by the node.

::

    {"head": {"v": 1, "node", "size", "root", "signed_ms"},
     "signature": <the node's, over the canonical JSON of "head">}

Two heads of one node that no consistency proof joins are its own signed confession that it
rewrote the log; therefore heads are worth keeping.
"""

from dataclasses import dataclass
from typing import Any

from roadcomb.canonical import Json, canonical_json
from roadcomb.errors import InvalidInput, Unauthorised
from roadcomb.keys import Key, verify

__all__ = ["DOMAIN", "Head", "sign_head", "verify_head"]

DOMAIN = "roadcomb log head v1"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Head:
    """A log of `size` entries with this root (32 bytes), as its node (public key) signed it."""

    node: str
    size: int
    root: bytes
    signed_ms: int

    def to_json(self) -> dict[str, Json]:
        """The JSON value that the node signs."""
        return {
            "v": VERSION,
            "node": self.node,
            "size": self.size,
            "root": self.root.hex(),
            "signed_ms": self.signed_ms,
        }


def sign_head(key: Key, head: Head) -> dict[str, Json]:
    """The signed head."""
    signature = key.sign(DOMAIN, canonical_json(head.to_json()))
    return {"head": head.to_json(), "signature": signature}


def verify_head(value: Json, node: str) -> Head:
    """The signed head of a node (public key), checked.

    Raises InvalidInput for what is no head, Unauthorised for one of somebody else.
    """
    head, signature = _parsed(value)
    verify(node, DOMAIN, canonical_json(head.to_json()), signature)
    if head.node != node:
        raise Unauthorised("the head names another node than the one that signed it")
    return head


def _parsed(value: Any) -> tuple[Head, str]:
    try:
        raw = value["head"]
        if raw["v"] != VERSION:
            raise InvalidInput(f"head version {raw['v']!r} is not {VERSION}: update your client")
        root = bytes.fromhex(raw["root"])
        head = Head(str(raw["node"]), int(raw["size"]), root, int(raw["signed_ms"]))
        return head, str(value["signature"])
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"this is no head of a log: {error!r}") from error
