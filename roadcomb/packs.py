"""Packs: many frames in one immutable file of at most 16 MB, one sync per batch, read by range.

::

    pack  = magic, frame 0, frame 1 ..., index, u32 entries, magic
    index = entries of (32-byte SHA-256 of the frame, u64 offset, u32 length), little endian

The index stands in the pack, so that a store can be rebuilt from packs alone, and as the
same bytes in the catalog, so that nobody needs to open a pack to know what is in it.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from roadcomb.canonical import digest_of_bytes
from roadcomb.errors import DigestMismatch, IntegrityError, TooLarge

__all__ = [
    "MAX_PACK_BYTES",
    "PackEntry",
    "checked",
    "decode_index",
    "encode_pack",
    "index_of",
    "packed_size",
    "read_entry",
]

MAX_PACK_BYTES = 16 * 2**20
_MAGIC = b"RCPACK1\n"
_ENTRY = struct.Struct("<32sQI")
_COUNT = struct.Struct("<I")
_OVERHEAD = 2 * len(_MAGIC) + _COUNT.size


@dataclass(frozen=True, slots=True)
class PackEntry:
    """Where one frame lies in its pack; digest is lower-case hex."""

    digest: str
    offset: int
    length: int


def packed_size(lengths: Sequence[int]) -> int:
    """Bytes that a pack of frames of these lengths takes."""
    return _OVERHEAD + sum(lengths) + len(lengths) * _ENTRY.size


def encode_pack(frames: Sequence[bytes]) -> tuple[bytes, bytes]:
    """(pack, index) of some frames. Raises TooLarge over 16 MB."""
    if packed_size([len(frame) for frame in frames]) > MAX_PACK_BYTES:
        raise TooLarge(f"a pack holds at most {MAX_PACK_BYTES} bytes")
    offset, entries = len(_MAGIC), []
    for frame in frames:
        entries.append(_ENTRY.pack(bytes.fromhex(digest_of_bytes(frame)), offset, len(frame)))
        offset += len(frame)
    index = b"".join(entries)
    return b"".join((_MAGIC, *frames, index, _COUNT.pack(len(frames)), _MAGIC)), index


def decode_index(index: bytes) -> list[PackEntry]:
    """Entries of an index. Raises IntegrityError for bytes that are none."""
    if len(index) % _ENTRY.size:
        raise IntegrityError("a pack's index is damaged: its size is no multiple of an entry")
    return [PackEntry(d.hex(), o, n) for d, o, n in _entries(index)]


def index_of(pack: bytes) -> bytes:
    """The index at a pack's end. Raises IntegrityError for a damaged frame of the file."""
    end = len(pack) - _COUNT.size - len(_MAGIC)
    if end < len(_MAGIC) or not (pack.startswith(_MAGIC) and pack.endswith(_MAGIC)):
        raise IntegrityError("a pack is damaged: its marks are not there")
    (count,) = _COUNT.unpack_from(pack, end)
    start = end - count * _ENTRY.size
    if start < len(_MAGIC):
        raise IntegrityError("a pack is damaged: its index overruns it")
    return pack[start:end]


def read_entry(pack: bytes, entry: PackEntry) -> bytes:
    """One frame out of a whole pack, checked. Raises DigestMismatch."""
    return checked(pack[entry.offset : entry.offset + entry.length], entry)


def checked(frame: bytes, entry: PackEntry) -> bytes:
    """The frame's bytes, if they are what the entry promised. Raises DigestMismatch."""
    if digest_of_bytes(frame) != entry.digest:
        raise DigestMismatch(f"stored frame {entry.digest} is damaged")
    return frame


def _entries(index: bytes) -> Iterator[tuple[bytes, int, int]]:
    return _ENTRY.iter_unpack(index)
