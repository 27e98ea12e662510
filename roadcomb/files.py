"""Files that are there whole or not at all, and still there after a power cut.

The law: data reach the disk under a temporary name, then the name appears at once, then the folder
is synced, and so is each folder that was made for it: a name is as durable as what it names.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from roadcomb.errors import UsageError

__all__ = [
    "OWNER_ONLY",
    "check_named",
    "make_folder",
    "sync_folder",
    "write_durably",
    "write_new",
    "writing",
]

OWNER_ONLY = 0o600
_AS_USUAL = 0o666
"""Less what the process's mask takes away."""


def check_named(path: Path) -> None:
    """Raise UsageError unless the file that somebody names can be written into a folder that is
    there: one that is not is a slip, or a medium that is not mounted."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise UsageError(f"{path} is not written: there is no folder {folder}")
    if not os.access(folder, os.W_OK):
        raise UsageError(f"{path} is not written: you may not write into {folder}")


def write_durably(path: Path, data: bytes, mode: int = _AS_USUAL) -> None:
    """Write a file, in place of the one that may be there; folders are made where they lack."""
    with writing(path, mode) as file:
        file.write(data)


@contextmanager
def writing(path: Path, mode: int = _AS_USUAL) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place of the one that may be there when it is left;
    unless with an error, then nothing is changed."""
    with _temporary(path, mode) as (file, temporary):
        yield file
        _sync(file)
        temporary.replace(path)


def write_new(path: Path, data: bytes, mode: int = _AS_USUAL) -> None:
    """Write a file that must not be there yet. Raises FileExistsError; then it is as it was."""
    with _temporary(path, mode) as (file, temporary):
        file.write(data)
        _sync(file)
        os.link(temporary, path)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, durably; one that is there is left as it is."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _temporary(path: Path, mode: int) -> Iterator[tuple[BinaryIO, Path]]:
    """A new file beside the path, readable too, that is gone or renamed when it is left."""
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "w+b") as file:
            yield file, temporary
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
