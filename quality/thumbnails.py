"""The judge's own thumbnails of a drive, unblurred: packs of its decodable frames, encrypted.

The law: the entries stand in the order of the frames n that have pixels (a fingerprint in the
judgement). `decisions.thumbnails` names the pack or, for a long drive, is a JSON list of packs.
They outlive the originals, because later drives are compared with them point by point; so they are
never served, and at rest only the node's key opens them (AES-SIV, RFC 5297: without a nonce, so
that judging a drive again after a crash stores the same bytes under the same digest).
"""

import json

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from roadcomb.blobs import Blobs
from roadcomb.errors import IntegrityError
from roadcomb.keys import Key
from roadcomb.node import Node
from roadcomb.packs import decode_index, encode_pack, index_of, read_entry

__all__ = ["PREFIX", "ThumbnailWriter", "packs_of", "read_thumbnails"]

PREFIX = "thumbnails"
PACK_BYTES = 4 * 2**20
"""About 300 of them; a reader opens a pack's index once, a writer holds one pack in memory."""


class ThumbnailWriter:
    """Takes the thumbnails of a drive's frames in their order."""

    def __init__(self, blobs: Blobs, key: Key, pack_bytes: int = PACK_BYTES) -> None:
        self._blobs = blobs
        self._cipher = _cipher(key)
        self._pack_bytes = pack_bytes
        self._waiting: list[bytes] = []
        self._keys: list[str] = []

    def add(self, thumbnail: bytes) -> None:
        """The next decodable frame's JPEG."""
        self._waiting.append(thumbnail)
        if sum(map(len, self._waiting)) >= self._pack_bytes:
            self._store()

    def close(self) -> str | None:
        """Store what waits; answers the value of `decisions.thumbnails`, None without any."""
        self._store()
        if len(self._keys) > 1:
            return json.dumps(self._keys)
        return self._keys[0] if self._keys else None

    def _store(self) -> None:
        if self._waiting:
            pack, _ = encode_pack(self._waiting)
            locked = self._cipher.encrypt(pack, None)
            self._keys.append(f"{PREFIX}/{self._blobs.put_addressed(PREFIX, locked)}")
            self._waiting = []


def packs_of(thumbnails: str | None) -> list[str]:
    """Keys of the packs that `decisions.thumbnails` names, in order."""
    if thumbnails is None:
        return []
    return list(json.loads(thumbnails)) if thumbnails.startswith("[") else [thumbnails]


def read_thumbnails(node: Node, key: str) -> list[bytes]:
    """The JPEGs of one pack. Raises NotFound, or IntegrityError for damage or another node's."""
    try:
        pack = _cipher(node.key).decrypt(node.blobs.get(key), None)
    except InvalidTag as error:
        raise IntegrityError(f"the thumbnails {key} are damaged or another node's") from error
    return [read_entry(pack, entry) for entry in decode_index(index_of(pack))]


def _cipher(key: Key) -> AESSIV:
    return AESSIV(key.derive("thumbnails, to authenticate") + key.derive("thumbnails, to hide"))
