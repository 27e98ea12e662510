"""The catalog seam: the system of record, SQLite by default, PostgreSQL for size.

One writer at a time on both: SQLite by BEGIN IMMEDIATE, PostgreSQL by one advisory lock, so that
"read, decide, write" means the same on a laptop and behind a cluster. A 2xx is sent only after
`writing()` has committed; SQLite runs in WAL mode with synchronous=FULL, so a commit survives a
power cut (facts: NORMAL lost 50 of 50 acknowledged commits), and its pages carry checksums (pages).
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from roadcomb.catalog.driver import Driver
from roadcomb.catalog.tables import appeals, drives
from roadcomb.errors import Busy, StorageFull

__all__ = ["MIGRATIONS", "Catalog", "migrate", "open_catalog"]

MIGRATIONS = Path(__file__).parent / "migrations"
_WRITER_LOCK = 0x726F6164
"""Any constant serves as PostgreSQL's advisory lock; this one spells "road"."""


class Catalog:
    """Transactions on the catalog's tables (roadcomb/catalog/tables.py)."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A consistent view; nothing written in it is kept."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """The one writer's transaction: committed at the end, rolled back by any exception."""
        try:
            with self._writer().begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITER_LOCK)))
                yield connection
        except OperationalError as error:
            if "No space left" in str(error):  # PostgreSQL's words; SQLite's: catalog/driver.py
                raise StorageFull("the node's disk is full; nothing was stored") from error
            raise

    def scrub(self, patience_s: float = 10) -> None:
        """After a deletion: leave neither a destroyed salt nor the words of an appeal in an old
        page of the database's own files.

        SQLite has overwritten it already (secure_delete); its write-ahead log is emptied, if nobody
        reads it. PostgreSQL writes these tables anew: VACUUM alone leaves the bytes of dead rows
        in a page's free space. Raises Busy when others hold one of them all the time (a backup
        does); calling again is harmless.
        """
        if self.engine.dialect.name == "sqlite":
            with closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            for table in (drives, appeals):
                self._write_anew(table.name, patience_s)

    def is_current(self) -> bool:
        """Whether the schema is the one that this version of the code was written for."""
        head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
        with self.reading() as connection:
            return MigrationContext.configure(connection).get_current_revision() == head

    def _writer(self) -> sa.Engine:
        """READ COMMITTED: the writer's first snapshot is older than the lock it then waits for, so
        in REPEATABLE READ it would decide on what was there before its predecessor.
        """
        if self.engine.dialect.name == "postgresql":
            return self.engine.execution_options(isolation_level="READ COMMITTED")
        return self.engine.execution_options(writer=True)

    def _write_anew(self, table: str, patience_s: float) -> None:
        alone = self.engine.execution_options(isolation_level="AUTOCOMMIT")  # as VACUUM must be
        with alone.connect() as connection:
            connection.exec_driver_sql(f"SET lock_timeout = {round(patience_s * 1000)}")
            try:
                connection.exec_driver_sql(f"VACUUM FULL {table}")
            except OperationalError as error:
                if "lock timeout" in str(error):
                    raise Busy("others read the catalog all the time: call again later") from error
                raise
            finally:
                connection.exec_driver_sql("RESET lock_timeout")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_catalog(url: str, driver: Driver | None = None) -> Catalog:
    """The catalog behind a SQLAlchemy URL, its schema brought to this version.

    driver: of SQLite, on another VFS than usual. Raises IntegrityError for a damaged SQLite file.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, driver or Driver())
    options: dict[str, Any] = {"pool_pre_ping": True, "isolation_level": "REPEATABLE READ"}
    engine = sa.create_engine(parsed, **options)
    migrate(engine)
    return Catalog(engine)


def migrate(engine: sa.Engine, revision: str = "head", *, back: bool = False) -> None:
    """Bring the schema up, or back, to a revision (Alembic), in one transaction."""
    config, move = Config(), command.downgrade if back else command.upgrade
    config.set_main_option("script_location", str(MIGRATIONS))
    with Catalog(engine).writing() as connection:
        config.attributes["connection"] = connection
        move(config, revision)


def _open_sqlite(url: sa.URL, driver: Driver) -> Catalog:
    engine = sa.create_engine(url, module=driver)
    sa.event.listen(engine, "connect", _configure)
    sa.event.listen(engine, "begin", _begin)
    if not url.database or url.database == ":memory:":
        migrate(engine)
        return Catalog(engine)
    with _alone_in(Path(url.database).parent):
        driver.prepare(Path(url.database))
        migrate(engine)
    return Catalog(engine)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One opener at a time: to become a WAL, a new file does not wait as transactions do."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _configure(connection: Any, _record: Any) -> None:
    # secure_delete: a destroyed salt must not live on in a free page of the file.
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    writer = connection.get_execution_options().get("writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")
