"""Which album a publication has: the judgement that was paid by, and the masks that are shown.

Law: the album is stored beside the packs before its publication is entered, and goes with it.
"""

from collections.abc import Sequence

import pyarrow.compute as pc
import sqlalchemy as sa

from quality import judgement
from quality.decisions import decision_of
from quality.publishing.album import Album, Pictured, album_document, view_of
from quality.publishing.publications import is_newest
from quality.publishing.record import FrameRecord, folder_of
from roadcomb.canonical import parse_json
from roadcomb.catalog.tables import drives, publications
from roadcomb.epochs import DAY_MS
from roadcomb.errors import NotFound
from roadcomb.node import Node
from roadcomb.records import Verdict

__all__ = ["album_bytes", "store_album"]

_COLUMNS = ("n", "t_ms", "cell", "verdict", "grade")


def store_album(node: Node, drive_id: str, frames: Sequence[FrameRecord]) -> str | None:
    """Store the album of what a drive will show; its digest, None where nothing is shown or what
    would be is not accepted any more.

    frames: all accepted ones, in order. Raises NotFound or IntegrityError for damage.
    """
    with node.catalog.reading() as connection:
        public_id = connection.scalar(
            sa.select(drives.c.public_id).where(drives.c.drive_id == drive_id)
        )
        decided = decision_of(connection, drive_id)
    if decided is None or public_id is None or not any(frame.full for frame in frames):
        return None
    judged = judgement.load(node.blobs, decided.judgement, _COLUMNS)
    accepted = judged.filter(pc.equal(judged["verdict"], Verdict.ACCEPTED.value))
    rows = {row["n"]: row for row in accepted.to_pylist()}
    if not all(frame.n in rows for frame in frames):
        return None
    evidence = parse_json(decided.evidence.encode())
    view = view_of(evidence if isinstance(evidence, dict) else {})
    day = min(row["t_ms"] for row in rows.values()) // DAY_MS
    first = frames[0].n
    pictures = tuple(
        Pictured(
            frame.n - first,
            rows[frame.n]["cell"],
            rows[frame.n]["grade"],
            None if frame.full is None else frame.full.entry.digest,
            () if frame.full is None else (*frame.zones, *frame.added),
        )
        for frame in frames
    )
    document = album_document(Album(public_id, day, view, pictures))
    return node.blobs.put_addressed(folder_of(drive_id), document)


def album_bytes(node: Node, digest: str) -> bytes:
    """The album of a digest, as long as it is its drive's newest. Raises NotFound."""
    query = (
        sa.select(publications.c.drive_id)
        .join(drives, drives.c.drive_id == publications.c.drive_id)
        .where(publications.c.album == digest, is_newest(), drives.c.deleted_ms.is_(None))
    )
    with node.catalog.reading() as connection:
        drive_id = connection.scalar(query)
    if drive_id is None:
        raise NotFound("no such album is shown: its drive is deleted, or was published anew")
    return node.blobs.get_addressed(folder_of(drive_id), digest)
