"""What this machine remembers of its uploads: one SQLite file and the receipts beside it.

Laws: a picture stands as sent to a node only after its drive's receipt was verified and saved; a
manifest is written down before the node hears of it, so that a killed upload is finished with the
same manifest. Pictures are known by image id, so moved or re-tagged files are not sent again; files
by (path, size, time of change), so that a second run reads none of them.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.manifest import SignedManifest, parse_signed
from roadcomb.canonical import parse_json
from roadcomb.errors import IntegrityError, RoadcombError, StorageFull, UsageError
from roadcomb.files import write_durably

__all__ = ["DriveRecord", "LocalState", "ReadFile", "open_state"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    image_id TEXT NOT NULL, image_size INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS drives (
    node TEXT NOT NULL, drive_id TEXT NOT NULL, contributor TEXT NOT NULL, url TEXT NOT NULL,
    folder TEXT NOT NULL, frames INTEGER NOT NULL, started_ms INTEGER NOT NULL,
    manifest BLOB NOT NULL, receipt TEXT, PRIMARY KEY (node, drive_id));
CREATE TABLE IF NOT EXISTS images (
    node TEXT NOT NULL, contributor TEXT NOT NULL, image_id TEXT NOT NULL, drive_id TEXT NOT NULL,
    PRIMARY KEY (node, contributor, image_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bindings (
    node TEXT NOT NULL, contributor TEXT NOT NULL, address TEXT NOT NULL,
    PRIMARY KEY (node, contributor));
"""
_BUSY_S = 30


