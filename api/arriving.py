"""Frames that are arriving: whole ones are kept as soon as somebody asks what is missing.

A connection may die without a word, and then its batch seems to be still under way. When its sender
comes back on another connection and asks, what had arrived whole is stored first, so that nothing
but the frame that was cut is sent again; what is just being stored counts, too. Only the event loop
touches the list.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

__all__ = ["Arriving"]


class Reader(Protocol):
    """A body being read (ingest/batches.py)."""

    frames: list[bytes]


class Arriving:
    """The bodies that are being read or stored, by drive."""

    def __init__(self) -> None:
        self._readers: dict[str, list[Reader]] = {}

    @contextmanager
    def of(self, drive_id: str, reader: Reader) -> Iterator[None]:
        """The body arrives, and is stored, as long as the `with` lasts."""
        readers = self._readers.setdefault(drive_id, [])
        readers.append(reader)
        try:
            yield
        finally:
            readers.remove(reader)
            if not readers:
                self._readers.pop(drive_id, None)

    def whole(self, drive_id: str) -> Sequence[Sequence[bytes]]:
        """The frames of each body that are there whole."""
        return [tuple(one.frames) for one in self._readers.get(drive_id, ()) if one.frames]
