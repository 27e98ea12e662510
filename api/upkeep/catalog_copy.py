"""The catalog's part of a backup: one file, consistent, taken while others write.

SQLite copies itself by its own online backup, PostgreSQL by `pg_dump` (one snapshot, so a drive
is in the copy with all its rows or not at all). A copy of PostgreSQL comes back by
`pg_restore`, in one transaction, into an empty database: whole or not at all.

The programs are those of an installed PostgreSQL, the newest first, since a `pg_dump` copies
servers of its own version and older ones. Passwords travel in the environment, never in arguments,
which every user of a machine can read.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from roadcomb.canonical import digest_of_bytes
from roadcomb.catalog.driver import Driver
from roadcomb.errors import Conflict, Unreachable, UsageError
from roadcomb.files import OWNER_ONLY, write_durably
from roadcomb.node import Node

__all__ = [
    "DUMP",
    "SQLITE",
    "check_target",
    "connection_of",
    "copy_catalog",
    "program",
    "restore_dump",
]

SQLITE, DUMP = "catalog.sqlite", "catalog.pgdump"
_INSTALLED = "/usr/lib/postgresql/*/bin"
"""Where Debian and its kin put each version's programs."""


def copy_catalog(node: Node, folder: Path) -> tuple[str, str]:
    """Write the copy into a folder; answers its name there and its SHA-256 (hex).

    Raises UsageError when `pg_dump` is needed and absent, Unreachable when it fails, IntegrityError
    for a damaged SQLite file.
    """
    name = SQLITE if node.catalog.engine.dialect.name == "sqlite" else DUMP
    unfinished = folder / f".{name}.part"
    unfinished.unlink(missing_ok=True)
    try:
        if name == SQLITE:
            _copy_sqlite(node, unfinished)
        else:
            _dump(node.catalog.engine.url, unfinished)
        data = unfinished.read_bytes()
    finally:
        unfinished.unlink(missing_ok=True)
    write_durably(folder / name, data, OWNER_ONLY)
    return name, digest_of_bytes(data)


def check_target(files: Mapping[str, str], url: str | None) -> None:
    """May a backup of these files be restored with this setting of the catalog?

    Raises UsageError, saying how to set it; Conflict for a database that holds something.
    """
    if DUMP not in files:
        if url is not None:
            raise UsageError("the backup's catalog is a SQLite file: unset ROADCOMB_CATALOG")
        return
    if url is None or sa.make_url(url).get_backend_name() != "postgresql":
        raise UsageError(
            "the backup's catalog is PostgreSQL's: name an empty database in ROADCOMB_CATALOG "
            "(postgresql+psycopg://...)"
        )
    program("pg_restore")
    engine = sa.create_engine(url)
    try:
        tables = sa.inspect(engine).get_table_names()
    except sa.exc.OperationalError as error:
        raise Unreachable(f"the database of ROADCOMB_CATALOG does not answer: {error}") from error
    finally:
        engine.dispose()
    if tables:
        raise Conflict("the database of ROADCOMB_CATALOG is not empty: give a new one")


def restore_dump(dump: Path, url: str) -> None:
    """Bring PostgreSQL's copy into an empty database. Raises Unreachable when that fails."""
    options = ("--no-owner", "--no-acl", "--exit-on-error", "--single-transaction")
    _run("pg_restore", sa.make_url(url), *options, str(dump))


def connection_of(url: sa.URL) -> tuple[str, dict[str, str]]:
    """(libpq's connection URI without the password, environment variables with it)."""
    place = (url.username, None, url.host, url.port, url.database)
    where = sa.URL.create("postgresql", *place, query=url.query)
    secret = {} if url.password is None else {"PGPASSWORD": url.password}
    return where.render_as_string(), secret


def program(name: str) -> str:
    """Path of one of PostgreSQL's programs: installed, beside `pg_ctl`, or on the PATH.

    Raises UsageError when there is none.
    """
    folders = sorted(Path("/").glob(_INSTALLED[1:]), key=_version, reverse=True)
    control = shutil.which("pg_ctl")
    if control is not None:
        folders.append(Path(control).resolve().parent)
    searched = os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])
    found = shutil.which(name, path=searched)
    if found is None:
        raise UsageError(
            f"{name} is not installed: a catalog on PostgreSQL is copied by it "
            "(install PostgreSQL's client programs)"
        )
    return found


def _version(folder: Path) -> float:
    try:
        return float(folder.parent.name)
    except ValueError:
        return 0


def _copy_sqlite(node: Node, target: Path) -> None:
    with closing(node.catalog.engine.raw_connection()) as source:
        connection: Any = source.driver_connection
        Driver().copy(connection, target)


def _dump(url: sa.URL, target: Path) -> None:
    _run("pg_dump", url, "--format=custom", "--no-owner", "--no-acl", f"--file={target}")


def _run(name: str, url: sa.URL, *arguments: str) -> None:
    """One of PostgreSQL's programs on a database."""
    where, secret = connection_of(url)
    done = subprocess.run(
        [program(name), f"--dbname={where}", "--no-password", *arguments],
        env={**os.environ, **secret},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        words = (done.stderr.strip().splitlines() or ["no word of why"])[0]
        raise Unreachable(f"{name} ended with {done.returncode}: {words}")
