"""Pictures that lie in no file of their own: frames of a video, of a FrameKM.

Law: `read` gives the same bytes each time it is asked, or raises OSError; after `discard` nothing
of the picture is left on this machine but where it came from.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

__all__ = ["Slice", "Source"]


class Source(Protocol):
    """Where a picture's bytes come from."""

    def read(self) -> bytes: ...
    def discard(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a file that holds many pictures."""

    path: Path
    offset: int
    length: int

    def read(self) -> bytes:
        """The bytes of the slice. Raises OSError."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.length)

    def discard(self) -> None:
        """Nothing was made, nothing is to be removed."""
