"""Destroying blobs that nothing names any more, so that a crash forgets none of them.

Law: in the transaction that takes a blob's last name away, its key enters `discards`, and in the
one that gives it a name again it leaves them; then the blob is deleted, then its row. Killed in
between, the next purge goes on. While a backup copies blobs nothing is destroyed, because the
catalog it copied first may still name them.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from roadcomb.catalog.tables import discards
from roadcomb.node import Node

__all__ = ["discard_later", "keep_after_all", "nothing_destroyed", "purge"]

_LOCK = "destroying.lock"
_AT_ONCE = 500
"""Keys of one statement: databases bound its parameters."""


def discard_later(connection: sa.Connection, keys: Iterable[str]) -> None:
    """Enter keys that lose their last name in this writer's transaction."""
    for some in _runs(keys):
        known = set(connection.scalars(sa.select(discards.c.key).where(discards.c.key.in_(some))))
        fresh = [{"key": key} for key in some if key not in known]
        if fresh:
            connection.execute(sa.insert(discards), fresh)


def keep_after_all(connection: sa.Connection, keys: Iterable[str]) -> None:
    """Take keys back that are named again in this writer's transaction."""
    for some in _runs(keys):
        connection.execute(sa.delete(discards).where(discards.c.key.in_(some)))


def purge(node: Node, wait: bool = False) -> int:
    """Destroy what was entered; how many. While a backup runs: none, or after it (`wait`)."""
    if not _entered(node):
        return 0
    with _locked(node.settings.data, wait) as alone:
        if not alone:
            return 0
        keys = _entered(node)  # anew: a wait for a backup may have been long
        for key in keys:
            node.blobs.delete(key)
        with node.catalog.writing() as connection:
            keep_after_all(connection, keys)
    return len(keys)


def _entered(node: Node) -> list[str]:
    with node.catalog.reading() as connection:
        return list(connection.scalars(sa.select(discards.c.key)))


def _runs(keys: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), _AT_ONCE):
        yield wanted[start : start + _AT_ONCE]


@contextmanager
def nothing_destroyed(data: Path) -> Iterator[None]:
    """While inside, no process of the node whose data folder this is destroys a blob."""
    with _locked(data, wait=True):
        yield


@contextmanager
def _locked(data: Path, wait: bool) -> Iterator[bool]:
    """A lock that ends with its process, however that ends; whether it was had."""
    handle = os.open(data / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)
