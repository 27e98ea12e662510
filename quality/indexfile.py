"""The index of all frames on disk, so that a restart does not read every judgement again.

The law: the file is derived. What is damaged, of another node, of another format or ahead of the
catalog is not read, and the index is built from the judgements. What was decided since the file was
written is followed as ever, deletions among it; `delete_drive` throws the file away, and a judge
that learns of a deletion writes it anew, so that no deleted drive's fingerprints stay in it.
"""

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import sqlalchemy as sa

from quality.columns import Columns
from quality.deleting import INDEX_FILE
from quality.search import FrameIndex, SeenDrive
from quality.segments import segment_of
from roadcomb.catalog.tables import decisions
from roadcomb.node import Node
from roadcomb.records import Verdict

__all__ = ["IndexFile", "open_index"]

_log = logging.getLogger(__name__)

_FORMAT = 1
_UNREADABLE = (OSError, EOFError, ValueError, LookupError, TypeError, RuntimeError, BadZipFile)
"""What NumPy, its archive (which has a checksum of every array) and JSON say of damaged bytes."""
_UNWRITTEN_ROWS = 5_000
_UNWRITTEN_SHARE = 10
"""A tenth of the rows, or so many, are read again rather than written after each drive."""


class IndexFile:
    """An index that follows a node, and its file."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.index = _loaded(node) or FrameIndex()
        self._written = (self.index.table.rows, len(self.index.buried))

    def keep(self) -> bool:
        """Write the file when enough has changed, or anything was forgotten; whether it was.

        A full disk stops no judging: what is not written is read again after a restart.
        """
        rows, buried = self.index.table.rows, len(self.index.buried)
        enough = max(_UNWRITTEN_ROWS, rows // _UNWRITTEN_SHARE)
        if buried == self._written[1] and rows - self._written[0] < enough:
            return False
        try:
            self.write()
        except OSError as error:
            _log.warning("the index of frames is not kept over a restart: %s", error)
            return False
        return True

    def write(self) -> None:
        """Write the file, whole or not at all."""
        path = _path(self._node)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with temporary.open("wb") as file:
                np.savez(file, **_arrays(self._node, self.index))
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        self._written = (self.index.table.rows, len(self.index.buried))


def open_index(node: Node) -> FrameIndex:
    """The index of a node that has seen all its decisions, from the file where there is one."""
    index = _loaded(node) or FrameIndex()
    index.follow(node)
    return index


def _path(node: Node) -> Path:
    return node.settings.data / INDEX_FILE


def _arrays(node: Node, index: FrameIndex) -> dict[str, Any]:
    head = {
        "format": _FORMAT,
        "node": node.key.public,
        "decision": [index.last_decision, _decision(node, index.last_decision)],
        "drives": {drive_id: asdict(seen) for drive_id, seen in index.drives.items()},
        "unread": index.unread,
        "buried": sorted(index.buried),
        "starts": index.table.starts,
        "owners": index.table.owners,
        "segments": [segment.first for segment in index.table.segments],
    }
    arrays = {
        f"{number} {field.name}": getattr(segment.columns(), field.name)
        for number, segment in enumerate(index.table.segments)
        for field in fields(Columns)
    }
    return arrays | {"head": np.frombuffer(json.dumps(head).encode(), np.uint8)}


def _loaded(node: Node) -> FrameIndex | None:
    try:
        with _path(node).open("rb") as file, np.load(file) as arrays:
            head = json.loads(arrays["head"].tobytes())
            return _restored(arrays, head) if _fits(node, head) else None
    except _UNREADABLE:
        return None


def _fits(node: Node, head: Mapping[str, Any]) -> bool:
    if head["format"] != _FORMAT or head["node"] != node.key.public:
        return False
    number, decided = head["decision"]
    return bool(_decision(node, number) == decided)


def _restored(arrays: Mapping[str, Any], head: Mapping[str, Any]) -> FrameIndex:
    index = FrameIndex()
    index.last_decision = head["decision"][0]
    index.unread = head["unread"]
    index.buried = set(head["buried"])
    for drive_id, seen in head["drives"].items():
        index.drives[drive_id] = SeenDrive(**(seen | {"verdict": Verdict(seen["verdict"])}))
    table = index.table
    table.starts, table.owners = head["starts"], head["owners"]
    for number, first in enumerate(head["segments"]):
        columns = Columns(*(arrays[f"{number} {field.name}"] for field in fields(Columns)))
        table.segments.append(segment_of(first, columns))
    table.rows = table.segments[-1].end if table.segments else 0
    return index


def _decision(node: Node, number: int) -> list[str] | None:
    """What a decision was about; ids alone are given anew when a catalog is restored."""
    query = sa.select(decisions.c.drive_id, decisions.c.judgement).where(decisions.c.id == number)
    with node.catalog.reading() as connection:
        found = connection.execute(query).first()
    return None if found is None else [found.drive_id, found.judgement]
