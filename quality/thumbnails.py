"""Thumbnails of a drive: packs of 64 under one prefix, which `decisions.thumbnails` names.

The law: entry n % 64 of the pack `<prefix>/<n // 64>` is the thumbnail of frame n of the manifest;
a frame that could not be decoded has an empty entry. So a reader needs no list.
"""

from roadcomb.blobs import Blobs
from roadcomb.errors import NotFound
from roadcomb.packs import decode_index, encode_pack, index_of, read_entry

__all__ = ["ThumbnailWriter", "prefix_of", "read_thumbnail"]

PER_PACK = 64
"""64 of them are under 1 MB usually and under 6 MB always: 320 x 320 px of noise make 80 kB."""

_VERSION = 1


def prefix_of(drive_id: str) -> str:
    """Where the thumbnails of a drive lie."""
    return f"thumbnails/{drive_id[:2]}/{drive_id}/{_VERSION}"


class ThumbnailWriter:
    """Takes the thumbnails of frames 0, 1, 2 ... and holds at most one pack of them in memory."""

    def __init__(self, blobs: Blobs, prefix: str) -> None:
        self._blobs = blobs
        self._prefix = prefix
        self._waiting: list[bytes] = []
        self._packs = 0

    def add(self, thumbnail: bytes) -> None:
        """The next frame's JPEG, empty when it has none."""
        self._waiting.append(thumbnail)
        if len(self._waiting) == PER_PACK:
            self.flush()

    def flush(self) -> None:
        """Store what waits; call it after the last frame."""
        if self._waiting:
            pack, _ = encode_pack(self._waiting)
            self._blobs.put(f"{self._prefix}/{self._packs}", pack)
            self._packs += 1
            self._waiting = []


def read_thumbnail(blobs: Blobs, prefix: str, n: int) -> bytes:
    """The JPEG of frame n. Raises NotFound when there is none."""
    pack = blobs.get(f"{prefix}/{n // PER_PACK}")
    entries = decode_index(index_of(pack))
    if n % PER_PACK >= len(entries) or not entries[n % PER_PACK].length:
        raise NotFound(f"frame {n} has no thumbnail")
    return read_entry(pack, entries[n % PER_PACK])
