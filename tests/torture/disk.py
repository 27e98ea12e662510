"""A disk that forgets what was not synced: what would be there after a power cut, at any moment.

The model is POSIX taken at its word. The bytes of a file are durable once it was synced, the names
in a folder once the folder was synced; a rename or a new file whose folder was not synced is
not there. SQLite's unix VFS syncs the folder of a new WAL or journal with the file's first sync.
Between two syncs anything may have reached the disk: `torn` draws one of those states.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Disk", "State", "lay_out"]

SECTOR = 512
_LOGS = ("-wal", "-journal")
_SHARED = "-shm"
"""SQLite's index of the WAL: shared memory, made anew after a restart."""


@dataclass(frozen=True, slots=True)
class State:
    """Files by path at one moment: as durably there, and as the working machine saw them.

    seen: (bytes that were synced of the file now under that name, bytes that it holds).
    """

    durable: dict[str, bytes]
    seen: dict[str, tuple[bytes, bytes]]

    def torn(self, chance: random.Random) -> dict[str, bytes]:
        """Durable files, but each unsynced change of names or bytes there, absent or half there."""
        found = {}
        for name in self.durable.keys() | self.seen.keys():
            new = _mixed(*self.seen[name], chance) if name in self.seen else None
            picked = chance.choice((self.durable.get(name), new))
            if picked is not None:
                found[name] = picked
        return found


def lay_out(folder: Path, files: dict[str, bytes]) -> None:
    """Write files into a new folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


@dataclass
class Disk:
    """The disk below `root`; `states` has one state for each sync so far."""

    root: Path
    states: list[State] = field(default_factory=list)
    _contents: dict[int, bytes] = field(default_factory=dict)
    _names: dict[str, dict[str, int]] = field(default_factory=dict)

    def fsync(self, handle: int) -> None:
        """What os.fsync does, remembered."""
        self.synced(Path(f"/proc/self/fd/{handle}").readlink())

    def synced(self, path: Path) -> None:
        """A file or folder was synced."""
        if not path.is_relative_to(self.root):
            return
        if path.is_dir():
            self._sync_names(path)
        else:
            self._contents[path.stat().st_ino] = path.read_bytes()
            if path.name.endswith(_LOGS):
                self._sync_names(path.parent)
        self.states.append(State(dict(self._durable(self.root, "")), self._seen()))

    def _sync_names(self, folder: Path) -> None:
        self._names[str(folder)] = {entry.name: entry.stat().st_ino for entry in folder.iterdir()}

    def _durable(self, folder: Path, prefix: str) -> Iterator[tuple[str, bytes]]:
        for name, inode in self._names.get(str(folder), {}).items():
            if str(folder / name) in self._names or (folder / name).is_dir():
                yield from self._durable(folder / name, f"{prefix}{name}/")
            elif not name.endswith(_SHARED):
                yield f"{prefix}{name}", self._contents.get(inode, b"")

    def _seen(self) -> dict[str, tuple[bytes, bytes]]:
        return {
            path.relative_to(self.root).as_posix(): (
                self._contents.get(path.stat().st_ino, b""),
                path.read_bytes(),
            )
            for path in self.root.rglob("*")
            if path.is_file() and not path.name.endswith(_SHARED)
        }


def _mixed(old: bytes, new: bytes, chance: random.Random) -> bytes:
    """Some sectors old, some new; what was added may be missing. Synced bytes stay as they are."""
    if old == new:
        return new
    length = chance.choice((len(old), len(new)))
    parts = []
    for at in range(0, length, SECTOR):
        size = min(SECTOR, length - at)
        parts.append(chance.choice((old, new))[at : at + size].ljust(size, b"\0"))
    return b"".join(parts)
