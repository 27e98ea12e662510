"""The record of a drive's masks: what became of each accepted frame, one columnar file a drive.

One row an accepted frame, in the manifest's order: its fate, the zones that were destroyed, which
detector in which version looked, and where its published picture and thumbnail lie. Stored as
Parquet beside the packs it names, under its SHA-256; the digest is an address, no epoch depends on
these bytes.
"""

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from quality.masking.regions import Kind, Region
from quality.publishing.fates import Fate
from roadcomb.blobs import Blobs
from roadcomb.packs import PackEntry

__all__ = ["FrameRecord", "Place", "folder_of", "load", "record_key", "store"]

_ZONE = pa.struct(
    [
        *(pa.field(side, pa.int32(), nullable=False) for side in ("x0", "y0", "x1", "y1")),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("score", pa.float32(), nullable=False),
    ]
)
_PLACE = pa.struct(
    [
        pa.field("key", pa.string(), nullable=False),
        pa.field("digest", pa.string(), nullable=False),
        pa.field("offset", pa.int64(), nullable=False),
        pa.field("length", pa.int32(), nullable=False),
    ]
)
SCHEMA = pa.schema(
    [
        pa.field("n", pa.int32(), nullable=False),  # index in the manifest, from 0
        pa.field("fate", pa.string(), nullable=False),
        pa.field("reason", pa.string()),  # of a waiting frame
        pa.field("zones", pa.list_(_ZONE), nullable=False),
        pa.field("added", pa.list_(_ZONE), nullable=False),  # by a person
        pa.field("doubts", pa.int32(), nullable=False),
        pa.field("masked", pa.float32(), nullable=False),  # share of the picture
        pa.field("width", pa.int32(), nullable=False),  # of the published picture
        pa.field("height", pa.int32(), nullable=False),
        pa.field("detector", pa.string(), nullable=False),
        pa.field("version", pa.string(), nullable=False),
        pa.field("full", _PLACE),
        pa.field("thumbnail", _PLACE),
    ]
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where some bytes lie: key of their pack in the blob store, and the place in it."""

    key: str
    entry: PackEntry


@dataclass(frozen=True, slots=True)
class FrameRecord:
    """What became of an accepted frame; zones in pixels of its upright picture.

    added: zones that a person demanded; they stay when the picture is made anew. full, thumbnail:
    where the published bytes lie, None for a frame that is not published.
    """

    n: int
    fate: Fate
    reason: str | None = None
    zones: tuple[Region, ...] = ()
    added: tuple[Region, ...] = ()
    doubts: int = 0
    masked: float = 0.0
    width: int = 0
    height: int = 0
    detector: str = ""
    version: str = ""
    full: Place | None = None
    thumbnail: Place | None = None


def folder_of(drive_id: str) -> str:
    """Where all that is published of a drive lies; no other drive's blobs lie there."""
    return f"blurred/{drive_id[:2]}/{drive_id}"


def record_key(drive_id: str, digest: str) -> str:
    """Key of a drive's record of masks."""
    return f"{folder_of(drive_id)}/{digest}"


def store(blobs: Blobs, drive_id: str, frames: Sequence[FrameRecord]) -> str:
    """Store a record; answers its digest."""
    sink = io.BytesIO()
    table = pa.Table.from_pylist([_row(frame) for frame in frames], schema=SCHEMA)
    pq.write_table(table, sink, compression="zstd")
    return blobs.put_addressed(folder_of(drive_id), sink.getvalue())


@lru_cache(maxsize=16)
def load(blobs: Blobs, drive_id: str, digest: str) -> tuple[FrameRecord, ...]:
    """The record of a digest, which never changes. Raises NotFound or IntegrityError.

    A frame takes 1 to 2 KB, so that those remembered take at most 0.5 GB of the longest drives.
    """
    data = blobs.get_addressed(folder_of(drive_id), digest)
    rows = pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False).to_pylist()
    return tuple(_frame(row) for row in rows)


def _row(frame: FrameRecord) -> dict[str, object]:
    plain = {name: getattr(frame, name) for name in FrameRecord.__slots__}
    return plain | {
        "fate": frame.fate.value,
        "zones": [_zone(zone) for zone in frame.zones],
        "added": [_zone(zone) for zone in frame.added],
        "full": _place(frame.full),
        "thumbnail": _place(frame.thumbnail),
    }


def _zone(zone: Region) -> dict[str, object]:
    sides = {"x0": zone.x0, "y0": zone.y0, "x1": zone.x1, "y1": zone.y1}
    return {**sides, "kind": zone.kind.value, "score": zone.score}


def _place(place: Place | None) -> dict[str, object] | None:
    if place is None:
        return None
    entry = place.entry
    where = {"offset": entry.offset, "length": entry.length}
    return {"key": place.key, "digest": entry.digest, **where}


def _frame(row: dict[str, Any]) -> FrameRecord:
    return FrameRecord(
        row["n"],
        Fate(row["fate"]),
        row["reason"],
        _zones(row["zones"]),
        _zones(row["added"]),
        row["doubts"],
        row["masked"],
        row["width"],
        row["height"],
        sys.intern(row["detector"]),
        sys.intern(row["version"]),
        _placed(row["full"]),
        _placed(row["thumbnail"]),
    )


def _zones(rows: Sequence[dict[str, Any]]) -> tuple[Region, ...]:
    return tuple(Region(**{**zone, "kind": Kind(zone["kind"])}) for zone in rows)


def _placed(row: dict[str, Any] | None) -> Place | None:
    if row is None:
        return None
    return Place(sys.intern(row["key"]), PackEntry(row["digest"], row["offset"], row["length"]))
