"""Every page of a SQLite catalog carries its checksum, and no page is used whose checksum is wrong.

The law: a bit that flips anywhere in the catalog's file, in use or not, is seen. SQLite's own
checksum VFS does it (cksumvfs, in apsw's wheel): the last 8 bytes of a page are a checksum of the
others, written with the page and checked whenever it is read from the file. It works where the
file's header reserves these bytes, and trusts that header; so a second field says the same,
`application_id`. A file is an older Roadcomb's, and is written anew to get its checksums, only when
neither does.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw
import apsw.sqlite_extra

from roadcomb.errors import IntegrityError

__all__ = ["PAGE", "VFS", "connect", "damaged_pages", "give_checksums", "refuse_unsummed"]

VFS = "cksmvfs"
PAGE = 4096
"""Bytes; what SQLite gives a new file, and no setting of ours changes it."""
_PATIENCE_MS = 30_000
_SUM_BYTES = 8
_RESERVED, _APPLICATION = 20, slice(68, 72)
"""Where the header has both fields (https://sqlite.org/fileformat.html)."""
_ROAD = b"road"
_LOOKS = 3
"""A page that another process is just writing is whole at one of the next looks."""

with closing(apsw.Connection(":memory:")) as _loader:
    apsw.sqlite_extra.load(_loader, "cksumvfs")  # stays for all connections of this process


def connect(path: str, vfs: str = VFS) -> apsw.Connection:
    """A connection to a file, or to memory for ":memory:"; it waits for others' locks."""
    connection = apsw.Connection(path, vfs=vfs)
    connection.set_busy_timeout(_PATIENCE_MS)
    return connection


def give_checksums(path: Path, vfs: str = VFS) -> None:
    """Make a new file one with checksums; write an older one, which has none, anew.

    For one process at a time. Interrupted anywhere, calling it again finishes.
    """
    header = _header(path)
    if header[_APPLICATION] == _ROAD:
        return
    with closing(connect(str(path), vfs)) as connection:
        connection.reserve_bytes("main", _SUM_BYTES)
        connection.execute("PRAGMA journal_mode=WAL")
        if header and header[_RESERVED] == 0:
            connection.execute("VACUUM")
        connection.execute(f"PRAGMA application_id={int.from_bytes(_ROAD)}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def refuse_unsummed(connection: apsw.Connection) -> None:
    """Raises IntegrityError when the file's header does not ask for checksums any more."""
    if connection.execute("PRAGMA checksum_verification").get != "1":
        raise IntegrityError(f"{connection.filename} is damaged in its first page")


def damaged_pages(path: Path) -> Iterator[int]:
    """Numbers, from 1, of pages that are not what was written, unused ones too.

    What is not a whole page at the file's end is one, too.
    """
    with _opened(path) as file, closing(connect(":memory:")) as judge:
        for at in range(0, file.xFileSize(), PAGE):
            if not any(_whole(judge, file, at) for _ in range(_LOOKS)):
                yield at // PAGE + 1


def _whole(judge: apsw.Connection, file: apsw.VFSFile, at: int) -> bool:
    page = file.xRead(min(PAGE, file.xFileSize() - at), at)
    return len(page) == PAGE and judge.execute("SELECT verify_checksum(?)", (page,)).get == 1


def _header(path: Path) -> bytes:
    """The first 100 bytes of a file, none of a new one."""
    if not path.exists() or path.stat().st_size == 0:
        return b""
    with _opened(path) as file:
        return file.xRead(100, 0)


@contextmanager
def _opened(path: Path) -> Iterator[apsw.VFSFile]:
    """The file through SQLite's eyes: to close one of our own would let go of SQLite's locks."""
    flags = [apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_READONLY, 0]
    file = apsw.VFSFile("unix", str(path.absolute()), flags)
    try:
        yield file
    finally:
        file.xClose()
