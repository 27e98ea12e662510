"""Thumbnails of a drive: packs whose entries, one pack after the other, are its decodable frames.

The law: the entries stand in the order of the frames n that have pixels (a fingerprint in the
judgement). `decisions.thumbnails` names the pack or, for a long drive, is a JSON list of packs.
Packs are content-addressed, so judging a drive again after a crash stores the same bytes.
"""

import json

from roadcomb.blobs import Blobs
from roadcomb.packs import encode_pack

__all__ = ["PREFIX", "ThumbnailWriter", "packs_of"]

PREFIX = "thumbnails"
PACK_BYTES = 4 * 2**20
"""About 300 of them; a reader opens a pack's index once, a writer holds one pack in memory."""


class ThumbnailWriter:
    """Takes the thumbnails of a drive's frames in their order."""

    def __init__(self, blobs: Blobs, pack_bytes: int = PACK_BYTES) -> None:
        self._blobs = blobs
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
            self._keys.append(f"{PREFIX}/{self._blobs.put_addressed(PREFIX, pack)}")
            self._waiting = []


def packs_of(thumbnails: str | None) -> list[str]:
    """Keys of the packs that `decisions.thumbnails` names, in order."""
    if thumbnails is None:
        return []
    return list(json.loads(thumbnails)) if thumbnails.startswith("[") else [thumbnails]
