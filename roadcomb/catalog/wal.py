"""Is SQLite's write-ahead log what was written? Its frames' checksums, which SQLite itself looks at
after a crash only; pure.

The law: a bit that flips in a frame which SQLite counts is seen; so is one that made SQLite end the
log too early after a crash, where transactions follow. Nobody can see it in the last transaction,
which a crash may have cut as well. The layout is that of https://sqlite.org/fileformat2.html#walformat:
a checksum runs through the header and all frames, so the first that is wrong is where it happened.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["damaged_frame"]

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_MAGIC, _BIG_ENDIAN = 0x377F0682, 1
"""The last bit says in which order of bytes the words are summed."""
_WORD = 2**32 - 1
Sum = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Frame:
    """current: of this log, not left over from the one before; commits: a transaction's last."""

    current: bool
    commits: bool
    whole: bool


def damaged_frame(log: bytes, counted: int) -> int | None:
    """Number, from 1, of the first frame that is not what was written; 0 for the header.

    counted: how many frames SQLite takes for its own.
    """
    if not _header_is_whole(log):
        return 0 if counted > 0 else None
    frames = list(_frames(log))
    if len(frames) < counted:
        return len(frames) + 1
    for number, frame in enumerate(frames[:counted], 1):
        if not frame.whole:
            return number
    uncounted = [frame for frame in frames[counted:] if frame.current]
    return counted + 1 if any(frame.commits for frame in uncounted[:-1]) else None


def _header_is_whole(log: bytes) -> bool:
    if len(log) < _HEADER.size or _HEADER.unpack_from(log)[0] & ~_BIG_ENDIAN != _MAGIC:
        return False
    return _summed(_order(log), log[:24], (0, 0)) == _HEADER.unpack_from(log)[6:]


def _frames(log: bytes) -> Iterator[_Frame]:
    header = _HEADER.unpack_from(log)
    page, order, total = header[2], _order(log), header[6:]
    step = _FRAME.size + page
    for at in range(_HEADER.size, len(log) - step + 1, step):
        _, size_after, *salts, first, second = _FRAME.unpack_from(log, at)
        total = _summed(order, log[at : at + 8] + log[at + _FRAME.size : at + step], total)
        current = tuple(salts) == header[4:6]
        yield _Frame(current, size_after != 0, current and total == (first, second))


def _order(log: bytes) -> str:
    return ">" if _HEADER.unpack_from(log)[0] & _BIG_ENDIAN else "<"


def _summed(order: str, data: bytes, before: Sum) -> Sum:
    first, second = before
    for one, other in struct.iter_unpack(f"{order}II", data):
        first = (first + one + second) & _WORD
        second = (second + other + first) & _WORD
    return first, second
