"""One nightly at a time: a lock that dies with its process, so that a crash never leaves it behind.

On PostgreSQL it is an advisory lock of the session, which holds across machines; else an flock on a
file in the node's folder. It saves work only: two that got past it still make one chain (chain.py).
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from roadcomb.node import Node

__all__ = ["LOCK_FILE", "my_turn"]

LOCK_FILE = "nightly.lock"
_LOCK_NUMBER = 0x6E696768
"""Any constant serves; this one spells "nigh", and is not the writers' lock of the catalog."""
_ASK = sa.select(sa.func.pg_try_advisory_lock(_LOCK_NUMBER))
_GIVE_BACK = sa.select(sa.func.pg_advisory_unlock(_LOCK_NUMBER))


@contextmanager
def my_turn(node: Node) -> Iterator[bool]:
    """Whether this process may work; the turn ends with the block, or with the process."""
    if node.catalog.engine.dialect.name == "postgresql":
        with _by_session(node) as mine:
            yield mine
    else:
        with _by_file(node) as mine:
            yield mine


@contextmanager
def _by_session(node: Node) -> Iterator[bool]:
    sessions = node.catalog.engine.execution_options(isolation_level="AUTOCOMMIT")
    with sessions.connect() as connection:
        mine = bool(connection.execute(_ASK).scalar())
        try:
            yield mine
        finally:
            with suppress(OperationalError):  # the session ended before, and the lock with it
                if mine:  # the server hears of a session's end later than whoever comes next
                    connection.execute(_GIVE_BACK)
            connection.invalidate()


@contextmanager
def _by_file(node: Node) -> Iterator[bool]:
    with (node.settings.data / LOCK_FILE).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
