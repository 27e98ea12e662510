"""An appeal: the words of a drive's contributor on why its decision is wrong, signed by their key.

::

    {"appeal": {"v": 1, "contributor", "drive_id", "words", "created_ms"}, "signature": hex}

and "signer" where the contributor's key was rotated. The signature covers the canonical JSON.
"""

from dataclasses import dataclass
from typing import Final
from unicodedata import category

from roadcomb.canonical import Json, canonical_json
from roadcomb.errors import InvalidInput, Unauthorised
from roadcomb.keys import PUBLIC_KEY_HEX, Key, verify

__all__ = ["DOMAIN", "LONGEST", "VALID_MS", "Appeal", "parse_appeal", "sign_appeal"]

DOMAIN: Final = "roadcomb appeal v1"
LONGEST = 2_000
"""Characters that a reviewer is asked to read."""
VALID_MS = 5 * 60_000
_SHAPE = '{"appeal": {v, contributor, drive_id, words, created_ms}, "signature"}'


@dataclass(frozen=True, slots=True)
class Appeal:
    """A checked appeal; message: the signed canonical JSON."""

    contributor: str
    drive_id: str
    words: str
    message: str
    signature: str
    signer: str


def sign_appeal(key: Key, drive_id: str, words: str, created_ms: int) -> Json:
    """Body of `POST /v1/drives/{id}/appeal`; created_ms by the node's clock."""
    appeal: Json = {
        "v": 1,
        "contributor": key.public,
        "drive_id": drive_id,
        "words": words,
        "created_ms": created_ms,
    }
    signed: dict[str, Json] = {
        "appeal": appeal,
        "signature": key.sign(DOMAIN, canonical_json(appeal)),
    }
    return signed if key.signer == key.public else {**signed, "signer": key.signer}


def parse_appeal(value: Json, drive_id: str, now_ms: int) -> Appeal:
    """Check shape, length, time and signature. Raises InvalidInput or Unauthorised."""
    match value:
        case {
            "appeal": {
                "v": 1,
                "contributor": str(contributor),
                "drive_id": str(appealed),
                "words": str(words),
                "created_ms": int(created_ms),
                **unknown,
            } as message,
            "signature": str(signature),
            **others,
        } if not unknown and others.keys() <= {"signer"}:
            body = canonical_json(message)
        case _:
            raise InvalidInput(f"{_SHAPE} is asked for")
    if appealed != drive_id or len(contributor) != PUBLIC_KEY_HEX:
        raise InvalidInput("the appeal is of another drive than the one it was sent to")
    if not words.strip() or len(words) > LONGEST:
        raise InvalidInput(f"an appeal needs words, {LONGEST} characters of them at most")
    if any(category(character) == "Cc" and character not in "\n\r\t" for character in words):
        raise InvalidInput("an appeal's words hold a control character: write plain text")
    if abs(now_ms - created_ms) > VALID_MS:
        raise Unauthorised("the appeal is not of now: take the time of GET /v1/node")
    signer = str(others.get("signer", contributor))
    verify(signer, DOMAIN, body, signature)
    return Appeal(contributor, drive_id, words, body.decode(), signature, signer)
