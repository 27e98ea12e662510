"""Everything that a node holds about one contributor, as a tar archive that is made while it flows.

::

    about.json                          key, account, payout bindings, devices, events of the books
    statement.json                      what was earned of what, with each drive's salt
    drives/<id>/drive.json              the catalog's row, all decisions on it, its appeals
    drives/<id>/manifest.json, judgement.json, evidence.ubx
    drives/<id>/pictures.json           what became of each accepted picture's blur
    drives/<id>/pictures/<n>.jpg, thumbnails/<n>.jpg

Laws. Nothing is left out but what the node derives from all drives together (the map, the search
index), and pictures that are not blurred: they show other people, whose rights a copy must not
hurt (GDPR, article 15 (4)), and who sent them has them. Memory stays below one pack. A deleted
drive has its row and decisions, no more.
"""

import json
import tarfile
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from ingest.evidence import evidence_key
from ingest.stored import load_manifest, manifest_key
from quality import judgement
from quality.publishing import record
from quality.publishing.composing import picture_at
from quality.publishing.publications import newest
from quality.publishing.record import FrameRecord
from rewards.statement import statement_of
from roadcomb.catalog.tables import (
    appeals,
    bindings,
    contributors,
    decisions,
    device_revocations,
    devices,
    drives,
    events,
)
from roadcomb.errors import NotFound
from roadcomb.node import Node

__all__ = ["held_by"]

_ALL_EPOCHS = 1_000_000
_Files = Iterator[tuple[str, bytes]]


def held_by(node: Node, contributor: str) -> Iterator[bytes]:
    """The archive, piece by piece. Raises NotFound for a key that never sent anything."""
    return _archive(_files(node, *_known(node, contributor)))


def _known(node: Node, contributor: str) -> tuple[dict[str, Any], list[Any]]:
    with node.catalog.reading() as connection:
        row = connection.execute(
            sa.select(contributors).where(contributors.c.key == contributor)
        ).first()
        if row is None:
            raise NotFound("this node holds nothing about your key")
        bound = connection.execute(
            sa.select(bindings).where(bindings.c.contributor == contributor).order_by(bindings.c.id)
        )
        own = sa.select(drives).where(drives.c.contributor == contributor)
        sent = connection.execute(own.order_by(drives.c.opened_ms, drives.c.drive_id)).all()
        about = {
            **_plain(row),
            "bindings": [_plain(binding) for binding in bound],
            "devices": _registered(connection, contributor),
            "events": _events(connection, row.account),
        }
    return {**about, "drives": len(sent)}, list(sent)


def _events(connection: sa.Connection, account: str) -> list[dict[str, Any]]:
    """What the books took in of the account: deposits, slashes, agreements."""
    named = sa.select(events).where(events.c.body.contains(f'"{account}"', autoescape=True))
    return [_plain(row) for row in connection.execute(named.order_by(events.c.id))]


def _registered(connection: sa.Connection, contributor: str) -> list[dict[str, Any]]:
    """Registrations of devices, each with when it was revoked."""
    query = (
        sa.select(devices, device_revocations.c.revoked_ms)
        .outerjoin(device_revocations, device_revocations.c.device == devices.c.device)
        .where(devices.c.contributor == contributor)
    )
    return [_plain(row) for row in connection.execute(query.order_by(devices.c.id))]


def _files(node: Node, about: dict[str, Any], sent: list[Any]) -> _Files:
    yield "about.json", _json(about)
    yield "statement.json", _json(statement_of(node, about["key"], _ALL_EPOCHS))
    for drive in sent:
        for name, data in _of_drive(node, drive):
            yield f"drives/{drive.drive_id}/{name}", data


def _of_drive(node: Node, drive: Any) -> _Files:
    with node.catalog.reading() as connection:
        query = sa.select(decisions).where(decisions.c.drive_id == drive.drive_id)
        made = connection.execute(query.order_by(decisions.c.id)).all()
        said = sa.select(appeals).where(appeals.c.drive_id == drive.drive_id)
        asked = connection.execute(said.order_by(appeals.c.id)).all()
    words = {"decisions": [_plain(one) for one in made], "appeals": [_plain(one) for one in asked]}
    yield "drive.json", _json({**_plain(drive), **words})
    if drive.deleted_ms is not None:
        return
    yield "manifest.json", node.blobs.get(manifest_key(drive.drive_id))
    if node.blobs.exists(evidence_key(drive.drive_id)):
        yield "evidence.ubx", node.blobs.get(evidence_key(drive.drive_id))
    if made:
        table = judgement.load(node.blobs, made[-1].judgement)
        yield "judgement.json", _json(table.to_pylist())
    yield from _pictures(node, drive.drive_id)


def _pictures(node: Node, drive_id: str) -> _Files:
    """What is published of a drive, and the fate of each accepted frame."""
    with node.catalog.reading() as connection:
        shown = newest(connection, drive_id)
    if shown is None:
        return
    frames = record.load(node.blobs, drive_id, shown.masks)
    names = load_manifest(node, drive_id).frames
    fates = [{"image_id": names[one.n].image_id, **_fate(one)} for one in frames]
    yield "pictures.json", _json(fates)
    for frame in frames:
        for kind, place in (("pictures", frame.full), ("thumbnails", frame.thumbnail)):
            if place is not None:
                yield f"{kind}/{frame.n}.jpg", picture_at(node.blobs, place)


def _fate(frame: FrameRecord) -> dict[str, Any]:
    return {"n": frame.n, "fate": frame.fate, "reason": frame.reason}


def _archive(files: _Files) -> Iterator[bytes]:
    for name, data in files:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        yield member.tobuf()
        yield data + bytes(-len(data) % tarfile.BLOCKSIZE)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _plain(row: Any) -> dict[str, Any]:
    return dict(row._mapping)


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2, default=_as_text).encode()


def _as_text(value: object) -> str:
    """Digests and salts as hex, other things as they say themselves."""
    return value.hex() if isinstance(value, bytes) else str(value)
