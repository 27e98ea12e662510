"""SQLAlchemy's way to SQLite by apsw instead of the standard library: only apsw checks pages.

The law: as much of DBAPI 2 (PEP 249) as the catalog uses, transactions being the catalog's own; a
damaged file is never an answer but roadcomb's IntegrityError, which names it, and a full disk is
StorageFull.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

import apsw

from roadcomb import errors
from roadcomb.catalog.pages import VFS, connect, give_checksums, refuse_unsummed

__all__ = ["Connection", "Driver"]


class Error(Exception):
    """PEP 249's root; SQLAlchemy tells its kinds by their names."""


class DatabaseError(Error):
    """Anything that SQLite says."""


class OperationalError(DatabaseError):
    """The file, its disk or its locks are not as they should be."""


class IntegrityError(DatabaseError):
    """A constraint of the schema forbids it."""


class Driver:
    """Stands where SQLAlchemy expects the module sqlite3. vfs: of SQLite, with checksums."""

    paramstyle = "qmark"
    sqlite_version = apsw.sqlite_lib_version()
    sqlite_version_info = tuple(map(int, sqlite_version.split(".")))
    Error, DatabaseError = Error, DatabaseError
    OperationalError, IntegrityError = OperationalError, IntegrityError
    InterfaceError = InternalError = DataError = ProgrammingError = NotSupportedError = Error
    Binary = bytes
    PARSE_DECLTYPES = PARSE_COLNAMES = 0

    def __init__(self, vfs: str = VFS) -> None:
        self.vfs = vfs

    def prepare(self, path: Path) -> None:
        """Make the file one whose pages have checksums; for one process at a time."""
        with _Told(str(path)):
            give_checksums(path, self.vfs)

    def copy(self, source: "Connection", target: Path) -> None:
        """SQLite's online backup into a new file; it needs no log of its own.

        Every page is looked at as it is read. Raises roadcomb's IntegrityError for a damaged one.
        """
        self.prepare(target)
        with _Told(source.apsw.filename), closing(connect(str(target), self.vfs)) as copy:
            with copy.backup("main", source.apsw, "main") as running:
                running.step()
            if copy.execute("PRAGMA integrity_check(1)").get != "ok":
                raise errors.IntegrityError(
                    f"{source.apsw.filename} is damaged: run `roadcomb fsck`"
                )
            copy.execute("PRAGMA journal_mode=DELETE")

    def connect(self, filename: str, **_options: Any) -> "Connection":
        """A connection to a file with checksums, or to memory.

        Raises roadcomb's IntegrityError for a file whose first page is damaged.
        """
        with _Told(filename):
            connection = connect(filename, self.vfs)
            connection.execute("PRAGMA journal_mode=WAL")  # reads the header
            if connection.filename:
                refuse_unsummed(connection)
        return Connection(connection)


class Connection:
    """One of DBAPI 2; `apsw` is what it stands on."""

    isolation_level: str | None = None

    def __init__(self, connection: apsw.Connection) -> None:
        self.apsw = connection

    def cursor(self) -> "_Cursor":
        return _Cursor(self.apsw)

    def execute(self, statement: str) -> "_Cursor":
        cursor = self.cursor()
        cursor.execute(statement)
        return cursor

    def create_function(self, name: str, count: int, call: Any, **_options: Any) -> None:
        self.apsw.create_scalar_function(name, call, count)

    def commit(self) -> None:
        self._end("COMMIT")

    def rollback(self) -> None:
        self._end("ROLLBACK")

    def close(self) -> None:
        self.apsw.close()

    def _end(self, statement: str) -> None:
        if self.apsw.in_transaction:
            self.execute(statement)


class _Cursor:
    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._cursor.exec_trace = self._describe
        self._rows: Iterator[Any] = iter(())
        self._told = _Told(connection.filename)
        self.description: Sequence[Any] | None = None
        self.rowcount = -1
        self._reads = True

    @property
    def lastrowid(self) -> int:
        return self._connection.last_insert_rowid()

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        before = self._connection.total_changes()
        self.rowcount = -1
        with self._told:  # a statement that writes and has unread rows would forbid a commit
            self._cursor.execute(statement, parameters)
            self._rows = self._cursor if self._reads else iter(self._cursor.fetchall())
        if not self._reads:
            self.rowcount = self._connection.total_changes() - before

    def executemany(self, statement: str, sets: Iterable[Sequence[Any]]) -> None:
        """Of statements that write and answer no rows, as DBAPI has it."""
        before = self._connection.total_changes()
        self.description, self._rows = None, iter(())
        with self._told:
            self._connection.cursor().executemany(statement, sets)
        self.rowcount = self._connection.total_changes() - before

    def _describe(self, cursor: apsw.Cursor, _statement: str, _bindings: Any) -> bool:
        """Before the first row: apsw forgets the columns of what is read to its end."""
        self.description = cursor.description or None
        self._reads = cursor.is_readonly
        return True

    def fetchone(self) -> Any:
        with self._told:
            return next(self._rows, None)

    def fetchmany(self, size: int = 1) -> list[Any]:
        with self._told:
            return list(islice(self._rows, size))

    def fetchall(self) -> list[Any]:
        with self._told:
            return list(self._rows)

    def close(self) -> None:
        self._cursor.close()


class _Told:
    """Around what SQLite does to a file: DBAPI's errors, and ours of damage and full disks."""

    def __init__(self, filename: str) -> None:
        self._filename = filename

    def __enter__(self) -> None: ...

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        if isinstance(error, apsw.Error):
            raise self._named(error) from error

    def _named(self, error: apsw.Error) -> Exception:
        if _is_damage(error):
            return errors.IntegrityError(
                f"{self._filename} is damaged ({error}): `roadcomb fsck` says where; "
                "bring it back from a backup"
            )
        if isinstance(error, apsw.ConstraintError):
            return IntegrityError(str(error))
        if isinstance(error, apsw.FullError):
            return errors.StorageFull("the node's disk is full; nothing was stored")
        operational = (apsw.IOError, apsw.BusyError, apsw.CantOpenError)
        return (OperationalError if isinstance(error, operational) else DatabaseError)(str(error))


def _is_damage(error: apsw.Error) -> bool:
    """Of the errors of input and output only the extended code tells a wrong checksum."""
    extended = getattr(error, "extendedresult", apsw.SQLITE_OK)
    return (
        isinstance(error, apsw.CorruptError | apsw.NotADBError)
        or extended == apsw.SQLITE_IOERR_DATA
    )
