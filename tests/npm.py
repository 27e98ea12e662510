"""npm packages that tests alone need, installed once into build/ from the lock beside the test."""

from hashlib import sha256
from pathlib import Path
from shutil import copy

import pytest

from api.vendor import npm_ci
from roadcomb.errors import Unreachable, UsageError

__all__ = ["installed"]

_BUILD = Path(__file__).parents[1] / "build"


def installed(source: Path, name: str) -> Path:
    """A folder with the packages that `source`'s lock names; skips where npm cannot fetch them."""
    lock = (source / "package-lock.json").read_bytes()
    folder = _BUILD / f"{name}-{sha256(lock).hexdigest()[:16]}"
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for file in ("package.json", "package-lock.json"):
            copy(source / file, folder)
        try:
            npm_ci(folder)
        except (Unreachable, UsageError) as error:
            pytest.skip(f"no packages for this test: {error}")
        (folder / "installed").touch()
    return folder
