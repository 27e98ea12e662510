"""When was this node last backed up? A note in its data folder, written by each backup."""

from pathlib import Path
from typing import Any

from roadcomb.canonical import Json, canonical_json, parse_json
from roadcomb.errors import InvalidInput
from roadcomb.files import write_durably

__all__ = ["last_backup_ms", "note_backup"]

_NAME = "last-backup.json"


def note_backup(data: Path, started_ms: int, files: int) -> None:
    """Write down that a backup was finished; started_ms: by the machine's clock."""
    note: Json = {"started_ms": started_ms, "files": files}
    write_durably(data / _NAME, canonical_json(note))


def last_backup_ms(data: Path) -> int | None:
    """When the last finished backup of this data folder began; None when there was none."""
    try:
        note: Any = parse_json((data / _NAME).read_bytes())
        return int(note["started_ms"])
    except (OSError, InvalidInput, KeyError, TypeError, ValueError):
        return None
