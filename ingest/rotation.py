"""A rotation: a contributor's old key names the new one that signs from now on.

::

    {"rotation": {"v": 1, "contributor", "old", "new", "created_ms"},
     "signature": <of the old key>, "accepted": <of the new key>}    over the canonical JSON

A contributor stays known by the first key: drives, account, commitments and payout address carry
it, so nothing in the books moves. What changes is which key signs for it. The new key signs too, so
that nobody can name a key that is not theirs.
"""

from dataclasses import dataclass
from typing import Final

from roadcomb.canonical import Json, canonical_json
from roadcomb.errors import InvalidInput
from roadcomb.keys import PUBLIC_KEY_HEX, Key, verify

__all__ = ["DOMAIN", "Rotation", "parse_rotation", "sign_rotation"]

DOMAIN: Final = "roadcomb rotation v1"
_VALID_MS: Final = 5 * 60_000
_HEX = set("0123456789abcdef")
_SHAPE = '{"rotation": {v, contributor, old, new, created_ms}, "signature", "accepted"}'


@dataclass(frozen=True, slots=True)
class Rotation:
    """A checked rotation; public keys in hex. `message` is the envelope, canonical JSON."""

    contributor: str
    old: str
    new: str
    message: str


def sign_rotation(old: Key, new: Key, created_ms: int) -> Json:
    """Body of `POST /v1/rotations`; created_ms by the node's clock."""
    rotation: Json = {
        "v": 1,
        "contributor": old.public,
        "old": old.signer,
        "new": new.signer,
        "created_ms": created_ms,
    }
    body = canonical_json(rotation)
    signatures = {"signature": old.sign(DOMAIN, body), "accepted": new.sign(DOMAIN, body)}
    return {"rotation": rotation, **signatures}


def parse_rotation(value: Json, now_ms: int) -> Rotation:
    """Check shape, time and both signatures. Raises InvalidInput or Unauthorised."""
    match value:
        case {
            "rotation": {
                "v": 1,
                "contributor": str(contributor),
                "old": str(old),
                "new": str(new),
                "created_ms": int(created_ms),
                **unknown,
            } as rotation,
            "signature": str(signature),
            "accepted": str(accepted),
            **others,
        } if not (unknown or others) and all(map(_is_key, (contributor, old, new))):
            body = canonical_json(rotation)
        case _:
            raise InvalidInput(f"{_SHAPE} is asked for")
    if old == new or abs(now_ms - created_ms) > _VALID_MS:
        raise InvalidInput("a rotation is to another key, and of now by GET /v1/node")
    verify(old, DOMAIN, body, signature)
    verify(new, DOMAIN, body, accepted)
    return Rotation(contributor, old, new, canonical_json(value).decode())


def _is_key(text: str) -> bool:
    return len(text) == PUBLIC_KEY_HEX and set(text) <= _HEX
