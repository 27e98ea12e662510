"""Which coverage shards were hashed and found good, so that a start need not read gigabytes again.

The law: a shard is taken unread only when its file is the very one that was hashed: the same inode,
size and times of content and of change, the last of which no program can set. Whoever takes one so
hashes it soon after (`due`). What stands here is derived; without it everything is hashed at open.
"""

import json
from contextlib import suppress
from pathlib import Path

from roadcomb.files import write_durably

__all__ = ["NAME", "Checked", "stamp_of"]

NAME = "coverage-checked.json"


def stamp_of(path: Path) -> str | None:
    """Names a file as it is now; None of one that is not there."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return f"{found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


class Checked:
    """The record of a node, in a folder; shards are named by their digests."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME
        self._known = _read(self._file)
        self._saved = dict(self._known)
        self._due: list[str] = []

    def takes(self, digest: str, stamp: str | None) -> bool:
        """Whether a shard whose file is so was found good before; it is due then."""
        if stamp is None or self._known.get(digest) != stamp:
            return False
        self._due.append(digest)
        return True

    def found_good(self, digest: str, stamp: str | None) -> None:
        """A shard was hashed; stamp: of its file before that."""
        if stamp is not None:
            self._known[digest] = stamp

    def forget(self, digest: str) -> None:
        """A shard is not what its digest says."""
        self._known.pop(digest, None)

    def due(self) -> str | None:
        """The next shard that was taken unread and is to be hashed now; None when all were."""
        return self._due.pop() if self._due else None

    def save(self) -> None:
        """Keep the record, when it changed and the folder takes it."""
        if self._known == self._saved:
            return
        with suppress(OSError):
            write_durably(self._file, json.dumps(self._known).encode())
            self._saved = dict(self._known)


def _read(file: Path) -> dict[str, str]:
    try:
        known = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {name: stamp for name, stamp in known.items() if isinstance(stamp, str)}
