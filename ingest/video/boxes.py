"""Boxes of an ISO base media file (MP4, MOV): where each begins and ends; nothing is loaded.

Source: ISO/IEC 14496-12, 4.2: u32 size and type, big-endian; size 1: a u64 follows; size 0: to the
end. Law: boxes are walked forwards only, so hostile sizes end the walk and never repeat it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

__all__ = ["Box", "boxes"]

_MOST = 100_000
"""Boxes of one level that are looked at; a dashcam writes one freeGPS box a second."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box; its payload is [start, end) of the file."""

    type: bytes
    start: int
    end: int


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """Boxes that lie in [start, end); the last one may be cut off by the end."""
    for _ in range(_MOST):
        if start + 8 > end:
            return
        file.seek(start)
        header = file.read(16)
        size, kind, skip = int.from_bytes(header[:4], "big"), header[4:8], 8
        if size == 1:
            size, skip = int.from_bytes(header[8:16], "big"), 16
        elif size == 0:
            size = end - start
        if len(header) < skip or size < skip or start + skip > end:
            return
        yield Box(kind, start + skip, min(start + size, end))
        start += size
