"""Is every drive that we promised to keep there, bit by bit?

A deleted drive's bytes are lawfully gone; its row and its entry in the log stay, and are checked.
So are the originals of a published drive, but for the frames that wait (quality/publishing).
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from api.upkeep.checks import Check, addressed, judged, summed
from api.upkeep.publication_checks import publication_checks
from ingest.evidence import evidence_key
from ingest.manifest import parse_signed
from ingest.receipts import leaf_of, parse_receipt, verify_receipt
from ingest.stored import manifest_key
from quality import judgement
from quality.deleting import DELETED, tombstone_key
from quality.thumbnails import PREFIX as THUMBNAILS
from quality.thumbnails import packs_of
from roadcomb.canonical import Json, canonical_json, digest_of_bytes, parse_json
from roadcomb.catalog.tables import decisions, drives, log_entries, packs, signed_blocks
from roadcomb.errors import IntegrityError
from roadcomb.node import Node
from roadcomb.packs import index_of
from roadcomb.records import Verdict

__all__ = ["drive_checks"]


def drive_checks(node: Node) -> Iterator[Check]:
    """Checks of all manifests, packs, receipts, log entries, judgements and thumbnails."""
    yield from _log_checks(node)
    for drive in _drives(node):
        yield from _receipt_checks(node, drive)
        yield from _blob_checks(node, drive)


def _drives(node: Node) -> Iterator[sa.Row[Any]]:
    """All drives, a thousand at a time, so that no reader stands in a writer's way for long."""
    last = ""
    while True:
        query = sa.select(drives).where(drives.c.drive_id > last)
        with node.catalog.reading() as connection:
            found = connection.execute(query.order_by(drives.c.drive_id).limit(1000)).all()
        if not found:
            return
        yield from found
        last = found[-1].drive_id


def _log_checks(node: Node) -> Iterator[Check]:
    with node.catalog.reading() as connection:
        indices = connection.execute(
            sa.select(log_entries.c.log_index).order_by(log_entries.c.log_index)
        ).scalars()
        gap = next((at for at, index in enumerate(indices) if at != index), None)
    if gap is not None:
        yield Check("catalog/log", partial(_refuse, f"the log lacks entry {gap}"))


def _receipt_checks(node: Node, drive: sa.Row[Any]) -> Iterator[Check]:
    if drive.receipt is not None:
        yield Check(f"catalog/receipt/{drive.drive_id}", partial(_check_receipt, node, drive))


def _check_receipt(node: Node, drive: sa.Row[Any]) -> None:
    receipt = verify_receipt(parse_json(drive.receipt.encode()), node.key.public)
    _, signature = parse_receipt(parse_json(drive.receipt.encode()))
    whole: Json = {"receipt": receipt.to_json(), "signature": signature.lower()}
    if canonical_json(whole) != drive.receipt.encode():
        raise IntegrityError("the receipt's text is not canonical any more")
    entry = sa.select(log_entries.c.leaf, log_entries.c.log_index)
    with node.catalog.reading() as connection:
        row = connection.execute(entry.where(log_entries.c.drive_id == drive.drive_id)).first()
    if row is None or row.leaf != leaf_of(receipt.promise).hex():
        raise IntegrityError("the log does not hold its receipt")
    promised = (drive.drive_id, drive.log_index, drive.frames, drive.bytes, drive.contributor)
    promise = receipt.promise
    told = (promise.drive_id, promise.log_index, promise.frames, promise.bytes, promise.contributor)
    if promised != told or row.log_index != promise.log_index:
        raise IntegrityError("the catalog's row says another thing than its receipt")


def _blob_checks(node: Node, drive: sa.Row[Any]) -> Iterator[Check]:
    """Of what the catalog names of a drive; of a deleted one, of what has not gone yet."""
    with node.catalog.reading() as connection:
        packed = connection.execute(
            sa.select(packs).where(packs.c.drive_id == drive.drive_id)
        ).all()
        decided = connection.execute(
            sa.select(decisions)
            .where(decisions.c.drive_id == drive.drive_id)
            .order_by(decisions.c.id)
        ).all()
    kept = set() if drive.deleted_ms is None else _kept_of_deleted(drive, decided)
    for check in _named(node, drive.drive_id, packed, decided):
        if drive.deleted_ms is None or check.key in kept or node.blobs.exists(str(check.key)):
            yield check


def _named(
    node: Node, drive_id: str, packed: Sequence[sa.Row[Any]], decided: Sequence[sa.Row[Any]]
) -> Iterator[Check]:
    manifest = manifest_key(drive_id)
    yield Check(manifest, partial(_check_manifest, node, drive_id), manifest)
    for pack in packed:
        yield Check(pack.key, partial(_check_pack, node, pack), pack.key)
    for digest in sorted({row.judgement for row in decided}):
        yield judged(node.blobs, digest)
    for key in sorted({key for row in decided for key in packs_of(row.thumbnails)}):
        yield addressed(node.blobs, THUMBNAILS, key.rpartition("/")[2])
    if any(row.reason == DELETED for row in decided):
        yield summed(node.blobs, tombstone_key(drive_id))
    yield from publication_checks(node, drive_id)
    if _has_evidence(node, drive_id):
        yield summed(node.blobs, evidence_key(drive_id))


def _has_evidence(node: Node, drive_id: str) -> bool:
    query = sa.select(signed_blocks.c.name).where(signed_blocks.c.drive_id == drive_id).limit(1)
    with node.catalog.reading() as connection:
        return connection.execute(query).first() is not None


def _kept_of_deleted(drive: sa.Row[Any], decided: Sequence[sa.Row[Any]]) -> set[str]:
    """What stays of a deleted drive: its newest, empty judgement, and the tombstone of pictures
    that were accepted.
    """
    kept = {f"{judgement.PREFIX}/{row.judgement}" for row in decided if row.id == drive.decision}
    before = [row.verdict for row in decided if row.reason != DELETED]
    if before and before[-1] == Verdict.ACCEPTED:
        kept.add(tombstone_key(drive.drive_id))
    return kept


def _check_manifest(node: Node, drive_id: str) -> None:
    data = node.blobs.get(manifest_key(drive_id))
    signed = parse_signed(parse_json(data))
    if signed.drive_id != drive_id:
        raise IntegrityError("it is another drive's manifest")
    if canonical_json(signed.to_json()) != data or signed.signature != signed.signature.lower():
        raise IntegrityError("its bytes are not canonical any more")


def _check_pack(node: Node, pack: sa.Row[Any]) -> None:
    data = node.blobs.get(pack.key)
    if digest_of_bytes(data) != pack.key.rpartition("/")[2]:
        raise IntegrityError("the pack's bytes are not those of its name")
    if len(data) != pack.size or index_of(data) != pack._mapping["index"]:
        raise IntegrityError("the catalog's index of this pack is not the pack's own")


def _refuse(words: str) -> None:
    raise IntegrityError(words)
