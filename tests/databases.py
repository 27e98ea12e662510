"""The catalogs that tests run on: SQLite always, a private PostgreSQL where one is installed."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

__all__ = ["catalog_url", "cluster", "new_database", "postgresql"]

_numbers = count()


@pytest.fixture(params=["sqlite", "postgresql"])
def catalog_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """SQLAlchemy URL of an empty database of the test's own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalog.sqlite'}"
    return new_database(request.getfixturevalue("postgresql"))


def new_database(cluster: sa.URL) -> str:
    """SQLAlchemy URL of an empty database in a cluster."""
    name = f"test_{next(_numbers)}"
    engine = sa.create_engine(cluster, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return cluster.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[sa.URL]:
    """A cluster of this run's own behind a socket in its own folder; skips where it cannot be."""
    with cluster() as home:
        yield sa.make_url(f"postgresql+psycopg://tests@/postgres?host={home}")


@contextmanager
def cluster() -> Iterator[Path]:
    """The folder of a private cluster and its socket; user `tests`. Skips where it cannot be."""
    binaries, user = _binaries(), _unprivileged()
    if binaries is None or find_spec("psycopg") is None:
        pytest.skip("no PostgreSQL: initdb, pg_ctl or psycopg is not installed")
    home = Path(tempfile.mkdtemp(prefix="roadcomb-pg-"))
    home.chmod(0o755)
    if user is not None:
        shutil.chown(home, user)
    try:
        yield from _cluster(binaries, home, user)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _cluster(binaries: Path, home: Path, user: str | None) -> Iterator[Path]:
    data = home / "data"
    _run(user, binaries / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "-N")
    options = f"-c listen_addresses='' -c unix_socket_directories='{home}' -c fsync=off"
    control = (binaries / "pg_ctl", "-D", data)
    _run(user, *control, "-w", "-l", home / "log", "-o", options, "start")
    try:
        yield home
    finally:
        _run(user, *control, "-w", "-m", "immediate", "stop")


def _run(user: str | None, *command: str | Path) -> None:
    subprocess.run(  # PostgreSQL refuses to run as root
        command, user=user, check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=120
    )


def _unprivileged() -> str | None:
    """Somebody who is not root, when we are."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _binaries() -> Path | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    for folder in [*installed, *([Path(on_path).parent] if on_path else [])]:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    return None
