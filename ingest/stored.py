"""What do we hold of a drive, and where does it lie?

A drive is a row of the catalog, the blob `manifests/<drive id>` and packs of frames; the packs'
indices stand in the catalog, so nothing here opens a pack but to read its frames.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from ingest.manifest import Manifest, parse_manifest
from roadcomb.blobs import Blobs
from roadcomb.canonical import Json, digest_of_json, parse_json
from roadcomb.catalog.tables import drives, packs
from roadcomb.errors import IntegrityError, InvalidInput, NotFound
from roadcomb.node import Node
from roadcomb.packs import PackEntry, checked, decode_index
from roadcomb.records import Frame

__all__ = [
    "Places",
    "find_drive",
    "free_bytes",
    "get_drive",
    "load_manifest",
    "manifest_key",
    "pack_folder",
    "promised_sizes",
    "read_frames",
    "read_run",
    "received",
]

Places = dict[str, tuple[str, PackEntry]]
"""Image id -> (key of its pack, place in the pack)."""


def find_drive(connection: sa.Connection, drive_id: str) -> sa.Row[Any] | None:
    """The drive's row, if we know it."""
    return connection.execute(sa.select(drives).where(drives.c.drive_id == drive_id)).first()


def get_drive(connection: sa.Connection, drive_id: str) -> sa.Row[Any]:
    """The drive's row. Raises NotFound."""
    drive = find_drive(connection, drive_id)
    if drive is None:
        raise NotFound(f"no drive {drive_id} is known: send its manifest first")
    return drive


def received(connection: sa.Connection, drive_id: str) -> Places:
    """Where each received frame of a drive lies."""
    query = sa.select(packs.c.key, packs.c.index).where(packs.c.drive_id == drive_id)
    return {
        entry.digest: (key, entry)
        for key, index in connection.execute(query.order_by(packs.c.id))
        for entry in decode_index(index)
    }


def manifest_key(drive_id: str) -> str:
    """Key of the signed manifest in the blob store."""
    return f"manifests/{drive_id}"


def pack_folder(drive_id: str) -> str:
    """Where the packs of a drive lie in the blob store; no other drive's frames lie there."""
    return f"packs/{drive_id[:2]}/{drive_id}"


def promised_sizes(node: Node, drive_id: str) -> Mapping[str, int]:
    """Image id -> bytes of each frame of the manifest, in its order.

    Raises NotFound or IntegrityError. Remembered, since each batch of an upload asks for it.
    """
    return _promised_sizes(node.blobs, drive_id)


def load_manifest(node: Node, drive_id: str) -> Manifest:
    """The manifest of a drive, checked. Raises NotFound or IntegrityError."""
    return parse_manifest(_checked_manifest(node.blobs, drive_id))


def read_frames(node: Node, drive_id: str) -> Iterator[tuple[Frame, bytes]]:
    """A drive's frames with their bytes, in the manifest's order, each checked.

    Neighbours in one pack are read by one range, so memory stays below two packs. Raises NotFound,
    DigestMismatch for a damaged frame.
    """
    with node.catalog.reading() as connection:
        places = received(connection, drive_id)
    frames = load_manifest(node, drive_id).frames
    if lacking := [frame.image_id for frame in frames if frame.image_id not in places]:
        raise NotFound(f"frame {lacking[0]} of drive {drive_id} was not received")
    for key, run in groupby(frames, lambda frame: places[frame.image_id][0]):
        yield from read_run(node, key, [(frame, places[frame.image_id][1]) for frame in run])


def read_run(
    node: Node, key: str, run: Sequence[tuple[Frame, PackEntry]]
) -> Iterator[tuple[Frame, bytes]]:
    """Frames of one pack with their bytes, each checked, by one range. Raises as `read_frames`."""
    start = min(entry.offset for _, entry in run)
    end = max(entry.offset + entry.length for _, entry in run)
    data = node.blobs.get_range(key, start, end - start)
    for frame, entry in run:
        at = entry.offset - start
        yield frame, checked(data[at : at + entry.length], entry)


def free_bytes(node: Node) -> int | None:
    """Free space of the disk that holds the blobs; None where they lie elsewhere."""
    folder = node.blobs.local_path("")
    return None if folder is None else shutil.disk_usage(folder).free


@lru_cache(maxsize=16)
def _promised_sizes(blobs: Blobs, drive_id: str) -> Mapping[str, int]:
    manifest: Any = _checked_manifest(blobs, drive_id)
    return MappingProxyType({frame[0]: frame[1] for frame in manifest["frames"]})


def _checked_manifest(blobs: Blobs, drive_id: str) -> Json:
    """The stored manifest whose digest is the drive's id; any other bytes are damage of ours."""
    match _parsed(blobs.get(manifest_key(drive_id))):
        case {"manifest": manifest} if digest_of_json(manifest) == drive_id:
            return manifest
    raise IntegrityError(f"the stored manifest of drive {drive_id} is damaged: run a restore")


def _parsed(data: bytes) -> Json:
    try:
        return parse_json(data)
    except InvalidInput:
        return None
