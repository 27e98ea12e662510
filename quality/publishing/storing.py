"""Published pictures into packs of the drive's own folder: content-addressed, one a batch.

Law: a pack holds VERIFIED pictures only, and its name is its digest; so doing a drive again after a
crash stores the same bytes under the same names.
"""

from collections.abc import Sequence

from quality.publishing.record import Place, folder_of
from roadcomb.blobs import Blobs
from roadcomb.packs import decode_index, encode_pack

__all__ = ["PackWriter"]

PACK_BYTES = 8 * 2**20
"""What a writer holds in memory and a mask that is added later writes anew."""


class PackWriter:
    """Takes pictures of a drive in order; `places` tells where each lies once it is closed."""

    def __init__(self, blobs: Blobs, drive_id: str, pack_bytes: int = PACK_BYTES) -> None:
        self._blobs = blobs
        self._folder = folder_of(drive_id)
        self._pack_bytes = pack_bytes
        self._waiting: list[bytes] = []
        self.keys: list[str] = []
        self.places: list[Place] = []

    def add(self, picture: bytes) -> None:
        """The next picture; a pack is full before it is too large."""
        if self._waiting and sum(map(len, self._waiting)) + len(picture) > self._pack_bytes:
            self.close()
        self._waiting.append(picture)

    def close(self) -> Sequence[Place]:
        """Store what waits; answers the places of all pictures so far."""
        if self._waiting:
            pack, index = encode_pack(self._waiting)
            key = f"{self._folder}/{self._blobs.put_addressed(self._folder, pack)}"
            self.keys.append(key)
            self.places += [Place(key, entry) for entry in decode_index(index)]
            self._waiting = []
        return self.places
