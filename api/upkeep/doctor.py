"""Is a node fit to run: schema, store, disk, backup?"""

import shutil
from collections.abc import Iterator

from api.upkeep.note import last_backup_ms
from ingest.doctor import Finding, Health
from ingest.limits import IntakeSettings
from roadcomb.epochs import DAY_MS
from roadcomb.errors import RoadcombError
from roadcomb.node import Node

__all__ = ["node_health"]

OLD_DAYS = 2


def node_health(node: Node, limits: IntakeSettings, machine_ms: int) -> Iterator[Finding]:
    """What is found of a node; machine_ms: now, by the machine's clock."""
    current = node.catalog.is_current()
    words = "schema of this version" if current else "schema of another version: start `serve` once"
    yield Finding("catalog", Health.OK if current else Health.TROUBLE, words)
    yield _store(node)
    yield from _disk(node, limits)
    yield _backup(node, machine_ms)


def _store(node: Node) -> Finding:
    try:
        node.blobs.exists("readiness")
    except RoadcombError as error:
        return Finding("blobs", Health.TROUBLE, str(error))
    return Finding("blobs", Health.OK, "the store answers")


def _disk(node: Node, limits: IntakeSettings) -> Iterator[Finding]:
    folder = node.blobs.local_path("")
    if folder is None:
        return
    free, reserve = shutil.disk_usage(folder).free, limits.reserve_bytes
    words = f"{free // 10**6} MB free, {reserve // 10**6} MB of it in reserve"
    full = free < reserve
    yield Finding("disk", Health.TROUBLE if full else Health.OK, words)


def _backup(node: Node, machine_ms: int) -> Finding:
    taken_ms = last_backup_ms(node.settings.data)
    if taken_ms is None:
        return Finding("backup", Health.NOTE, "none was ever taken: `roadcomb backup FOLDER`")
    days = (machine_ms - taken_ms) / DAY_MS
    health = Health.NOTE if days > OLD_DAYS else Health.OK
    return Finding("backup", health, f"the last one began {days:.1f} days ago")
