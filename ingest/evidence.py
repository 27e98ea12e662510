"""A receiver's signed positions, shown for a drive before its seal.

Laws. The drive's manifest names the receiver by its public key, the receiver is registered by the
same contributor, each block is signed by it in the session of its registration, the frames stand
where it says (ingest/attestation/agreement.py), and no block speaks for two drives. Then the drive
is that receiver's. The bytes are kept with the drive and go with it.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ingest.applications import RECEIVER
from ingest.attestation.agreement import Agreement, agree
from ingest.attestation.blocks import (
    MOST_BLOCKS,
    Block,
    fixes_of,
    signed_blocks,
    verify_blocks,
)
from ingest.attestation.devicekey import device_of
from ingest.devices import newest
from ingest.limits import IntakeSettings, check_reserve
from ingest.manifest import Manifest
from ingest.stored import free_bytes, get_drive, load_manifest
from roadcomb.catalog.tables import drives
from roadcomb.catalog.tables import signed_blocks as used_blocks
from roadcomb.errors import Conflict, InvalidInput, TooLarge, Unauthorised
from roadcomb.node import Node

__all__ = ["add_evidence", "evidence_key"]


def evidence_key(drive_id: str) -> str:
    """Key in the blob store of what was shown for a drive; its digest is stored beside it."""
    return f"evidence/{drive_id}"


def add_evidence(node: Node, drive_id: str, data: bytes, limits: IntakeSettings) -> Agreement:
    """Check signed positions (whole blocks, UBX) and keep them; the same again changes nothing.

    Raises NotFound, Conflict (sealed, or a block was shown for another drive), InvalidInput,
    Unauthorised (not registered, not signed, elsewhere), TooLarge or StorageFull.
    """
    if len(data) > limits.batch_bytes:
        raise TooLarge(
            f"the evidence has {len(data)} bytes, at most {limits.batch_bytes} are taken"
        )
    manifest = _open_manifest(node, drive_id)
    receiver = _receiver(node, manifest)  # before anything dear: most drives have none
    blocks = signed_blocks(data)
    verify_blocks(blocks, receiver.public_key, bytes.fromhex(receiver.session))
    found = agree(manifest.frames, fixes_of(blocks))
    with node.catalog.reading() as connection:
        _used(connection, _names(receiver.device, blocks), drive_id)
    check_reserve(free_bytes(node), len(data), limits)
    node.blobs.put_summed(evidence_key(drive_id), data)
    _enter(node, drive_id, receiver.device, blocks)
    return found


def _open_manifest(node: Node, drive_id: str) -> Manifest:
    with node.catalog.reading() as connection:
        _check_open(get_drive(connection, drive_id))
    return load_manifest(node, drive_id)


def _check_open(drive: sa.Row[Any]) -> None:
    if drive.sealed_ms is not None:
        raise Conflict(f"drive {drive.drive_id} is sealed: evidence comes before the seal")


def _receiver(node: Node, manifest: Manifest) -> sa.Row[Any]:
    key = manifest.device.key
    if key is None:
        raise InvalidInput("the manifest's device names no key: whose positions are these?")
    with node.catalog.reading() as connection:
        row = newest(connection, device_of(key))
    if row is None or row.contributor != manifest.contributor or row.kind != RECEIVER:
        raise Unauthorised("this receiver is not registered: `roadcomb device register`")
    return row


def _enter(node: Node, drive_id: str, device: str, blocks: Sequence[Block]) -> None:
    names = _names(device, blocks)
    with node.catalog.writing() as connection:
        _check_open(get_drive(connection, drive_id))
        fresh = names - _used(connection, names, drive_id)
        if fresh:
            _check_count(connection, drive_id, len(fresh))
            rows = [{"name": name, "drive_id": drive_id} for name in sorted(fresh)]
            connection.execute(sa.insert(used_blocks), rows)
        this = drives.c.drive_id == drive_id
        connection.execute(sa.update(drives).where(this).values(device_key=device))


def _check_count(connection: sa.Connection, drive_id: str, fresh: int) -> None:
    query = sa.select(sa.func.count()).select_from(used_blocks)
    before = connection.execute(query.where(used_blocks.c.drive_id == drive_id)).scalar_one()
    if before + fresh > MOST_BLOCKS:
        raise TooLarge(f"at most {MOST_BLOCKS} signed blocks are taken for a drive")


def _names(device: str, blocks: Sequence[Block]) -> set[str]:
    return {block.name(device) for block in blocks}


def _used(connection: sa.Connection, names: set[str], drive_id: str) -> set[str]:
    """Blocks that were shown for this drive before. Raises Conflict for another's."""
    listed, found = sorted(names), set()
    for at in range(0, len(listed), 500):
        query = sa.select(used_blocks).where(used_blocks.c.name.in_(listed[at : at + 500]))
        for row in connection.execute(query):
            if row.drive_id != drive_id:
                raise Conflict("these signed positions were used for another drive")
            found.add(str(row.name))
    return found
