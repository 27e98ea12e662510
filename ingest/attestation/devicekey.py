"""A device's own key: what it signs, and what vouches for a drive or a registration with it.

A device is known by SHA-256 of its public key (SubjectPublicKeyInfo, DER). Two kinds sign drives:
P-256, which phones keep in hardware (ECDSA with SHA-256, in DER), and Ed25519. Signatures cover a
domain and the message, as all of ours do (roadcomb/keys.py), and travel as hex.
"""

import hashlib
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP192R1,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from roadcomb.errors import InvalidInput, Unauthorised
from roadcomb.keys import Key

__all__ = [
    "APPLYING",
    "DRIVING",
    "device_of",
    "parse_public",
    "public_of",
    "sign_application",
    "sign_drive",
    "verify_device",
]

DRIVING: Final = "roadcomb device drive v1"
"""Domain of a drive's device signature; the message is the drive id in hex."""
APPLYING: Final = "roadcomb device challenge v1"
"""Domain of a registration; the message is the challenge's 32 bytes."""
_ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")
"""RFC 8410, section 4: everything before the key's 32 bytes."""
_LONGEST = 256

PublicKey = Ed25519PublicKey | EllipticCurvePublicKey


def device_of(public_key: str) -> str:
    """Id of the device with this public key (SubjectPublicKeyInfo, hex): 64 hex digits."""
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()


def public_of(key: Key) -> str:
    """The public half of an Ed25519 key as SubjectPublicKeyInfo, hex."""
    return (_ED25519_SPKI + bytes.fromhex(key.signer)).hex()


def parse_public(public_key: str) -> PublicKey:
    """A device's public key: Ed25519, P-256 or, of receivers, P-192. Raises InvalidInput."""
    try:
        raw = bytes.fromhex(public_key)
        key = load_der_public_key(raw) if len(raw) <= _LONGEST else None
    except Exception as error:  # of foreign bytes: whatever the parser says, it is no key
        raise InvalidInput("a device's public key is SubjectPublicKeyInfo in hex") from error
    if isinstance(key, Ed25519PublicKey):
        return key
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1 | SECP192R1):
        return key
    raise InvalidInput("a device's key is Ed25519 or on P-256 (a receiver's on SECP192R1)")


def verify_device(public_key: str, domain: str, message: bytes, signature: str) -> None:
    """Raise Unauthorised unless the device of this key has signed domain and message.

    Raises InvalidInput for a key of a kind that signs none.
    """
    key, framed = parse_public(public_key), domain.encode() + b"\0" + message
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(bytes.fromhex(signature), framed)
        elif isinstance(key.curve, SECP192R1):
            raise InvalidInput("a receiver's key signs positions, no drives")
        else:
            key.verify(bytes.fromhex(signature), framed, ECDSA(SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise Unauthorised("the device's signature does not belong to its key and this") from error


def sign_drive(key: Key, drive_id: str) -> str:
    """The device signature of a drive, hex."""
    return key.sign(DRIVING, drive_id.encode())


def sign_application(key: Key, challenge: bytes) -> str:
    """What proves, when a device is registered, that its key is there; hex."""
    return key.sign(APPLYING, challenge)
