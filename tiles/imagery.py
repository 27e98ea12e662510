"""Pixels that may leave: law 4 stands in `waits_for`, and nothing here hands out bytes without it.

Served bytes are canonical JPEGs, which carry no metadata. As long as there is no blur stage no
picture has passed one, so under the default setting every picture waits.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from ingest.stored import received
from quality import judgement as judgements
from quality.thumbnails import packs_of
from roadcomb.blobs import Blobs
from roadcomb.errors import Conflict, NotFound
from roadcomb.node import Node
from roadcomb.packs import PackEntry, checked, decode_index, index_of
from roadcomb.records import Verdict
from roadcomb.settings import ImageryRequires
from tiles.accepted import Decided
from tiles.pictures import first_shown

__all__ = ["WaitsForBlur", "full_picture", "thumbnail", "waits_for"]


class WaitsForBlur(Conflict):
    type = "waits-for-blur"


@dataclass(frozen=True, slots=True)
class _Frame:
    """image_id: hex. place: how many decodable frames come before it in the drive."""

    image_id: str
    place: int


def waits_for(requires: ImageryRequires) -> Literal["blur"] | None:
    """What pictures still lack before any of their pixels may be served; None: nothing."""
    return None if requires is ImageryRequires.NOTHING else "blur"


def full_picture(node: Node, drive: Decided, n: int) -> bytes:
    """The n-th frame as stored. Raises WaitsForBlur, or NotFound for what is not accepted."""
    _refuse_unblurred(node)
    frame = _accepted_frame(node.blobs, drive, n)
    with node.catalog.reading() as connection:
        places = received(connection, drive.drive_id)
    if frame.image_id not in places:
        raise _no_picture(drive, n)
    return _read(node.blobs, *places[frame.image_id])


def thumbnail(node: Node, drive: Decided, n: int) -> bytes:
    """The n-th frame's thumbnail. Raises WaitsForBlur, or NotFound for what is not accepted."""
    _refuse_unblurred(node)
    frame = _accepted_frame(node.blobs, drive, n)
    keys = packs_of(drive.thumbnails)
    entries = [(key, entry) for key in keys for entry in _entries(node.blobs, key)]
    if frame.place >= len(entries):
        raise _no_picture(drive, n)
    return _read(node.blobs, *entries[frame.place])


def _refuse_unblurred(node: Node) -> None:
    if waits_for(node.settings.imagery_requires) is not None:
        raise WaitsForBlur("this picture waits for its blur and is not shown before")


def _accepted_frame(blobs: Blobs, drive: Decided, n: int) -> _Frame:
    judgement = judgements.load(blobs, drive.judgement)
    at = np.flatnonzero(judgement["n"].to_numpy() == n + first_shown(judgement))
    if not drive.accepted or not len(at):
        raise _no_picture(drive, n)
    row = judgement.slice(int(at[0]), 1).to_pylist()[0]
    if row["verdict"] != Verdict.ACCEPTED:
        raise _no_picture(drive, n)
    before = judgement["fingerprint"].slice(0, int(at[0]))
    return _Frame(row["image_id"].hex(), len(before) - before.null_count)


@lru_cache(maxsize=256)
def _entries(blobs: Blobs, key: str) -> tuple[PackEntry, ...]:
    """What is in a thumbnail pack; packs never change."""
    return tuple(decode_index(index_of(blobs.get(key))))


def _read(blobs: Blobs, key: str, entry: PackEntry) -> bytes:
    return checked(blobs.get_range(key, entry.offset, entry.length), entry)


def _no_picture(drive: Decided, n: int) -> NotFound:
    return NotFound(f"there is no picture {drive.public_id}/{n} on the map")
