"""Forgetting a drive: its contributor's right, without breaking a promise or a book.

The law. What shows where somebody drove is destroyed: pictures (as sent, kept and published),
thumbnails, manifest, judgements (positions, times, fingerprints), the words of appeals and the salt
that ties published rows to them. What stays names no place: the receipt, the log's leaf, a decision
`deleted` that rejects all its frames, and the SHA-256 of each picture that was accepted, because
nothing is paid twice. First the catalog says
that the drive is gone, in one transaction, then the blobs go; killed in between, the next call goes
on. A blob that another drive's decision names as well stays for that one.
"""

from collections.abc import Collection

import sqlalchemy as sa

from ingest.evidence import evidence_key
from ingest.stored import find_drive, get_drive, manifest_key, pack_folder
from quality import judgement
from quality.decisions import decision_of, enter
from quality.publishing.originals import held_folder
from quality.publishing.record import folder_of
from quality.thumbnails import packs_of
from roadcomb.blobs import SUMS
from roadcomb.canonical import canonical_json, parse_json
from roadcomb.catalog.tables import appeals, decisions, drives, originals, packs
from roadcomb.errors import IntegrityError, InvalidInput, NotFound, Unauthorised
from roadcomb.node import Node
from roadcomb.records import Verdict

__all__ = [
    "DELETED",
    "INDEX_FILE",
    "delete_drive",
    "discard",
    "tombstone_key",
    "tombstone_of",
]

DELETED = "deleted"
INDEX_FILE = "frames.index"
"""In the node's folder: fingerprints of all drives, made anew without those that are gone
(quality/indexfile.py)."""


def delete_drive(node: Node, drive_id: str, contributor: str) -> int:
    """Forget a drive of this contributor; how many pictures were there. Repeating is harmless.

    Raises NotFound, Unauthorised for another's drive.
    """
    with node.catalog.reading() as connection:
        drive = get_drive(connection, drive_id)
    if drive.contributor != contributor:
        raise Unauthorised(f"drive {drive_id} is another contributor's")
    if drive.sealed_ms is None and _drop_open(node, drive_id):
        return int(drive.frames)
    with node.catalog.reading() as connection:
        before = decision_of(connection, drive_id)
    if before is not None and before.verdict == Verdict.ACCEPTED:
        _store_tombstone(node, drive_id, before.judgement)
    nothing = judgement.store(node.blobs, judgement.SCHEMA.empty_table())
    with node.catalog.writing() as connection:
        drive = get_drive(connection, drive_id)
        if drive.deleted_ms is None:
            _bury(node, connection, drive, nothing)
        named = _named_by(connection, drive_id)
    (node.settings.data / INDEX_FILE).unlink(missing_ok=True)
    discard(node, named[0] - {nothing}, named[1])
    _destroy(node, drive_id)
    return int(drive.frames)


def discard(node: Node, judgements: Collection[str], thumbnails: Collection[str | None]) -> None:
    """Destroy judgements (digests) and thumbnails (as decisions name them) that no drive needs."""
    live = sa.select(decisions.c.judgement, decisions.c.thumbnails).join(
        drives, drives.c.drive_id == decisions.c.drive_id
    )
    with node.catalog.reading() as connection:
        rows = connection.execute(live.where(drives.c.deleted_ms.is_(None))).all()
    needed = {key for row in rows for key in packs_of(row.thumbnails)}
    for digest in set(judgements) - {row.judgement for row in rows}:
        node.blobs.delete(f"{judgement.PREFIX}/{digest}")
    for key in {key for value in thumbnails for key in packs_of(value)} - needed:
        node.blobs.delete(key)


def tombstone_of(node: Node, drive_id: str) -> list[bytes]:
    """Image ids of the pictures that a deleted drive had accepted. Raises IntegrityError."""
    try:
        ids = parse_json(node.blobs.get(tombstone_key(drive_id)))
        return [bytes.fromhex(str(image_id)) for image_id in ids] if isinstance(ids, list) else []
    except NotFound:
        return []
    except (InvalidInput, ValueError) as error:
        raise IntegrityError(f"the tombstone of drive {drive_id} is damaged: {error}") from error


def _drop_open(node: Node, drive_id: str) -> bool:
    """A drive without a receipt was never promised anything: no trace of it has to stay.

    False, and nothing is done, when it has got its receipt meanwhile.
    """
    with node.catalog.writing() as connection:
        drive = find_drive(connection, drive_id)
        if drive is not None and drive.sealed_ms is not None:
            return False
        connection.execute(sa.delete(packs).where(packs.c.drive_id == drive_id))
        connection.execute(sa.delete(drives).where(drives.c.drive_id == drive_id))
    _destroy(node, drive_id)
    return True


def _destroy(node: Node, drive_id: str) -> None:
    shown = evidence_key(drive_id)
    whole = [manifest_key(drive_id), shown, f"{SUMS}/{shown}"]
    folders = (pack_folder(drive_id), folder_of(drive_id), held_folder(drive_id))
    for key in [*(key for folder in folders for key in node.blobs.keys(folder)), *whole]:
        node.blobs.delete(key)
    node.catalog.scrub()


def _store_tombstone(node: Node, drive_id: str, digest: str) -> None:
    judged = judgement.load(node.blobs, digest, ["image_id", "verdict"]).to_pylist()
    accepted = [row["image_id"].hex() for row in judged if row["verdict"] == Verdict.ACCEPTED]
    node.blobs.put_summed(tombstone_key(drive_id), canonical_json(accepted))


def _bury(
    node: Node, connection: sa.Connection, drive: sa.Row[tuple[object]], nothing: str
) -> None:
    now_ms = node.clock.now_ms()
    for table in (packs, originals):
        connection.execute(sa.delete(table).where(table.c.drive_id == drive.drive_id))
    connection.execute(
        sa.update(drives)
        .where(drives.c.drive_id == drive.drive_id)
        .values(salt=None, device="", device_key=None, started_ms=0, ended_ms=0, deleted_ms=now_ms)
    )
    connection.execute(sa.delete(appeals).where(appeals.c.drive_id == drive.drive_id))
    values: dict[str, object] = {
        "drive_id": drive.drive_id,
        "verdict": Verdict.REJECTED.value,
        "reason": DELETED,
        "judgement": nothing,
        "thumbnails": None,
        "accepted": 0,
        "held": 0,
        "rejected": drive.frames,
        "evidence": "{}",
        "decided_by": "its contributor",
    }
    enter(connection, node.clock, values)


def _named_by(connection: sa.Connection, drive_id: str) -> tuple[set[str], set[str | None]]:
    """(judgements, thumbnails) that the drive's decisions name."""
    query = sa.select(decisions.c.judgement, decisions.c.thumbnails)
    rows = connection.execute(query.where(decisions.c.drive_id == drive_id)).all()
    return {row.judgement for row in rows}, {row.thumbnails for row in rows}


def tombstone_key(drive_id: str) -> str:
    """Where the image ids of a deleted drive's accepted pictures lie."""
    return f"tombstones/{drive_id}"
