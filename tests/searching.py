"""Which files hold some bytes: how tests look for what must be forgotten."""

import os
from pathlib import Path

__all__ = ["files_holding"]


def files_holding(folder: Path, wanted: bytes) -> list[str]:
    """Of the files anywhere under a folder, those that hold some bytes.

    A server at work may take a file away or rename it between its listing and its reading: what is
    gone by then holds nothing, and what took its place is found by listing once more.
    """
    seen: dict[Path, bool] = {}
    while unseen := [path for path in _files_under(folder) if path not in seen]:
        for path in unseen:
            try:
                seen[path] = wanted in path.read_bytes()
            except FileNotFoundError:
                seen[path] = False
    return [str(path) for path, holds in seen.items() if holds]


def _files_under(folder: Path) -> list[Path]:
    return [Path(place, name) for place, _, names in os.walk(folder) for name in names]
