"""The small pictures of judged drives, for comparing them point by point.

The law: what is lost, damaged or lawfully gone is None and stops no judging.
"""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
import sqlalchemy as sa

from quality.geometry import Grey
from quality.judgement import DAMAGE, load
from quality.thumbnails import packs_of, read_thumbnails
from roadcomb.catalog.tables import decisions, drives
from roadcomb.node import Node

__all__ = ["StoredPictures"]

_REMEMBERED_PACKS = 4


class StoredPictures:
    """Thumbnails of the drive that is judged and of those judged before (quality/thumbnails.py).

    thumbnails: as `decisions.thumbnails` names them; shown: whether each frame has pixels.
    """

    def __init__(self, node: Node, thumbnails: str | None, shown: Sequence[bool]) -> None:
        self._node = node
        self._own = (thumbnails, tuple(shown))
        self._known = lru_cache(maxsize=64)(self._decided)
        self._pack = lru_cache(maxsize=_REMEMBERED_PACKS)(self._entries)

    def own(self, n: int) -> Grey | None:
        """Of frame n of the drive that is judged."""
        return self._picture(*self._own, n)

    def of(self, drive_id: str, n: int) -> Grey | None:
        """Of frame n of a drive that was judged before."""
        return self._picture(*self._known(drive_id), n)

    def _picture(self, thumbnails: str | None, shown: Sequence[bool], n: int) -> Grey | None:
        if not 0 <= n < len(shown) or not shown[n]:
            return None
        number = sum(shown[:n])
        try:
            for key in packs_of(thumbnails):
                entries = self._pack(key)
                if number < len(entries):
                    return _grey(entries[number])
                number -= len(entries)
        except DAMAGE:
            return None
        return None

    def _decided(self, drive_id: str) -> tuple[str | None, tuple[bool, ...]]:
        query = sa.select(decisions.c.thumbnails, decisions.c.judgement).join(
            drives, drives.c.decision == decisions.c.id
        )
        with self._node.catalog.reading() as connection:
            made = connection.execute(query.where(drives.c.drive_id == drive_id)).first()
        if made is None:
            return None, ()
        try:
            judged = load(self._node.blobs, made.judgement, ["fingerprint"])
        except DAMAGE:
            return None, ()
        return made.thumbnails, tuple(judged["fingerprint"].is_valid().to_pylist())

    def _entries(self, key: str) -> list[bytes]:
        return read_thumbnails(self._node, key)


def _grey(jpeg: bytes) -> Grey | None:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    return None if picture is None else picture.astype(np.uint8, copy=False)
