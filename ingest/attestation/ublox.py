"""u-blox UBX-SEC-ECSIGN: the receiver's signature over the messages that it has sent before.

::

    payload of class 0x27, id 0x04, 108 bytes: U1 version (1), U1 reserved, U2 number of messages,
    U1[32] final hash, U1[24] session id, U1[48] ECDSA signature (r, s) on SECP192R1

The final hash is SHA-256 over the messages as they were sent, each whole from its sync characters
to its checksum. What is signed is SHA-256(final hash, session id), folded to the curve's 192 bits
by XOR of its last 8 bytes onto its first 8. Layout, folding and curve are proven by a published
message of a real receiver with its key (tests/ingest/attestation/vectors); which bytes go into the
final hash is known from receivers in the field only, not from u-blox' interface description or a
vector, so what does not verify is `none` and never held against anybody. The messages are GNSS
bytes: a signature says nothing of the pictures.
"""

import hashlib
import struct
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP192R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA224
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from roadcomb.errors import Conflict, InvalidInput, Unauthorised

__all__ = ["EcSign", "digest_to_sign", "parse_ecsign", "verify_ecsign"]

_SYNC = b"\xb5\x62"
_PAYLOAD = struct.Struct("<BxH32s24s48s")
_HEADER = struct.Struct("<2sBBH")
_CURVE_BYTES = 24


@dataclass(frozen=True, slots=True)
class EcSign:
    """What one UBX-SEC-ECSIGN says; signature: r and s, 24 bytes each, big endian."""

    messages: int
    final_hash: bytes
    session_id: bytes
    signature: bytes


def parse_ecsign(message: bytes) -> EcSign:
    """The fields of a whole UBX message. Raises InvalidInput for another or a damaged one."""
    if len(message) != _HEADER.size + _PAYLOAD.size + 2:
        raise InvalidInput("this is no UBX-SEC-ECSIGN: it has another length")
    sync, group, number, length = _HEADER.unpack_from(message)
    if (sync, group, number, length) != (_SYNC, 0x27, 0x04, _PAYLOAD.size):
        raise InvalidInput("this is no UBX-SEC-ECSIGN: it has another header")
    if _checksum(message[2:-2]) != message[-2:]:
        raise InvalidInput("the UBX-SEC-ECSIGN is damaged: its checksum is wrong")
    version, count, final_hash, session_id, signature = _PAYLOAD.unpack_from(message, _HEADER.size)
    if version != 1:
        raise InvalidInput(f"UBX-SEC-ECSIGN version {version} is unknown")
    return EcSign(count, final_hash, session_id, signature)


def verify_ecsign(
    signed: EcSign,
    messages: Sequence[bytes],
    public_pem: bytes,
    session_id: bytes,
    spent: Collection[bytes] = (),
) -> None:
    """Raise unless the receiver of this key has sent just these messages in this session.

    spent: final hashes that were taken before. Raises Conflict for one of them, Unauthorised for
    other messages, another session or a wrong signature, InvalidInput for a key of another kind.
    """
    if signed.final_hash in spent:
        raise Conflict("these signed positions were used before")
    if signed.session_id != session_id:
        raise Unauthorised("the receiver signed for another session than this one")
    exact = hashlib.sha256(b"".join(messages)).digest() == signed.final_hash
    if len(messages) != signed.messages or not exact:
        raise Unauthorised("the receiver signed other messages than these")
    r, s = (int.from_bytes(half, "big") for half in _halves(signed.signature))
    try:
        _key(public_pem).verify(
            encode_dss_signature(r, s), digest_to_sign(signed), ECDSA(Prehashed(SHA224()))
        )
    except InvalidSignature as error:
        raise Unauthorised("the signature is not of this receiver") from error


def digest_to_sign(signed: EcSign) -> bytes:
    """The folded digest, 24 bytes; zeros behind it fill the shortest digest that our library
    takes (28 bytes), of which ECDSA on this curve uses the first 24."""
    digest = hashlib.sha256(signed.final_hash + signed.session_id).digest()
    folded = bytes(a ^ b for a, b in zip(digest[:8], digest[_CURVE_BYTES:], strict=True))
    return folded + digest[8:_CURVE_BYTES] + bytes(4)


def _key(public_pem: bytes) -> EllipticCurvePublicKey:
    try:
        key = load_pem_public_key(public_pem)
    except ValueError as error:
        raise InvalidInput(f"this is no public key: {error}") from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP192R1):
        raise InvalidInput("a receiver's key is one on SECP192R1")
    return key


def _halves(signature: bytes) -> tuple[bytes, bytes]:
    return signature[:_CURVE_BYTES], signature[_CURVE_BYTES:]


def _checksum(data: bytes) -> bytes:
    """8-bit Fletcher over class, id, length and payload."""
    a = b = 0
    for octet in data:
        a = (a + octet) & 0xFF
        b = (b + a) & 0xFF
    return bytes((a, b))
