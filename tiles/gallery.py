"""Which pictures are published? Remembered by drive, so that an answer about a cell reads no disk.

Law: it follows the publications by their ids and may lag behind them, so it only decides whether an
address is told. What is served is looked up anew (tiles/imagery.py).
"""

import logging

import numpy as np
from numpy.typing import NDArray

from quality import judgement as judgements
from quality.publishing import record
from quality.publishing.fates import Fate
from quality.publishing.publications import Publication, published_since
from roadcomb.node import Node

__all__ = ["Gallery"]

_log = logging.getLogger(__name__)

_Numbers = NDArray[np.int32]


class Gallery:
    """The numbers of the published pictures of each drive."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._last = 0
        self._shown: dict[str, _Numbers] = {}

    @property
    def last(self) -> int:
        """The newest publication that is known, by its id."""
        return self._last

    def numbers(self, drive_id: str) -> _Numbers:
        """The published pictures of a drive, counted as the map counts."""
        return self._shown.get(drive_id, np.empty(0, np.int32))

    def shows(self, drive_id: str, n: int) -> bool:
        """Whether the n-th picture of a drive, counted as the map counts, is published."""
        numbers = self._shown.get(drive_id)
        return numbers is not None and bool((numbers == n).any())

    def refresh(self) -> None:
        """Follow the catalog."""
        with self._node.catalog.reading() as connection:
            news = list(published_since(connection, self._last))
        for publication in news:
            self._shown.pop(publication.drive_id, None)
        for publication in {one.drive_id: one for one in news}.values():
            self._shown[publication.drive_id] = self._numbers(publication)
        self._last = max((one.id for one in news), default=self._last)

    def _numbers(self, publication: Publication) -> _Numbers:
        drive_id = publication.drive_id
        try:
            frames = record.load(self._node.blobs, drive_id, publication.masks)
        except judgements.DAMAGE as error:  # deleted meanwhile, or damaged: fsck tells
            _log.warning("pictures of drive %s are not shown: %s", drive_id, error)
            return np.empty(0, np.int32)
        shown = [one.n - frames[0].n for one in frames if one.fate is Fate.PUBLISHED]
        return np.asarray(shown, np.int32)
