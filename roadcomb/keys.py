"""Ed25519 keys: a contributor is a public key, a node signs receipts and epochs with its own.

Losing the private key is losing the money that is accrued to it, hence the encrypted backup.
Signatures cover a domain ("roadcomb manifest v1") and the canonical bytes, so that a signature made
for one purpose is never valid for another.
"""

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from roadcomb.errors import InvalidInput, Unauthorised, UsageError
from roadcomb.files import OWNER_ONLY, write_new

__all__ = [
    "Key",
    "account_of",
    "generate_key",
    "key_from_seed",
    "load_key",
    "save_key",
    "verify",
]

PUBLIC_KEY_HEX = 64


_CONTRIBUTOR = re.compile(rb"Roadcomb-Contributor: ([0-9a-f]{64})\n")


class Key:
    """A private key, and whom it signs for.

    `signer` is its public half, 64 lower-case hex digits. `public` is the key that its owner is
    known by: the same, or, once a key was rotated, the owner's first one (ingest/rotation.py).
    """

    def __init__(self, private: Ed25519PrivateKey, contributor: str | None = None) -> None:
        self._private = private
        self.signer = private.public_key().public_bytes_raw().hex()
        self.public = contributor or self.signer

    def sign(self, domain: str, message: bytes) -> str:
        """Signature over the domain and the message, 128 hex digits."""
        return self._private.sign(_framed(domain, message)).hex()

    def derive(self, label: str) -> bytes:
        """A 32-byte secret of this key for one purpose (HKDF, RFC 5869); the key stays hidden."""
        derivation = HKDF(SHA256(), length=32, salt=None, info=label.encode())
        return derivation.derive(self._private.private_bytes_raw())

    def to_pem(self, passphrase: str | None = None) -> bytes:
        """PKCS 8 PEM, encrypted when a passphrase is given; a line before it says whom it signs
        for, if that is not itself (RFC 7468, section 2, allows such text)."""
        encryption: KeySerializationEncryption = NoEncryption()
        if passphrase is not None:
            encryption = BestAvailableEncryption(passphrase.encode())
        pem = self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
        known_by = b"" if self.public == self.signer else self.public.encode()
        return b"Roadcomb-Contributor: %s\n%s" % (known_by, pem) if known_by else pem


@lru_cache(1 << 16)
def account_of(public: str) -> str:
    """The pseudonym of a contributor in the books: SHA-256 (hex) over a tag and the key's bytes."""
    return hashlib.sha256(b"roadcomb account v1\0" + bytes.fromhex(public)).hexdigest()


def generate_key(contributor: str | None = None) -> Key:
    """A new random key, of a new contributor or for one who is known by another."""
    return Key(Ed25519PrivateKey.generate(), contributor)


def key_from_seed(seed: bytes) -> Key:
    """The key of a 32-byte seed: for the demo and tests; a server off loopback refuses it."""
    return Key(Ed25519PrivateKey.from_private_bytes(seed))


def load_key(path: Path, passphrase: str | None = None) -> Key:
    """Key of a PEM file. UsageError when there is none, InvalidInput when it cannot be opened."""
    try:
        pem = path.read_bytes()
    except FileNotFoundError as error:
        raise UsageError(f"there is no key at {path}: `roadcomb init` makes one") from error
    try:
        private = load_pem_private_key(pem, None if passphrase is None else passphrase.encode())
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"{path} is not a readable key: {error}") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise InvalidInput(f"{path} holds no Ed25519 key")
    known_by = _CONTRIBUTOR.match(pem)
    return Key(private, None if known_by is None else known_by[1].decode())


def save_key(key: Key, path: Path, passphrase: str | None = None) -> None:
    """Write the PEM for the owner's eyes only, durably; an existing file is never overwritten.

    The file is there whole or not at all, whatever cuts this short: half a key would be a lost one.
    Raises UsageError when there is one.
    """
    try:
        write_new(path, key.to_pem(passphrase), OWNER_ONLY)
    except FileExistsError as error:
        raise UsageError(f"{path} exists already and is not overwritten") from error


def verify(public: str, domain: str, message: bytes, signature: str) -> None:
    """Raise Unauthorised unless `signature` (hex) by `public` (hex) covers domain and message."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(
            bytes.fromhex(signature), _framed(domain, message)
        )
    except (InvalidSignature, ValueError) as error:
        raise Unauthorised("the signature does not belong to this key and content") from error


def _framed(domain: str, message: bytes) -> bytes:
    return domain.encode() + b"\0" + message
