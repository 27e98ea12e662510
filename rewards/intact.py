"""Is the chain whole that a night would build on?

The law: no epoch is closed on top of a chain with a hole, one whose manifests do not name each
other, or one whose published copy was changed. All manifests are looked at every night, and all
files of the newest epoch; the files of older ones are for `audit` and `fsck`, which read them all.
"""

from itertools import pairwise

from rewards.chain import Committed, committed
from rewards.documents import FILES
from rewards.shelf import file_digest
from roadcomb.canonical import digest_of_bytes, digest_of_json
from roadcomb.errors import IntegrityError
from roadcomb.node import Node

__all__ = ["refuse_broken"]


def refuse_broken(node: Node) -> None:
    """Raises IntegrityError that names the hole or the changed file."""
    chain = committed(node)
    if chain and chain[0].manifest["previous"] is not None:
        raise IntegrityError(_broken(chain[0], "the epochs before it are gone"))
    for before, after in pairwise(chain):
        if after.epoch != before.epoch + 1:
            raise IntegrityError(_broken(after, f"epoch {before.epoch + 1} is gone"))
        if after.manifest["previous"] != digest_of_json(before.manifest):
            raise IntegrityError(_broken(after, "it does not name the manifest before it"))
    for epoch in chain:
        _refuse_changed(node, epoch, "manifest.json", digest_of_bytes(epoch.file))
    for name in FILES[:-1] if chain else ():
        _refuse_changed(node, chain[-1], name, file_digest(node.blobs, chain[-1].manifest, name))


def _refuse_changed(node: Node, epoch: Committed, name: str, digest: str) -> None:
    """A file that is missing is written again; one that is there must be the one."""
    path = node.settings.published / str(epoch.epoch) / name
    if path.exists() and digest_of_bytes(path.read_bytes()) != digest:
        raise IntegrityError(
            f"{path} is not what epoch {epoch.epoch} published: nothing is closed; "
            "move it away and run nightly again, which writes it anew"
        )


def _broken(epoch: Committed, why: str) -> str:
    return f"the chain is broken at epoch {epoch.epoch}: {why}; nothing is closed: run a restore"
