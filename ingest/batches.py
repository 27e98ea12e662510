"""A batch of frames as it arrives, chunk by chunk.

::

    batch = (u32 big-endian length, canonical JPEG of that many bytes) repeated

Law: cut anywhere, the frames that arrived whole before the cut come out, byte for byte, and
nothing else does. Pure: chunks go in, frames come out; memory is bounded by the batch's limit.
"""

import struct
from collections.abc import Iterable

from roadcomb.errors import InvalidInput, TooLarge

__all__ = [
    "CONTENT_TYPE",
    "BatchReader",
    "SingleReader",
    "encode_batch",
    "encode_frame",
    "encoded_size",
]

CONTENT_TYPE = "application/vnd.roadcomb.frames"
_LENGTH = struct.Struct(">I")


class BatchReader:
    """Takes a batch apart. Raises TooLarge at the first byte over a limit."""

    def __init__(self, frame_bytes: int, batch_bytes: int) -> None:
        self._frame_bytes = frame_bytes
        self._left = batch_bytes
        self._buffer = bytearray()
        self.frames: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        """The next bytes; frames that are whole now stand in `frames`."""
        self._left -= len(chunk)
        if self._left < 0:
            raise TooLarge("the batch is larger than the node takes: send smaller ones")
        self._buffer += chunk
        start = 0
        while (end := self._end_of_frame(start)) is not None:
            self.frames.append(bytes(self._buffer[start + _LENGTH.size : end]))
            start = end
        del self._buffer[:start]

    def close(self) -> None:
        """The sender says that this was all. Raises InvalidInput within a frame."""
        if self._buffer:
            raise InvalidInput("the batch ends within a frame")

    def _end_of_frame(self, start: int) -> int | None:
        if len(self._buffer) - start < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._buffer, start)
        if length > self._frame_bytes:
            raise TooLarge(f"a frame has {length} bytes, at most {self._frame_bytes} are taken")
        end = start + _LENGTH.size + int(length)
        return end if end <= len(self._buffer) else None


class SingleReader:
    """One frame without a length before it: only the sender's word says that it is whole."""

    def __init__(self, frame_bytes: int) -> None:
        self._frame_bytes = frame_bytes
        self._buffer = bytearray()
        self.frames: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        """The next bytes. Raises TooLarge."""
        self._buffer += chunk
        if len(self._buffer) > self._frame_bytes:
            raise TooLarge(f"the frame is larger than the {self._frame_bytes} bytes taken")

    def close(self) -> None:
        """The sender says that this was all."""
        self.frames.append(bytes(self._buffer))


def encode_batch(frames: Iterable[bytes]) -> bytes:
    """Body of one batch."""
    return b"".join(map(encode_frame, frames))


def encode_frame(frame: bytes) -> bytes:
    """A frame's part of a body."""
    return _LENGTH.pack(len(frame)) + frame


def encoded_size(frames: Iterable[bytes]) -> int:
    """Bytes of the body of one batch."""
    return sum(_LENGTH.size + len(frame) for frame in frames)
