"""The catalogs that tests run on: SQLite, and a private PostgreSQL.

The law: a test's node is on the kind that ROADCOMB_TEST_CATALOG names (`sqlite`, unless it says
`postgresql`), whoever opens it first and in whatever process: `ready_folder` puts an empty catalog,
its schema made already, where the node of a folder will find it. Tests that ask for `catalog_url`
run on both kinds.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from roadcomb.catalog import open_catalog
from roadcomb.settings import NodeSettings
from tests.cluster import cluster

__all__ = [
    "KIND",
    "another_catalog",
    "catalog_url",
    "cluster_ends",
    "copied_folder",
    "drop_under",
    "new_database",
    "postgresql",
    "ready_folder",
]

KIND = os.environ.get("ROADCOMB_TEST_CATALOG", "sqlite")
"""Of the catalogs of all tests but those that choose."""

_numbers = count()
_placed: dict[Path, str] = {}
"""Databases by the folder of their node."""
_opened: list[Any] = []
"""psycopg's connections."""


@sa.event.listens_for(sa.Pool, "connect")
def _note(connection: Any, _record: Any) -> None:
    if type(connection).__module__.startswith("psycopg"):  # which need not be installed
        _opened.append(connection)


@pytest.fixture(params=["postgresql"] if KIND == "postgresql" else ["sqlite", "postgresql"])
def catalog_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """SQLAlchemy URL of an empty database of the test's own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalog.sqlite'}"
    return new_database(request.getfixturevalue("postgresql"))


@pytest.fixture(scope="session")
def postgresql() -> sa.URL:
    """A cluster of this run's own behind a socket in its own folder; skips where it cannot be."""
    return _cluster()


def ready_folder(folder: Path) -> Path:
    """The folder of a node, made, in which the node finds a catalog of this run's kind."""
    folder.mkdir(parents=True, exist_ok=True)
    if KIND == "sqlite":
        file = folder / "catalog.sqlite"
        if not file.exists():
            file.write_bytes(_migrated_file())
    elif not NodeSettings(data=folder).catalog_file.exists():
        _own_database(folder, _migrated_database())
    return folder


def copied_folder(node: Path, into: Path) -> Path:
    """A copy of the folder of a node that nobody uses meanwhile, its catalog copied, too."""
    shutil.copytree(node, into)
    if KIND == "postgresql":
        original = _placed[node.absolute()]
        users = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname='{original}'"
        _administer(_cluster(), users)
        _own_database(into, original)
    return into


def new_database(cluster: sa.URL, template: str = "template1") -> str:
    """SQLAlchemy URL of a new database in a cluster, a copy of another.

    Its files are copied: through the write-ahead log it takes twice as long.
    """
    name = f"test_{next(_numbers)}"
    _administer(cluster, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return cluster.set(database=name).render_as_string(hide_password=False)


def another_catalog() -> str | None:
    """URL of an empty database where a node's catalog is not a file of its folder."""
    return new_database(_cluster()) if KIND == "postgresql" else None


def drop_under(folder: Path) -> None:
    """Forget the databases of nodes in a test's folder: a cluster keeps 8 MB for each."""
    dropped = {_placed.pop(path) for path in list(_placed) if path.is_relative_to(folder)}
    _close(dropped)
    for name in dropped:
        _administer(_cluster(), f"DROP DATABASE {name} WITH (FORCE)")


@cache
def _cluster() -> sa.URL:
    """The cluster of this run, started when first asked for; it ends with the process."""
    home = _RUNNING.enter_context(cluster())
    return sa.make_url(f"postgresql+psycopg://tests@/postgres?host={home}")


_RUNNING = ExitStack()


@pytest.fixture(scope="session", autouse=True)
def cluster_ends() -> Iterator[None]:
    """No PostgreSQL outlives its run."""
    with _RUNNING:
        yield
        _close({each.info.dbname for each in _opened if not each.closed})
        _cluster.cache_clear()


def _close(databases: set[str]) -> None:
    """Close what tests left open in these: a node's connections end with its process, and psycopg
    warns of each that is let go of before."""
    for connection in list(_opened):
        if connection.closed:
            _opened.remove(connection)
        elif connection.info.dbname in databases:
            connection.close()
            _opened.remove(connection)


def _own_database(folder: Path, template: str) -> None:
    url = new_database(_cluster(), template)
    _placed[folder.absolute()] = str(sa.make_url(url).database)
    NodeSettings(data=folder).catalog_file.write_text(url)


def _administer(cluster: sa.URL, statement: str) -> None:
    engine = sa.create_engine(cluster, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@cache
def _migrated_database() -> str:
    url = new_database(_cluster())
    open_catalog(url).close()
    return str(sa.make_url(url).database)


@cache
def _migrated_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "catalog.sqlite"
        open_catalog(f"sqlite:///{file}").close()
        return file.read_bytes()
