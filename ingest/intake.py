"""Did we get it safely? Opening a drive and taking its frames; `seal` gives the receipt.

Law: what a call answered survives kill -9, power cut and full disk. Blobs are durable before the
catalog row that names them, the row is committed before the answer, and a cut in between leaves
at most a blob that nobody names. Every call may be repeated and then changes nothing.

Having the same picture from another drive never counts as having received it: that would pay for
pictures never possessed and reveal others' holdings.
"""

import hmac
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ingest.holdings import holding_of
from ingest.limits import IntakeSettings, charged_bytes, check_manifest, check_quota, check_reserve
from ingest.manifest import Manifest, SignedManifest
from ingest.sealing import seal
from ingest.signers import check_signer
from ingest.states import DriveState, contributor_drives, drive_state, state_of
from ingest.stored import (
    find_drive,
    free_bytes,
    get_drive,
    load_manifest,
    manifest_key,
    pack_folder,
    promised_sizes,
    read_frames,
    received,
)
from roadcomb.canonical import canonical_json, digest_of_bytes
from roadcomb.catalog.tables import contributors, drives, packs
from roadcomb.epochs import end_ms, epoch_of, start_ms
from roadcomb.errors import Conflict, DigestMismatch, NotAJpeg, NotFound
from roadcomb.jpeg import canonical_jpeg, image_id
from roadcomb.keys import account_of
from roadcomb.node import Node
from roadcomb.packs import encode_pack

__all__ = [
    "DriveState",
    "Opened",
    "Stored",
    "add_frames",
    "contributor_drives",
    "drive_state",
    "load_manifest",
    "open_drive",
    "read_frames",
    "seal",
]


@dataclass(frozen=True, slots=True)
class Opened:
    """Answer to a manifest; missing: image ids not received for this drive, in its order."""

    drive_id: str
    created: bool
    state: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """Answer to a batch: frames stored by it, and frames that the drive still lacks."""

    stored: int
    missing: int


def open_drive(node: Node, signed: SignedManifest, limits: IntakeSettings) -> Opened:
    """Take a drive's manifest (of `parse_signed`: its signature is checked there).

    Raises TooLarge, InvalidInput, QuotaExceeded or StorageFull; then nothing was stored.
    """
    now_ms = node.clock.now_ms()
    check_manifest(signed.manifest, limits, now_ms)
    with node.catalog.reading() as connection:
        created = find_drive(connection, signed.drive_id) is None
        if created:
            check_signer(connection, signed.manifest.contributor, signed.signer)
            _check_quota(connection, signed.manifest, limits, now_ms)
    if created:
        body = canonical_json(signed.to_json())
        check_reserve(free_bytes(node), len(body), limits)
        node.blobs.put(manifest_key(signed.drive_id), body)
        created = _insert(node, signed, limits, now_ms)
    with node.catalog.reading() as connection:
        return _opened(connection, signed, created)


def add_frames(
    node: Node, drive_id: str, frames: Sequence[bytes], limits: IntakeSettings
) -> Stored:
    """Store frames of an open drive as one pack; all of them or, when one is wrong, none.

    Raises NotFound, Conflict (sealed), NotAJpeg, DigestMismatch (not of this drive), TooLarge or
    StorageFull. A frame that is there already is counted, not stored again.
    """
    with node.catalog.reading() as connection:
        drive = get_drive(connection, drive_id)
        offered = {image_id(frame): frame for frame in frames}
        lacking, held = holding_of(node.catalog, drive).lacking(connection, offered)
    fresh = {name: frame for name, frame in offered.items() if name in lacking}
    if not fresh:
        return Stored(0, drive.frames - held)
    if drive.sealed_ms is not None:
        raise Conflict(f"drive {drive_id} is sealed: it takes no more frames")
    _check_frames(fresh, promised_sizes(node, drive_id))
    return Stored(len(fresh), drive.frames - _store(node, drive, fresh, limits))


def _insert(node: Node, signed: SignedManifest, limits: IntakeSettings, now_ms: int) -> bool:
    """Enter the drive; False when another request did so meanwhile."""
    with node.catalog.writing() as connection:
        if find_drive(connection, signed.drive_id) is not None:
            return False
        check_signer(connection, signed.manifest.contributor, signed.signer)
        _check_quota(connection, signed.manifest, limits, now_ms)
        _insert_contributor(connection, signed.manifest.contributor, now_ms)
        connection.execute(sa.insert(drives).values(_row(node, signed, now_ms)))
    return True


