"""What an upload tells while it goes, and what became of everything offered at its end.

The law: sent + already + rejected + failed = offered; in a dry run `planned` stands for sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ingest.screening import Rejected
from roadcomb.canonical import Json
from roadcomb.errors import RoadcombError

__all__ = ["Delivered", "Outcome", "Progress"]


class Progress(Protocol):
    """Told how many of the offered pictures are done with, sent or not, and what happens."""

    def at(self, frames: int) -> None: ...

    def tell(self, event: str, facts: Mapping[str, Json]) -> None:
        """A `drive` is begun, a `batch` or a `receipt` is there, or there is a `trouble`."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A drive that the node has given its receipt for in this run; size in bytes."""

    folder: Path
    drive_id: str
    frames: int
    size: int
    receipt: Path

    def to_json(self) -> dict[str, Json]:
        """As `upload --json` tells it."""
        return {
            "drive_id": self.drive_id,
            "folder": str(self.folder),
            "frames": self.frames,
            "bytes": self.size,
            "receipt": str(self.receipt),
        }


@dataclass(slots=True)
class Outcome:
    """What became of all pictures offered; `stopped` is what ended the run early, an error or
    Ctrl-C."""

    offered: int
    rejected: list[Rejected[Path]]
    troubles: list[str]
    already: int = 0
    failed: int = 0
    planned: int = 0
    delivered: list[Delivered] = field(default_factory=list)
    stopped: RoadcombError | KeyboardInterrupt | None = None

    @property
    def sent(self) -> int:
        """Pictures that a receipt of this run covers."""
        return sum(drive.frames for drive in self.delivered)

    @property
    def settled(self) -> int:
        """Pictures whose fate is known."""
        return self.sent + self.already + self.failed + self.planned + len(self.rejected)