@dataclass(frozen=True, slots=True)
class DriveRecord:
    """One drive of this machine; `receipt` is the file of it, None while it is not sealed."""

    node: str
    drive_id: str
    url: str
    folder: str
    frames: int
    started_ms: int
    receipt: Path | None


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A picture file as it was (path, size, time of change) and what it held."""

    path: Path
    size: int
    mtime_ns: int
    image_id: str
    image_size: int


class LocalState:
    """The remembered uploads of one contributor's machine."""

    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        self._connection = connection
        self._folder = folder

    def image_of(self, path: Path, size: int, mtime_ns: int) -> tuple[str, int] | None:
        """(image id, canonical size) of a file that is as it was when it was read."""
        row: tuple[str, int] | None = self._connection.execute(
            "SELECT image_id, image_size FROM files WHERE path = ? AND size = ? AND mtime_ns = ?",
            (_key(path), size, mtime_ns),
        ).fetchone()
        return row

    def remember_files(self, read: Sequence[ReadFile]) -> None:
        """Note what files hold, in one commit."""
        rows = [(_key(f.path), f.size, f.mtime_ns, f.image_id, f.image_size) for f in read]
        self._write("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", rows)

    def forget_file(self, path: Path) -> None:
        """The file turned out to hold something else."""
        self._write("DELETE FROM files WHERE path = ?", [(_key(path),)])

    def sent(self, node: str, contributor: str, image_ids: Iterable[str]) -> set[str]:
        """Those of the images that the node has given this contributor a receipt for."""
        rows = self._connection.execute(
            "SELECT image_id FROM images WHERE node = ? AND contributor = ?"
            " AND image_id IN (SELECT value FROM json_each(?))",
            (node, contributor, json.dumps(list(image_ids))),
        )
        return {str(image_id) for (image_id,) in rows}

    def offer(self, node: str, url: str, folder: Path, signed: SignedManifest) -> None:
        """Write a drive down before the node hears of it."""
        manifest = signed.manifest
        row = (
            node,
            signed.drive_id,
            manifest.contributor,
            url,
            _text(folder),
            len(manifest.frames),
            manifest.frames[0].t_ms,
            signed.to_bytes(),
        )
        self._write("INSERT OR IGNORE INTO drives VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)", [row])

    def found_at(self, node: str, url: str) -> None:
        """The node answers at this address now; that is where its drives are asked for."""
        self._write("UPDATE drives SET url = ? WHERE node = ? AND url <> ?", [(url, node, url)])

    def node_at(self, url: str) -> str | None:
        """The node whose receipt was the last one taken at an address."""
        row = self._connection.execute(
            "SELECT node FROM drives WHERE url = ? AND receipt IS NOT NULL"
            " ORDER BY rowid DESC LIMIT 1",
            (url,),
        ).fetchone()
        return None if row is None else str(row[0])

    def unfinished(self, node: str, contributor: str) -> list[SignedManifest]:
        """Drives that were offered and have no receipt yet, the oldest first."""
        rows = self._connection.execute(
            "SELECT manifest FROM drives WHERE node = ? AND contributor = ? AND receipt IS NULL"
            " ORDER BY rowid",
            (node, contributor),
        )
        return [parse_signed(parse_json(manifest)) for (manifest,) in rows.fetchall()]

    def give_up(self, node: str, drive_id: str) -> None:
        """An unfinished drive whose pictures are no longer there."""
        self._write(
            "DELETE FROM drives WHERE node = ? AND drive_id = ? AND receipt IS NULL",
            [(node, drive_id)],
        )

    def save_receipt(self, node: str, signed: SignedManifest, receipt: bytes) -> Path:
        """Keep a verified receipt, then count its pictures as sent."""
        manifest, drive_id = signed.manifest, signed.drive_id
        path = self._folder / "receipts" / node[:16] / f"{drive_id}.json"
        write_durably(path, receipt)
        images = [(node, manifest.contributor, f.image_id, drive_id) for f in manifest.frames]
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO images VALUES (?,?,?,?)", images)
            self._connection.execute(
                "UPDATE drives SET receipt = ? WHERE node = ? AND drive_id = ?",
                (str(path), node, drive_id),
            )
        return path

    def drives(self, contributor: str) -> list[DriveRecord]:
        """All drives, in the order of their offering."""
        rows = self._connection.execute(
            "SELECT node, drive_id, url, folder, frames, started_ms, receipt FROM drives"
            " WHERE contributor = ? ORDER BY rowid",
            (contributor,),
        ).fetchall()
        return [
            DriveRecord(node, drive_id, url, folder, frames, t_ms, receipt and Path(receipt))
            for node, drive_id, url, folder, frames, t_ms, receipt in rows
        ]

    def bound(self, node: str, contributor: str) -> str | None:
        """The payout address that the node was last told."""
        row = self._connection.execute(
            "SELECT address FROM bindings WHERE node = ? AND contributor = ?", (node, contributor)
        ).fetchone()
        return None if row is None else str(row[0])

    def remember_binding(self, node: str, contributor: str, address: str) -> None:
        """The node took this payout address."""
        row = (node, contributor, address)
        self._write("INSERT OR REPLACE INTO bindings VALUES (?, ?, ?)", [row])

    def forget_bindings(self, contributor: str) -> None:
        """Tell the payout address to every node once more."""
        self._write("DELETE FROM bindings WHERE contributor = ?", [(contributor,)])

    def _write(self, statement: str, rows: Sequence[tuple[str | int | bytes, ...]]) -> None:
        if not rows:
            return
        with self._connection:
            self._connection.executemany(statement, rows)


@contextmanager
def open_state(folder: Path) -> Iterator[LocalState]:
    """The state in a folder, made on first use; several runs at once may share it.

    Raises UsageError, StorageFull or IntegrityError for a file that cannot be used, also later.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "uploads.sqlite"
    try:
        with closing(sqlite3.connect(path, timeout=_BUSY_S)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")  # what is lost is only done again
            connection.executescript(_SCHEMA)
            yield LocalState(connection, folder)
    except sqlite3.Error as error:
        raise _in_our_words(path, error) from error


def _in_our_words(path: Path, error: sqlite3.Error) -> RoadcombError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StorageFull(f"{path} does not fit the disk: make room and run it again")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return IntegrityError(
            f"{path} is damaged: move it away and run it again, the node knows what it has"
        )
    return UsageError(f"{path} cannot be used: {error}")


def _key(path: Path) -> str:
    return _text(path.absolute())


def _text(path: Path) -> str:
    """A name that is no Unicode can be stored as well."""
    return str(path).encode("utf-8", "backslashreplace").decode()
