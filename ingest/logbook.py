"""The node's log, ready to be asked: its signed head, and proofs of any size it ever had.

The entries stand in the catalog; what was read of them is kept as a tree in memory and only ever
grows, since the log is append-only (by trigger).
"""

import threading

import sqlalchemy as sa

from ingest.heads import Head, sign_head
from ingest.logtree import LogTree
from roadcomb.canonical import Json
from roadcomb.catalog.tables import log_entries
from roadcomb.errors import IntegrityError
from roadcomb.node import Node

__all__ = ["LogBook"]


class LogBook:
    """The log of one node; may be asked by many threads."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._tree = LogTree()
        self._lock = threading.Lock()

    def head(self) -> dict[str, Json]:
        """The newest head, signed now."""
        tree = self._read()
        size = tree.size
        now_ms = self._node.clock.now_ms()
        head = Head(self._node.key.public, size, tree.root(size), now_ms)
        return sign_head(self._node.key, head)

    def root(self, size: int) -> bytes:
        """Root of the first `size` entries. Raises InvalidInput."""
        return self._read().root(size)

    def size(self) -> int:
        """How many entries there are."""
        return self._read().size

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Path of an entry in the log of `size` entries. Raises InvalidInput."""
        return self._read().inclusion(index, size)

    def consistency(self, first: int, second: int) -> list[bytes]:
        """Proof that the log of `first` entries begins that of `second`. Raises InvalidInput."""
        return self._read().consistency(first, second)

    def _read(self) -> LogTree:
        """The tree, grown by the entries that came since it was last asked."""
        with self._lock:
            query = (
                sa.select(log_entries.c.log_index, log_entries.c.leaf)
                .where(log_entries.c.log_index >= self._tree.size)
                .order_by(log_entries.c.log_index)
            )
            with self._node.catalog.reading() as connection:
                for index, leaf in connection.execute(query):
                    if index != self._tree.size:
                        raise IntegrityError(f"the log lacks entry {self._tree.size}")
                    self._tree.extend([bytes.fromhex(leaf)])
        return self._tree
