"""Challenges for devices: what a device has to answer, so that no old answer counts. Pure.

::

    nonce = u64 time of making (ms), 8 random bytes, HMAC-SHA256(secret, tag, contributor, both)
    challenge = SHA-256(tag, node's key, contributor's key, nonce)        32 bytes

Laws: only the node can have made a nonce, it is of one contributor, and it lives for an hour. The
node stores none of them: what was used stands in the registry, which takes each nonce once.
"""

import hashlib
import hmac
import struct
from dataclasses import dataclass
from typing import Final

from ingest.attestation.android import challenge_of
from roadcomb.errors import InvalidInput, Unauthorised

__all__ = ["VALID_MS", "Challenge", "check_nonce", "make_challenge"]

VALID_MS: Final = 3_600_000
"""Long enough to carry a challenge to a phone and its answer back by hand."""
_HEAD = struct.Struct(">Q8s")
_MAC_BYTES = 32
_TAG = b"roadcomb device nonce v1\0"


@dataclass(frozen=True, slots=True)
class Challenge:
    """nonce: handed back at registration. challenge: what the device is asked to attest or sign."""

    nonce: bytes
    challenge: bytes
    valid_until_ms: int


def make_challenge(
    secret: bytes, node: str, contributor: str, now_ms: int, drawn: bytes
) -> Challenge:
    """A new one; `drawn` are 8 random bytes, keys are hex."""
    head = _HEAD.pack(now_ms, drawn)
    return _challenge(node, contributor, head + _mac(secret, contributor, head))


def check_nonce(secret: bytes, node: str, contributor: str, nonce: bytes, now_ms: int) -> Challenge:
    """The challenge of a nonce that came back.

    Raises InvalidInput for what is none, Unauthorised for another's, another node's or an old one.
    """
    if len(nonce) != _HEAD.size + _MAC_BYTES:
        raise InvalidInput("this is no nonce: take one of GET /v1/devices/challenge")
    head = nonce[: _HEAD.size]
    if not hmac.compare_digest(nonce[_HEAD.size :], _mac(secret, contributor, head)):
        raise Unauthorised("this node gave that challenge to nobody, or to somebody else")
    challenge = _challenge(node, contributor, nonce)
    if not challenge.valid_until_ms - VALID_MS <= now_ms <= challenge.valid_until_ms:
        raise Unauthorised("the challenge is too old: ask for a new one")
    return challenge


def _challenge(node: str, contributor: str, nonce: bytes) -> Challenge:
    made_ms, _ = _HEAD.unpack_from(nonce)
    return Challenge(nonce, challenge_of(node, contributor, nonce), made_ms + VALID_MS)


def _mac(secret: bytes, contributor: str, head: bytes) -> bytes:
    return hmac.digest(secret, _TAG + bytes.fromhex(contributor) + head, hashlib.sha256)
