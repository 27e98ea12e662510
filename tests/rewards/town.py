"""A real node with drives that were judged, written straight into its catalog and blob store."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from ingest.log import Frontier
from ingest.receipts import Promise, leaf_of, sign_receipt
from quality import judgement
from roadcomb.catalog.tables import contributors, decisions, drives, log_entries
from roadcomb.cells import cell_of, disk
from roadcomb.clock import FileClock
from roadcomb.epochs import end_ms, start_ms
from roadcomb.keys import Key, account_of, key_from_seed
from roadcomb.node import Node, open_node
from roadcomb.settings import NodeSettings
from tests.databases import ready_folder

DAY = 20_458  # 2026-01-05
CELLS = tuple(disk(cell_of(0.5, -25.0), 3))
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Shot:
    """One accepted frame: minutes after midnight of its day, index into CELLS, grade."""

    minute: float
    cell: int
    grade: int
    heading_cdeg: int | None = 9_000
    verdict: str = "accepted"
    reason: str | None = None


def open_town(folder: Path, now_epoch: int = DAY + 1, catalog: str | None = None) -> Node:
    """A node whose clock stands one hour into `now_epoch`."""
    folder.mkdir(parents=True, exist_ok=True)
    if catalog is None:
        ready_folder(folder)
    clock = FileClock(folder / "clock")
    clock.set_ms(start_ms(now_epoch) + HOUR_MS)
    return open_node(
        NodeSettings(data=folder, catalog=catalog, clock_file=folder / "clock", key_seed="a town")
    )


def set_day(node: Node, epoch: int) -> None:
    """Move the node's clock to one hour into a day."""
    assert isinstance(node.clock, FileClock)
    node.clock.set_ms(start_ms(epoch) + HOUR_MS)


def person(name: str) -> Key:
    """A contributor's key, the same in every run."""
    return key_from_seed(hashlib.sha256(name.encode()).digest())


def add_drive(
    node: Node,
    owner: Key,
    shots: Sequence[Shot],
    epoch: int = DAY,
    verdict: str = "accepted",
    reason: str | None = None,
    name: str = "",
    device: tuple[str, str] | None = None,
) -> str:
    """A sealed and judged drive; its id and salt follow from what it is. device: what vouches for
    it (id) and its level.
    """
    identity = f"{owner.public} {epoch} {name} {list(shots)}"
    drive_id = hashlib.sha256(identity.encode()).hexdigest()
    digest = judgement.store(node.blobs, judgement_of(shots, epoch))
    with node.catalog.writing() as connection:
        _know(connection, owner)
        log = _log(connection)
        drive = _drive(owner, drive_id, shots, epoch, log.size) | _vouched(device)
        promise = Promise(
            drive_id,
            owner.public,
            drive["frames"],
            drive["bytes"],
            drive["sealed_ms"],
            log.size,
            node.key.public,
        )
        receipt = sign_receipt(node.key, promise, log).decode()
        connection.execute(sa.insert(drives).values(**drive, receipt=receipt))
        leaf = leaf_of(promise).hex()
        connection.execute(
            sa.insert(log_entries).values(log_index=log.size, leaf=leaf, drive_id=drive_id)
        )
    decide(node, drive_id, digest, shots, epoch, verdict, reason)
    return drive_id


def decide(
    node: Node,
    drive_id: str,
    digest: str,
    shots: Sequence[Shot],
    epoch: int,
    verdict: str,
    reason: str | None = None,
) -> None:
    """A further decision about a drive."""
    own = sum(shot.verdict == "rejected" for shot in shots)
    rest = len(shots) - own
    with node.catalog.writing() as connection:
        number = connection.execute(
            sa.insert(decisions).values(
                drive_id=drive_id,
                verdict=verdict,
                reason=reason,
                judgement=digest,
                accepted=rest if verdict == "accepted" else 0,
                held=rest if verdict == "held" else 0,
                rejected=own + (rest if verdict == "rejected" else 0),
                evidence="{}",
                decided_ms=end_ms(epoch) - HOUR_MS,
                epoch=epoch,
                decided_by="judge",
            )
        ).inserted_primary_key
        assert number is not None
        connection.execute(
            sa.update(drives).where(drives.c.drive_id == drive_id).values(decision=number[0])
        )


def judgement_of(shots: Sequence[Shot], epoch: int = DAY) -> pa.Table:
    """The judgement of a drive's shots."""
    rows = [_judged(n, shot, epoch) for n, shot in enumerate(shots)]
    return pa.Table.from_pylist(rows, judgement.SCHEMA)


def frames_of(drives_shots: Sequence[Sequence[Shot]]) -> pa.Table:
    """The frames of several drives as `chains_of` takes them."""
    tables = [judgement.SCHEMA.empty_table().append_column("drive", pa.array([], pa.uint32()))]
    for number, shots in enumerate(drives_shots):
        drive = pa.array([number] * len(shots), pa.uint32())
        tables.append(judgement_of(shots).append_column("drive", drive))
    return pa.concat_tables(tables)


def _judged(n: int, shot: Shot, epoch: int) -> dict[str, Any]:
    return {
        "n": n,
        "image_id": hashlib.sha256(f"{shot} {n}".encode()).digest(),
        "t_ms": start_ms(epoch) + round(shot.minute * 60_000),
        "lat_e7": 5_000_000,
        "lon_e7": -250_000_000,
        "heading_cdeg": shot.heading_cdeg,
        "cell": CELLS[shot.cell],
        "verdict": shot.verdict,
        "reason": shot.reason,
        "grade": shot.grade,
        "grade_reasons": [] if shot.grade > 500 else ["low-contrast"],
        "sharpness": 1.0,
        "exposure": 1.0,
        "contrast": 1.0,
        "fingerprint": None,
        "width": 1280,
        "height": 720,
    }


def _log(connection: sa.Connection) -> Frontier:
    leaves = connection.execute(sa.select(log_entries.c.leaf).order_by(log_entries.c.log_index))
    return reduce(Frontier.append, map(bytes.fromhex, leaves.scalars()), Frontier())


def _know(connection: sa.Connection, owner: Key) -> None:
    known = sa.select(contributors.c.key).where(contributors.c.key == owner.public)
    if connection.execute(known).first() is None:
        account = account_of(owner.public)
        connection.execute(
            sa.insert(contributors).values(key=owner.public, account=account, first_seen_ms=0)
        )


def _vouched(device: tuple[str, str] | None) -> dict[str, Any]:
    return {} if device is None else {"device_key": device[0], "level": device[1]}


def _drive(
    owner: Key, drive_id: str, shots: Sequence[Shot], epoch: int, log_index: int
) -> dict[str, Any]:
    return {
        "drive_id": drive_id,
        "public_id": drive_id[:32],
        "contributor": owner.public,
        "device": "a drawn camera",
        "frames": len(shots),
        "bytes": 1000 * len(shots),
        "started_ms": start_ms(epoch),
        "ended_ms": start_ms(epoch) + HOUR_MS,
        "salt": hashlib.sha256(b"salt " + drive_id.encode()).digest(),
        "opened_ms": start_ms(epoch),
        "sealed_ms": start_ms(epoch) + HOUR_MS,
        "log_index": log_index,
    }