def _opened(connection: sa.Connection, signed: SignedManifest, created: bool) -> Opened:
    drive = get_drive(connection, signed.drive_id)
    if drive.deleted_ms is not None:
        raise Conflict(f"drive {signed.drive_id} was deleted by its contributor and stays so")
    places = received(connection, signed.drive_id)
    ids = (frame.image_id for frame in signed.manifest.frames)
    missing = tuple(name for name in ids if name not in places)
    return Opened(signed.drive_id, created, state_of(drive), missing)


def _check_quota(
    connection: sa.Connection, manifest: Manifest, limits: IntakeSettings, now_ms: int
) -> None:
    today = epoch_of(now_ms)
    sums = (
        sa.func.coalesce(sa.func.sum(column), 0) for column in (drives.c.frames, drives.c.bytes)
    )
    count, frames, size = connection.execute(
        sa.select(sa.func.count(), *sums).where(
            drives.c.contributor == manifest.contributor, drives.c.opened_ms >= start_ms(today)
        )
    ).one()
    wait_s = (end_ms(today) - now_ms + 999) // 1000
    offered = charged_bytes(1, len(manifest.frames), _size(manifest))
    check_quota(charged_bytes(count, int(frames), int(size)), offered, limits, wait_s)


def _insert_contributor(connection: sa.Connection, key: str, now_ms: int) -> None:
    known = sa.select(contributors.c.key).where(contributors.c.key == key)
    if connection.execute(known).first() is None:
        values = {"key": key, "account": account_of(key), "first_seen_ms": now_ms}
        connection.execute(sa.insert(contributors).values(values))


def _row(node: Node, signed: SignedManifest, now_ms: int) -> dict[str, object]:
    manifest = signed.manifest
    public_id, salt = _drawn(node, signed.drive_id)
    return {
        "drive_id": signed.drive_id,
        "public_id": public_id,
        "contributor": manifest.contributor,
        "device": manifest.device.model,
        "device_key": signed.device,
        "licence": None if manifest.terms is None else manifest.terms.licence,
        "frames": len(manifest.frames),
        "bytes": _size(manifest),
        "started_ms": manifest.frames[0].t_ms,
        "ended_ms": manifest.frames[-1].t_ms,
        "salt": salt,
        "opened_ms": now_ms,
    }


def _drawn(node: Node, drive_id: str) -> tuple[str, bytes]:
    """(public id, salt): random, but of the seed in a demo whose books must not depend on luck."""
    if node.settings.key_seed is None:
        return str(uuid.uuid4()), secrets.token_bytes(32)
    drawn = hmac.digest(node.key.derive("demo drives"), drive_id.encode(), "sha512")
    return str(uuid.UUID(bytes=drawn[32:48], version=4)), drawn[:32]


def _check_frames(frames: Mapping[str, bytes], promised: Mapping[str, int]) -> None:
    for name, frame in frames.items():
        if name not in promised:
            raise _stranger(name, frame)
        if canonical_jpeg(frame) != frame:
            raise NotAJpeg(f"frame {name} is not canonical: it carries metadata or a tail")
        if promised[name] != len(frame):
            raise DigestMismatch(f"frame {name} has {len(frame)} bytes, not {promised[name]}")


def _stranger(name: str, frame: bytes) -> NotAJpeg | DigestMismatch:
    """What is wrong with bytes that the manifest does not name; damage hides which they were."""
    if not frame.startswith(b"\xff\xd8"):
        return NotAJpeg("no JPEG: it does not begin with the SOI marker")
    try:
        canonical = canonical_jpeg(frame) == frame
    except NotAJpeg:
        canonical = True
    if not canonical:
        return NotAJpeg("the JPEG is not canonical: send it without its metadata")
    return DigestMismatch(f"frame {name} is not in this drive's manifest: nothing was stored")


def _store(
    node: Node, drive: sa.Row[Any], fresh: Mapping[str, bytes], limits: IntakeSettings
) -> int:
    """Pack and commit; answers how many frames of the drive are there now."""
    pack, index = encode_pack(list(fresh.values()))
    key = f"{pack_folder(drive.drive_id)}/{digest_of_bytes(pack)}"
    check_reserve(free_bytes(node), len(pack), limits)
    node.blobs.put(key, pack)
    with node.catalog.writing() as connection:
        here = find_drive(connection, drive.drive_id)
        if here is None or here.deleted_ms is not None:
            node.blobs.delete(key)
            raise NotFound(f"drive {drive.drive_id} was deleted meanwhile")
        lacking, held = holding_of(node.catalog, drive).lacking(connection, fresh)
        if lacking:
            values = {"drive_id": drive.drive_id, "key": key, "size": len(pack), "index": index}
            connection.execute(sa.insert(packs).values(values))
    return held + len(lacking)


def _size(manifest: Manifest) -> int:
    return sum(frame.size for frame in manifest.frames)
