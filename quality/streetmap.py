"""The node's map of streets, for the signal `streets`: one file, `roadcomb streets` writes it.

The law: the map is derived. Without a file, or with one that cannot be read, nothing is said of
streets and nobody is held for them.
"""

import logging

import numpy as np

from quality.evidence.streets import PIECE, StreetMap
from roadcomb.files import writing
from roadcomb.node import Node

__all__ = ["STREETS_FILE", "open_streets", "write_streets"]

_log = logging.getLogger(__name__)

STREETS_FILE = "streets.npy"


def open_streets(node: Node) -> list[StreetMap]:
    """The map of a node, if it has one; its pieces stay on disk until they are asked for."""
    path = node.settings.data / STREETS_FILE
    if not path.exists():
        return []
    try:
        pieces = np.load(path, mmap_mode="r", allow_pickle=False)
        if pieces.dtype != PIECE or pieces.ndim != 1:
            raise ValueError("it holds something else")
    except (OSError, EOFError, ValueError) as error:
        _log.warning("%s is no map of streets, write it again: %s", path, error)
        return []
    return [StreetMap(np.ascontiguousarray(pieces["square"]), pieces)]


def write_streets(node: Node, streets: StreetMap) -> None:
    """Make it the node's map, whole or not at all."""
    with writing(node.settings.data / STREETS_FILE) as file:
        np.save(file, streets.pieces, allow_pickle=False)
