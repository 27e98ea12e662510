"""The seal: a drive that is whole gets its receipt and its place in the transparency log.

Law: places are given out by the one writer, in the transaction that stores the receipt; so they are
distinct, have no gap, and a receipt that was answered is in the log for good. The level of its
device (ingest/devices.py) is what the registry says in that very transaction.
"""

from collections.abc import Mapping

import sqlalchemy as sa

from ingest.devices import level_of
from ingest.devicetrust import DeviceTrust
from ingest.log import Frontier
from ingest.receipts import Promise, leaf_of, parse_receipt, sign_receipt
from ingest.stored import get_drive, promised_sizes, received
from roadcomb.canonical import parse_json
from roadcomb.catalog.tables import drives, log_entries
from roadcomb.errors import Conflict
from roadcomb.node import Node

__all__ = ["seal"]


def seal(node: Node, drive_id: str, trust: DeviceTrust | None = None) -> bytes:
    """The signed receipt (canonical JSON), entered in the log; sealing again gives the same bytes.

    trust: whom the node believes about devices; without it no device is a hardware key.
    Raises NotFound, or Conflict with the detail `missing` (image ids) while frames lack.
    """
    with node.catalog.reading() as connection:
        drive = get_drive(connection, drive_id)
    if drive.receipt is not None:
        return str(drive.receipt).encode()
    promised = promised_sizes(node, drive_id)
    with node.catalog.writing() as connection:
        return _seal(node, connection, drive_id, promised, trust)


def _seal(
    node: Node,
    connection: sa.Connection,
    drive_id: str,
    promised: Mapping[str, int],
    trust: DeviceTrust | None,
) -> bytes:
    drive = get_drive(connection, drive_id)
    if drive.receipt is not None:  # sealed by another while we waited for the writer's turn
        return str(drive.receipt).encode()
    _check_complete(drive_id, promised, received(connection, drive_id))
    log = _log(connection)
    promise = Promise(
        drive_id,
        drive.contributor,
        drive.frames,
        drive.bytes,
        node.clock.now_ms(),
        log.size,
        node.key.public,
    )
    receipt = sign_receipt(node.key, promise, log)
    level = level_of(connection, drive.contributor, drive.device_key, trust)
    _enter(connection, promise, receipt, level)
    return receipt


def _check_complete(
    drive_id: str, promised: Mapping[str, int], places: Mapping[str, object]
) -> None:
    missing = [name for name in promised if name not in places]
    if missing:
        raise Conflict(
            f"drive {drive_id} lacks {len(missing)} of {len(promised)} frames: send them first",
            missing=missing,
        )


def _log(connection: sa.Connection) -> Frontier:
    """The log as it stands, out of its newest receipt."""
    newest = connection.execute(
        sa.select(drives.c.receipt)
        .join(log_entries, log_entries.c.drive_id == drives.c.drive_id)
        .order_by(log_entries.c.log_index.desc())
        .limit(1)
    ).scalar()
    if newest is None:
        return Frontier()
    receipt, _ = parse_receipt(parse_json(newest.encode()))
    before = Frontier.before(receipt.promise.log_index, receipt.inclusion)
    return before.append(leaf_of(receipt.promise))


def _enter(connection: sa.Connection, promise: Promise, receipt: bytes, level: str) -> None:
    connection.execute(
        sa.insert(log_entries).values(
            log_index=promise.log_index, leaf=leaf_of(promise).hex(), drive_id=promise.drive_id
        )
    )
    connection.execute(
        sa.update(drives)
        .where(drives.c.drive_id == promise.drive_id)
        .values(
            sealed_ms=promise.sealed_ms,
            log_index=promise.log_index,
            receipt=receipt.decode(),
            level=level,
        )
    )
