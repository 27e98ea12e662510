"""Unblurred originals at rest: encrypted under a key that only the node's own key opens.

AES-256-GCM (NIST SP 800-38D). Each pack has a key of its own, HMAC-SHA256 of the pack's digest
under a secret derived from the node's key, and the drive's id is authenticated with it. A key that
encrypts one text only may do so under a fixed nonce; so the same pack gives the same bytes, and
doing it again after a crash leaves no second copy.
"""

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from roadcomb.canonical import digest_of_bytes
from roadcomb.errors import IntegrityError
from roadcomb.keys import Key

__all__ = ["locked", "unlocked"]

_LABEL = "unblurred originals"
_NONCE = bytes(12)


def locked(key: Key, drive_id: str, pack: bytes) -> bytes:
    """The pack encrypted for this node."""
    digest = digest_of_bytes(pack)
    return _cipher(key, digest).encrypt(_NONCE, pack, drive_id.encode())


def unlocked(key: Key, drive_id: str, digest: str, data: bytes) -> bytes:
    """The pack of that SHA-256 again. Raises IntegrityError for damage or another node's key."""
    try:
        pack = _cipher(key, digest).decrypt(_NONCE, data, drive_id.encode())
    except InvalidTag as error:
        raise IntegrityError(
            f"the kept original {digest} of drive {drive_id} is damaged or of another node's key"
        ) from error
    return pack


def _cipher(key: Key, digest: str) -> AESGCM:
    return AESGCM(hmac.digest(key.derive(_LABEL), bytes.fromhex(digest), "sha256"))
