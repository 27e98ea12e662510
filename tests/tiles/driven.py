"""Drives that were judged, and what the books fold of them."""

import pyarrow as pa

from roadcomb.keys import account_of, key_from_seed
from roadcomb.node import Node
from tests.tiles.worlds import (
    Drive,
    decide,
    seal,
)
from tiles.fold import fold, merge
from tiles.passes import passes_of
from tiles.sketch import sketch_bits

__all__ = ["judged", "published"]


def judged(node: Node, drive: Drive, verdict: str = "accepted") -> None:
    """Put a drive on the node with its decision."""
    seal(node, drive)
    decide(node, drive, verdict)


def published(node: Node, *drives: Drive) -> pa.Table:
    """What the books fold of some drives."""
    parts = []
    for drive in drives:
        passes = passes_of(drive.judgement())
        account = account_of(key_from_seed(drive.contributor.encode().ljust(32)).public)
        bits = sketch_bits(node.key.derive("sketch"), account, passes["cell"].to_numpy())
        parts.append(fold(None, passes.append_column("sketch", pa.array(bits))))
    return merge(parts)
