"""The record of paid cells as it stood earlier, for drives that are released late."""

from rewards.chain import committed_epoch
from rewards.refill import NEVER_PAID, Refill
from rewards.shelf import refill_of
from roadcomb.errors import IntegrityError, NotFound
from roadcomb.node import Node

__all__ = ["refill_at"]


def refill_at(node: Node, epoch: int) -> Refill:
    """The record at the start of an epoch; before the first one nothing was paid.

    Raises IntegrityError when it is lost: without it whoever is released would be paid again.
    """
    try:
        manifest = committed_epoch(node, epoch - 1).manifest
    except NotFound:
        return NEVER_PAID
    try:
        return refill_of(node.blobs, manifest)
    except NotFound as error:
        raise IntegrityError(f"{error}: bring it back from a backup (`roadcomb fsck`)") from error
