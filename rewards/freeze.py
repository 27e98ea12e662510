"""Freeze: read from the catalog everything that an epoch depends on, once.

The law: the frozen inputs depend on what was committed for the epoch and the days before it, not on
when nightly runs: decisions by the epoch they carry, bindings and the log by the end of its window.
A drive comes in with the first epoch in which its newest decision says accepted, and never again
(`epoch_drives`). A decision whose commit was overtaken by the freeze of its own epoch simply comes
in with the next one. A drive whose salt is destroyed was deleted and comes in no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from numpy.typing import NDArray

from ingest.log import EMPTY_ROOT
from ingest.receipts import parse_receipt
from quality import judgement
from quality.records import reputations_at
from rewards.albums import Listed, albums_digest
from rewards.announcements import shown_in
from rewards.bindings import addresses_at
from rewards.books import Standing
from rewards.commitments import Owner
from rewards.earned import Device, device_of
from rewards.events import Event, events_digest
from rewards.inputs import Inputs
from rewards.logged import log_part
from rewards.policy import RULES_VERSION, Policy
from rewards.recorded import events_of
from rewards.rows import make_rows, rows_digest
from rewards.shown import albums_of
from rewards.visits import chains_of, gathered
from roadcomb.blobs import Blobs
from roadcomb.canonical import digest_of_bytes, parse_json
from roadcomb.catalog.tables import decisions, drives, epoch_drives
from roadcomb.epochs import end_ms
from roadcomb.keys import account_of
from roadcomb.node import Node
from roadcomb.records import Verdict

__all__ = ["Frozen", "FrozenDrive", "drives_of", "first_epoch", "freeze"]

_FRAME_COLUMNS = ["t_ms", "heading_cdeg", "cell", "accepted", "grade"]
_AT_ONCE = 100
"""Drives whose frames are in memory together: few enough for the processor's caches."""


@dataclass(frozen=True, slots=True)
class FrozenDrive:
    """A drive that comes in: its owner, its device, and the judgement that its decision names.

    judged: the epoch of its first decision, when that did not accept it; else None.
    """

    drive_id: str
    owner: Owner
    device: Device
    judgement: str
    judged: int | None


@dataclass(frozen=True, slots=True)
class Frozen:
    """inputs and rows (ROWS) are published; whose they are, is not. drive_of_row: shape (n,)."""

    inputs: Inputs
    rows: pa.Table
    drives: Sequence[FrozenDrive]
    drive_of_row: NDArray[np.uint32]
    log_file: bytes
    decided: Mapping[int, str]
    events: Sequence[Event]
    albums: Sequence[Listed]

    @property
    def devices(self) -> list[Device]:
        """The account and the device of each drive."""
        return [drive.device for drive in self.drives]


def freeze(node: Node, epoch: int, policy: Policy, before: Standing) -> Frozen:
    """Everything that the epoch depends on."""
    with node.catalog.reading() as connection:
        came_in = drives_of(connection, epoch)
        addresses = addresses_at(connection, end_ms(epoch))
        log_size, log_root = _log_head(connection, end_ms(epoch))
        announced = shown_in(connection, epoch, before.announced)
        log, newest = log_part(connection, epoch, before, log_size)
        contributors = {drive.owner.contributor for drive in came_in}
        reputation = reputations_at(connection, contributors, epoch)
        events = events_of(connection, epoch, before.events)
        coming_in = {drive.drive_id for drive in came_in}
        albums, shown = albums_of(connection, epoch, before.publications, coming_in)
    owners = [drive.owner for drive in came_in]
    gap_ms = policy.coverage.visit_gap_s * 1000
    batches = range(0, len(came_in), _AT_ONCE)
    chains = (
        chains_of(_accepted_frames(node.blobs, came_in[first : first + _AT_ONCE], first), gap_ms)
        for first in batches
    )
    found = gathered(chains, len(came_in), len(batches))
    log_file = log.to_bytes()
    rows, drive_of_row = make_rows(found, gap_ms, owners, epoch, node.key.derive("sketch"))
    inputs = Inputs(
        epoch=epoch,
        previous=before.manifest,
        rules_version=RULES_VERSION,
        policy=policy.digest,
        drives=len(came_in),
        rows_digest=rows_digest(rows),
        rows_count=len(rows),
        bindings=_concerned(addresses, owners, before),
        log_size=log_size,
        log_root=log_root.hex(),
        released=_released([drive.judged for drive in came_in], drive_of_row, epoch),
        announced=announced,
        log_digest=digest_of_bytes(log_file),
        decisions=newest,
        reputation={account_of(key): reputation[key] for key in sorted(reputation)},
        events_digest=events_digest(events),
        events=max((event.number for event in events), default=before.events),
        albums_digest=albums_digest(albums),
        publications=shown,
    )
    return Frozen(inputs, rows, came_in, drive_of_row, log_file, log.decided, events, albums)


