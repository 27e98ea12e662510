"""Publishing: the committed epochs as plain folders that anyone may copy and audit.

The law: publishing is idempotent and comes after the commit. Each file appears whole or not at all,
the manifest last; a file that is missing from a committed epoch is written again on every run.
"""

from pathlib import Path

from rewards.chain import Committed
from rewards.documents import FILES
from rewards.shelf import file_of
from rewards.watching import Watch
from roadcomb.files import write_durably
from roadcomb.node import Node

__all__ = ["publish"]


def publish(node: Node, epoch: Committed, watch: Watch) -> list[Path]:
    """Write the missing files of a committed epoch; answers those that were written."""
    folder = node.settings.published / str(epoch.epoch)
    missing = [name for name in FILES if not (folder / name).exists()]
    for name in missing:
        manifest = name == "manifest.json"
        data = epoch.file if manifest else file_of(node.blobs, epoch.manifest, name)
        write_durably(folder / name, data)
        watch.step(epoch.epoch, f"published {name}", bytes=len(data))
    return [folder / name for name in missing]
