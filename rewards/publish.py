"""Publishing: the committed epochs as plain folders that anyone may copy and audit.

The law: publishing is idempotent and comes after the commit. Each file appears whole or not at all,
the manifest last; a file that is missing from a committed epoch is written again on every run.
"""

import io
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO

from rewards.chain import Committed
from rewards.documents import FILES
from rewards.shelf import reading
from rewards.watching import Watch
from roadcomb.files import writing
from roadcomb.node import Node

__all__ = ["publish"]


def publish(node: Node, epoch: Committed, watch: Watch) -> list[Path]:
    """Write the missing files of a committed epoch; answers those that were written."""
    folder = node.settings.published / str(epoch.epoch)
    missing = [name for name in FILES if not (folder / name).exists()]
    for name in missing:
        with _reading(node, epoch, name) as source, writing(folder / name) as file:
            copyfileobj(source, file)
            size = file.tell()
        watch.step(epoch.epoch, f"published {name}", bytes=size)
    return [folder / name for name in missing]


def _reading(node: Node, epoch: Committed, name: str) -> BinaryIO:
    is_manifest = name == "manifest.json"
    return io.BytesIO(epoch.file) if is_manifest else reading(node.blobs, epoch.manifest, name)