def first_epoch(connection: sa.Connection) -> int | None:
    """The first epoch in which anything was decided."""
    return connection.execute(sa.select(sa.func.min(decisions.c.epoch))).scalar()


def drives_of(connection: sa.Connection, epoch: int) -> list[FrozenDrive]:
    """The drives that come in with the epoch, by drive id.

    Those that came in before go first, so that what is grouped is a day's, not the whole history.
    """
    newest = (
        sa.select(
            sa.func.max(decisions.c.id).label("id"), sa.func.min(decisions.c.id).label("first")
        )
        .outerjoin(epoch_drives, epoch_drives.c.drive_id == decisions.c.drive_id)
        .where(decisions.c.epoch <= epoch)
        .where(epoch_drives.c.drive_id.is_(None))
        .group_by(decisions.c.drive_id)
        .subquery()
    )
    first = decisions.alias("first_decisions")
    found = connection.execute(
        sa.select(
            drives.c.drive_id,
            drives.c.salt,
            drives.c.contributor,
            drives.c.device_key,
            drives.c.level,
            decisions.c.judgement,
            first.c.verdict.label("first_verdict"),
            first.c.epoch.label("judged"),
        )
        .join(decisions, decisions.c.drive_id == drives.c.drive_id)
        .join(newest, newest.c.id == decisions.c.id)
        .join(first, first.c.id == newest.c.first)
        .where(decisions.c.verdict == Verdict.ACCEPTED.value)
        .where(drives.c.salt.is_not(None))
        .order_by(drives.c.drive_id)
    )
    return [
        FrozenDrive(
            row.drive_id,
            Owner(row.salt, row.contributor),
            device_of(account_of(row.contributor), row.device_key, row.level),
            row.judgement,
            None if row.first_verdict == Verdict.ACCEPTED.value else row.judged,
        )
        for row in found
    ]


def _released(
    judged: Sequence[int | None], drive_of_row: NDArray[np.uint32], epoch: int
) -> dict[int, list[int]]:
    """Rows of drives that were held before this epoch, by the epoch of their first judgement."""
    never = epoch
    first = np.array([never if each is None else each for each in judged], np.int64)
    late = np.flatnonzero(first < epoch)
    if not len(late):
        return {}
    rows = np.flatnonzero(np.isin(drive_of_row, late))
    of_row = first[drive_of_row[rows]]
    return {int(each): rows[of_row == each].tolist() for each in np.unique(of_row)}


def _log_head(connection: sa.Connection, before_ms: int) -> tuple[int, bytes]:
    """Size and root of the log, as the receipt of the last drive sealed before an instant says."""
    newest = connection.execute(
        sa.select(drives.c.receipt)
        .where(drives.c.log_index.is_not(None))
        .where(drives.c.sealed_ms < before_ms)
        .order_by(drives.c.log_index.desc())
        .limit(1)
    ).scalar()
    if newest is None:
        return 0, EMPTY_ROOT
    receipt, _ = parse_receipt(parse_json(newest.encode()))
    return receipt.log_size, receipt.log_root


def _accepted_frames(blobs: Blobs, came_in: Sequence[FrozenDrive], first: int) -> pa.Table:
    """The accepted frames of some drives, each with the number of its drive, from `first` on."""
    outlines = [judgement.outline(blobs, drive.judgement) for drive in came_in]
    numbers = first + np.arange(len(outlines), dtype=np.uint32)
    number = np.repeat(numbers, [len(outline) for outline in outlines])
    frames = pa.Table.from_batches(outlines).select(_FRAME_COLUMNS)
    owned = frames.append_column("drive", pa.array(number, pa.uint32()))
    accepted = owned["accepted"]
    return owned if pc.all(accepted).as_py() else owned.filter(accepted)


def _concerned(
    addresses: Mapping[str, str], owners: Sequence[Owner], before: Standing
) -> dict[str, str]:
    """Only the bindings that matter to this epoch are published with it."""
    waiting = {name.partition(":")[2] for name in before.balances}
    drivers = {owner.account for owner in owners}
    managers = {before.fleets[driver].manager for driver in drivers & set(before.fleets)}
    concerned = waiting | drivers | managers
    return {account: addresses[account] for account in sorted(concerned & set(addresses))}
