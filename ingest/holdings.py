"""Which frames of an open drive are here? Remembered, so that a batch costs what a batch holds.

The law: the catalog is the truth and the memory follows it. Only packs newer than those remembered
are decoded; when the older ones are not as many as were remembered (their drive was deleted, or
another writer committed out of order), all is read again.
"""

import threading
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from roadcomb.catalog import Catalog
from roadcomb.catalog.tables import packs
from roadcomb.packs import decode_index

__all__ = ["Holding", "holding_of"]

_REMEMBERED = 16
"""Drives; one of 20,000 frames takes 3 MB."""


class Holding:
    """The image ids received of one drive; threads may share it."""

    def __init__(self, drive_id: str) -> None:
        self._drive_id = drive_id
        self._lock = threading.Lock()
        self._names: set[str] = set()
        self._packs = 0
        self._last = 0
        self.decoded = 0

    def lacking(self, connection: sa.Connection, names: Iterable[str]) -> tuple[set[str], int]:
        """Those of the image ids that were not received, and how many the drive has in all.

        connection: has no packs of this drive that are not committed.
        """
        with self._lock:
            self._follow(connection)
            return set(names) - self._names, len(self._names)

    def _follow(self, connection: sa.Connection) -> None:
        ours = packs.c.drive_id == self._drive_id
        older = sa.select(sa.func.count()).where(ours, packs.c.id <= self._last)
        if connection.execute(older).scalar_one() != self._packs:
            self._names, self._packs, self._last = set(), 0, 0
        newer = sa.select(packs.c.id, packs.c.index).where(ours, packs.c.id > self._last)
        for pack, index in connection.execute(newer.order_by(packs.c.id)):
            self._names.update(entry.digest for entry in decode_index(index))
            self._packs, self._last = self._packs + 1, pack
            self.decoded += 1


def holding_of(catalog: Catalog, drive: sa.Row[Any]) -> Holding:
    """The memory of a row of `drives`; a drive that is opened anew has a new one."""
    return _holding(catalog, drive.drive_id, drive.public_id, drive.opened_ms)


@lru_cache(maxsize=_REMEMBERED)
def _holding(catalog: Catalog, drive_id: str, public_id: str, opened_ms: int) -> Holding:
    return Holding(drive_id)
