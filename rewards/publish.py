"""Publishing: the committed epochs as plain folders that anyone may copy and audit.

The law: publishing is idempotent and comes after the commit. Each file appears whole or not at all,
the manifest last; a file that is missing from a committed epoch is written again on every run.
"""

import os
from collections.abc import Callable
from pathlib import Path

from rewards.chain import Committed
from rewards.documents import FILES
from rewards.shelf import file_of
from roadcomb.node import Node

__all__ = ["publish"]

Reached = Callable[[str], None]


def publish(node: Node, epoch: Committed, reached: Reached) -> list[Path]:
    """Write the missing files of a committed epoch; answers those that were written."""
    folder = node.settings.published / str(epoch.epoch)
    missing = [name for name in FILES if not (folder / name).exists()]
    for name in missing:
        manifest = name == "manifest.json"
        write_durably(
            folder / name,
            epoch.file if manifest else file_of(node.blobs, epoch.manifest, name),
        )
        reached(f"published {name}")
    return [folder / name for name in missing]


def write_durably(path: Path, data: bytes) -> None:
    """A temporary name, fsync, rename, fsync of the folder: the file is whole or absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
