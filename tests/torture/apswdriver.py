"""SQLAlchemy's SQLite on apsw instead of the standard library, so that a VFS can watch its syncs.

As much of DBAPI 2 as the catalog uses; transactions are the catalog's own.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import apsw

__all__ = ["Driver", "WatchedVfs"]


class WatchedVfs(apsw.VFS):
    """The system's VFS; tells which file was synced, after it was."""

    def __init__(self, name: str, synced: Callable[[Path], None]) -> None:
        self.told = synced
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: Any) -> "_WatchedFile":  # noqa: N802
        return _WatchedFile(name, flags, self.told)


class _WatchedFile(apsw.VFSFile):
    def __init__(self, name: Any, flags: Any, synced: Callable[[Path], None]) -> None:
        self._path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        self._told = synced
        super().__init__("", name, flags)

    def xSync(self, flags: int) -> None:  # noqa: N802
        super().xSync(flags)
        self._told(self._path)


class Driver:
    """Stands where SQLAlchemy expects the module sqlite3."""

    paramstyle = "qmark"
    sqlite_version = sqlite3.sqlite_version
    sqlite_version_info = sqlite3.sqlite_version_info
    Error, OperationalError = apsw.Error, apsw.SQLError
    DatabaseError = IntegrityError = InterfaceError = InternalError = apsw.Error
    DataError = NotSupportedError = ProgrammingError = apsw.Error
    Binary = bytes
    PARSE_DECLTYPES = PARSE_COLNAMES = 0

    def __init__(self, vfs: str) -> None:
        self._vfs = vfs

    def connect(self, filename: str, **_options: Any) -> "_Connection":
        return _Connection(apsw.Connection(filename, vfs=self._vfs))


class _Connection:
    isolation_level: str | None = None
    total_changes = 0

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
        if self.apsw.in_transaction:
            self.apsw.execute("COMMIT")

    def rollback(self) -> None:
        if self.apsw.in_transaction:
            self.apsw.execute("ROLLBACK")

    def close(self) -> None:
        self.apsw.close()


class _Cursor:
    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Sequence[Any] | None = None
        self.rowcount = -1
        self.lastrowid = 0

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        cursor = self._connection.cursor()
        cursor.exec_trace = self._describe  # afterwards an empty result has no columns any more
        before = self._connection.total_changes()
        cursor.execute(statement, tuple(parameters))
        self._rows = list(cursor)
        self.rowcount = self._connection.total_changes() - before
        self.lastrowid = self._connection.last_insert_rowid()

    def _describe(self, cursor: apsw.Cursor, _statement: str, _bindings: Any) -> bool:
        columns = cursor.get_description()
        self.description = [(*column, *[None] * 5) for column in columns] or None
        return True

    def executemany(self, statement: str, sets: Iterable[Sequence[Any]]) -> None:
        for parameters in sets:
            self.execute(statement, parameters)

    def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    def fetchmany(self, size: int = 1) -> list[Any]:
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    def close(self) -> None:
        self._rows = []
