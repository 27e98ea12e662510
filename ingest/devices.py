"""The registry of devices on a node: who registered which, on what evidence, and what was revoked.

Laws: a row is never changed; the newest one of a device counts. A device belongs to whom registered
it first, a revoked one stays revoked, and each nonce makes one row. The level of a drive is what
the registry says, at the moment of the seal, of the device that signed for it; what a manifest
claims counts for nothing. No grade depends on it.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ingest.applications import ANDROID, RECEIVER, Application, Vouched, vouched
from ingest.attestation.android import HARDWARE, SOFTWARE
from ingest.attestation.devicekey import device_of
from ingest.challenges import Challenge, check_nonce, make_challenge
from ingest.devicetrust import DeviceTrust
from ingest.signers import check_signer
from roadcomb.canonical import digest_of_json
from roadcomb.catalog.tables import device_revocations, devices
from roadcomb.errors import Conflict, NotFound, QuotaExceeded
from roadcomb.node import Node

__all__ = [
    "MOST",
    "NONE",
    "Device",
    "devices_of",
    "level_of",
    "new_challenge",
    "newest",
    "register",
    "revoke",
]

NONE = "none"
MOST = 50
"""Rows of one contributor: keys are free, and so would be rows."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device as its contributor sees it; `level` is what a drive would have of it now."""

    device: str
    kind: str
    model: str
    level: str
    public_key: str
    evidence: str
    verified_ms: int
    revoked_ms: int | None


def new_challenge(node: Node, contributor: str) -> Challenge:
    """A challenge for one registration; nothing is stored."""
    now_ms = node.clock.now_ms()
    drawn = secrets.token_bytes(8)
    return make_challenge(_secret(node), node.key.public, contributor, now_ms, drawn)


def register(node: Node, application: Application, trust: DeviceTrust) -> Device:
    """Verify an application and enter its device.

    Raises InvalidInput, Unauthorised (signer, nonce or evidence), Conflict (nonce or attestation
    used before, another's device, a revoked one), QuotaExceeded.
    """
    now_ms, contributor = node.clock.now_ms(), application.contributor
    nonce = check_nonce(_secret(node), node.key.public, contributor, application.nonce, now_ms)
    chains, receivers = trust.of_chains(), trust.receivers
    found = vouched(application, nonce.challenge, chains, receivers, now_ms)
    row = _row(application, found, trust, now_ms)
    with node.catalog.writing() as connection:
        check_signer(connection, contributor, application.signer)
        _check_free(connection, row)
        connection.execute(sa.insert(devices).values(row))
        return _told(connection, newest(connection, row["device"]), trust)


def revoke(node: Node, contributor: str, device: str) -> int:
    """Have a device vouch for nothing from now on (a lost or stolen one); since when it does not.

    Raises NotFound for a device that is not this contributor's. Repeating changes nothing.
    """
    with node.catalog.writing() as connection:
        row = newest(connection, device)
        if row is None or row.contributor != contributor:
            raise NotFound(f"no device {device} of yours is registered")
        since_ms = _revoked_ms(connection, device)
        if since_ms is None:
            since_ms = node.clock.now_ms()
            values = {"device": device, "revoked_ms": since_ms, "revoked_by": "contributor"}
            connection.execute(sa.insert(device_revocations).values(values))
    return since_ms


def devices_of(node: Node, contributor: str, trust: DeviceTrust) -> list[Device]:
    """A contributor's devices, in the order of their registration."""
    query = sa.select(devices.c.device).where(devices.c.contributor == contributor)
    with node.catalog.reading() as connection:
        found = connection.execute(query.order_by(devices.c.id)).scalars()
        rows = [newest(connection, device) for device in dict.fromkeys(found)]
        return [_told(connection, row, trust) for row in rows]


def newest(connection: sa.Connection, device: str) -> sa.Row[Any] | None:
    """The newest registration of a device, if there is one."""
    query = sa.select(devices).where(devices.c.device == device)
    return connection.execute(query.order_by(devices.c.id.desc()).limit(1)).first()


def level_of(
    connection: sa.Connection,
    contributor: str,
    device: str | None,
    trust: DeviceTrust | None,
) -> str:
    """What the registry says now of a device that signed: none, software-key or hardware-key.

    trust: whom the node believes now: makers' lists may have grown since the registration, and a
    receiver's key may have been taken out. None believes nobody.
    """
    row = None if device is None else newest(connection, device)
    if row is None or row.contributor != contributor:
        return NONE
    if _revoked_ms(connection, row.device) is not None:
        return NONE
    revoked = None if trust is None else trust.revoked
    if any(serial in (revoked or {}) for serial in row.serials.split()):
        return NONE
    believed = {
        ANDROID: revoked is not None,
        RECEIVER: trust is not None and row.device in trust.receivers,
    }
    return str(row.level) if believed.get(row.kind, True) else SOFTWARE


def _secret(node: Node) -> bytes:
    return node.key.derive("device challenges")


def _row(
    application: Application, found: Vouched, trust: DeviceTrust, now_ms: int
) -> dict[str, Any]:
    unlisted = application.kind == ANDROID and trust.revoked is None
    return {
        "contributor": application.contributor,
        "device": device_of(found.public_key),
        "kind": application.kind,
        "public_key": found.public_key,
        "model": application.model,
        "level": SOFTWARE if unlisted and found.level == HARDWARE else found.level,
        "evidence": digest_of_json(application.evidence),
        "serials": " ".join(found.serials),
        "session": found.session,
        "nonce": hashlib.sha256(application.nonce).hexdigest(),
        "verified_ms": now_ms,
    }


def _check_free(connection: sa.Connection, row: Mapping[str, Any]) -> None:
    def there(*conditions: sa.ColumnElement[bool]) -> int:
        query = sa.select(sa.func.count()).select_from(devices).where(*conditions)
        return connection.execute(query).scalar_one()

    if there(devices.c.nonce == row["nonce"]):
        raise Conflict("this challenge was answered before: ask for a new one")
    if there(devices.c.device == row["device"], devices.c.contributor != row["contributor"]):
        raise Conflict("this device is registered by another contributor")
    if _revoked_ms(connection, row["device"]) is not None:
        raise Conflict("this device was revoked and stays so: make another key in it")
    if there(devices.c.contributor == row["contributor"]) >= MOST:
        raise QuotaExceeded(f"{MOST} registrations of one contributor are taken, no more")


def _revoked_ms(connection: sa.Connection, device: str) -> int | None:
    query = sa.select(device_revocations.c.revoked_ms)
    found = connection.execute(query.where(device_revocations.c.device == device)).scalar()
    return None if found is None else int(found)


def _told(connection: sa.Connection, row: sa.Row[Any] | None, trust: DeviceTrust) -> Device:
    if row is None:
        raise NotFound("no such device is registered")
    return Device(
        row.device,
        row.kind,
        row.model,
        level_of(connection, row.contributor, row.device, trust),
        row.public_key,
        row.evidence,
        row.verified_ms,
        _revoked_ms(connection, row.device),
    )
