"""A copy of a node, taken while it works, and the node made of the copy again.

The law: a finished backup is whole: `backup.json`, signed by the node and written last, names every
file with its SHA-256. The catalog is copied first (catalog_copy.py), and blobs are durable
before the row that names them, so what the copied catalog names is among the blobs copied after it.
Blobs do not change, so the next backup into the same folder copies only what is new. What a
contributor had deleted leaves the backup with the next one; what merely vanished stays.

::

    backup.json {"backup": {"v", "node", "started_ms", "files": {path: SHA-256}}, "signature"}
    catalog.sqlite, node.pem, published/..., blobs/...: as in the data folder
    catalog.pgdump in place of catalog.sqlite: a catalog on PostgreSQL
"""

import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import sqlalchemy as sa

from api.upkeep.book_checks import book_checks
from api.upkeep.catalog_copy import DUMP, SQLITE, check_target, copy_catalog, restore_dump
from api.upkeep.checks import Damage
from api.upkeep.drive_checks import drive_checks
from api.upkeep.note import note_backup
from quality.publishing.discarding import nothing_destroyed
from roadcomb.blobs import SUMS
from roadcomb.canonical import Json, canonical_json, digest_of_bytes, parse_json
from roadcomb.catalog.tables import drives, epochs
from roadcomb.errors import Conflict, IntegrityError, NotFound, UsageError
from roadcomb.files import OWNER_ONLY, make_folder, sync_folder, write_durably, writing
from roadcomb.keys import verify
from roadcomb.node import Node
from roadcomb.settings import NodeSettings

__all__ = ["Backup", "Copied", "backup", "damages", "read_backup", "restore"]

DOMAIN = "roadcomb backup v1"
INDEX = "backup.json"
KEY, BLOBS, PUBLISHED = "node.pem", "blobs", "published"
CATALOGS = {SQLITE, DUMP}
_COPIED_AT_ONCE = 2**20
_OVERLAP_MS = 3_600_000
"""Clocks of stores differ: what is so much older than the last backup was copied by it."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: SHA-256 (hex) of each file by its path in the folder."""

    node: str
    started_ms: int
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Copied:
    """What a run did, in files; bytes of those copied."""

    files: int
    copied: int
    bytes: int
    forgotten: int


def backup(node: Node, folder: Path, started_ms: int) -> Copied:
    """Bring the folder's backup to what the node holds now; it is new, empty or a backup.

    started_ms: by the machine's clock, now. Raises UsageError for another folder, IntegrityError
    when a blob cannot be read as it was stored, and what copy_catalog raises.
    """
    before = _previous(node, folder)
    files: dict[str, str] = {}
    copied = size = forgotten = 0
    with nothing_destroyed(node.settings.data):  # publishing takes originals away
        while True:
            kept, closed = _kept_drives(node), _closed(node)
            catalog, digest = copy_catalog(node, folder)
            files[catalog] = digest
            fresh = _copy_blobs(node, folder, before, files)
            copied, size = copied + fresh[0], size + fresh[1]
            forgotten += _forget(node, folder, before, files)
            if kept <= _kept_drives(node):  # else the copied catalog may name what is gone
                break
    for path, data in _rest(node, closed):
        write_durably(folder / path, data)
        files[path] = digest_of_bytes(data)
    (folder / KEY).chmod(0o600)
    body: dict[str, Json] = {
        "v": 1,
        "node": node.key.public,
        "started_ms": started_ms,
        "files": files,
    }
    signature = node.key.sign(DOMAIN, canonical_json(body))
    write_durably(folder / INDEX, canonical_json({"backup": body, "signature": signature}))
    for other in CATALOGS - {catalog}:
        (folder / other).unlink(missing_ok=True)
    note_backup(node.settings.data, started_ms, len(files))
    return Copied(len(files), copied, size, forgotten)


def read_backup(folder: Path) -> Backup:
    """The index of a backup, its signature checked against the key that it names.

    Raises NotFound when there is none, IntegrityError when it is damaged.
    """
    try:
        data = (folder / INDEX).read_bytes()
    except OSError as error:
        raise NotFound(f"{folder} holds no finished backup: {INDEX} cannot be read") from error
    try:
        value: Any = parse_json(data)
        body = value["backup"]
        verify(body["node"], DOMAIN, canonical_json(body), value["signature"])
        index = Backup(str(body["node"]), int(body["started_ms"]), dict(body["files"]))
    except Exception as error:  # damage may break any of these
        raise IntegrityError(f"{folder / INDEX} is damaged: take another backup") from error
    if outside := [path for path in index.files if not _is_inside(path)]:
        raise IntegrityError(f"{folder / INDEX} names {outside[0][:80]!r}, which no backup holds")
    return index


def damages(folder: Path, index: Backup) -> Iterator[Damage]:
    """Each file of a backup that is not what the index says."""
    for path, digest in index.files.items():
        try:
            found = digest_of_bytes((folder / path).read_bytes())
        except OSError as error:
            yield Damage(path, error.strerror or str(error))
            continue
        if found != digest:
            yield Damage(path, "its bytes are not those that were backed up")


def restore(folder: Path, index: Backup, into: Path, catalog_url: str | None = None) -> None:
    """Make the data folder of a node; `damages` has found none. Raises Conflict when it exists.

    catalog_url: the database for a catalog of PostgreSQL's; raises as check_target says.
    The folder appears whole or not at all, and after the database.
    """
    if into.exists() and any(into.iterdir()):
        raise Conflict(f"{into} is not empty: restore into a new folder")
    check_target(index.files, catalog_url)
    make_folder(into.parent)
    unfinished = into.with_name(f".{into.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    for path in index.files.keys() - {DUMP}:
        with (folder / path).open("rb") as source, writing(unfinished / path) as target:
            shutil.copyfileobj(source, target, _COPIED_AT_ONCE)
    (unfinished / KEY).chmod(0o600)
    if catalog_url is not None:
        restore_dump(folder / DUMP, catalog_url)
        there = NodeSettings(data=unfinished)
        write_durably(there.catalog_file, catalog_url.encode(), OWNER_ONLY)
    if into.exists():
        into.rmdir()
    unfinished.replace(into)
    sync_folder(into.parent)


def _is_inside(path: str) -> bool:
    """Whoever makes a backup signs it with a key of their own, so the signature says nothing of
    where its files may be written."""
    named = PurePosixPath(path)
    return not named.is_absolute() and ".." not in named.parts and "\\" not in path


def _previous(node: Node, folder: Path) -> Backup:
    """What the folder's last backup held; nothing, when this is its first."""
    if (folder / INDEX).exists():
        index = read_backup(folder)
        if index.node != node.key.public:
            raise UsageError(f"{folder} holds the backup of another node: choose another folder")
        return index
    if folder.exists() and any(folder.iterdir()):
        names = {entry.name.strip(".").removesuffix(".part") for entry in folder.iterdir()}
        if not names <= {*CATALOGS, KEY, BLOBS, PUBLISHED, INDEX}:
            raise UsageError(f"{folder} is neither empty nor a backup: choose another folder")
    folder.mkdir(parents=True, exist_ok=True)
    return Backup(node.key.public, 0, {})


def _copy_blobs(node: Node, folder: Path, before: Backup, files: dict[str, str]) -> tuple[int, int]:
    """Copy what is new; answers how many and their bytes."""
    copied = size = 0
    for key in node.blobs.keys(""):
        path = f"{BLOBS}/{key}"
        if path in files or key.endswith(".part"):
            continue
        try:
            if _is_kept(node, folder, before, key):
                files[path] = before.files[path]
                continue
            data = node.blobs.get(key)
        except NotFound:  # deleted meanwhile
            continue
        write_durably(folder / path, data)
        files[path] = digest_of_bytes(data)
        copied, size = copied + 1, size + len(data)
    return copied, size


def _is_kept(node: Node, folder: Path, before: Backup, key: str) -> bool:
    path = f"{BLOBS}/{key}"
    if path not in before.files or not (folder / path).is_file():
        return False
    return node.blobs.modified_ms(key) < before.started_ms - _OVERLAP_MS


def _forget(node: Node, folder: Path, before: Backup, files: dict[str, str]) -> int:
    """Keep what vanished though the catalog names it; remove what nobody names any more, though it
    was copied a moment ago. Answers how much was removed."""
    known = {path: digest for path, digest in before.files.items() if path.startswith(f"{BLOBS}/")}
    known |= {path: digest for path, digest in files.items() if path.startswith(f"{BLOBS}/")}
    gone = known.keys() - {f"{BLOBS}/{key}" for key in node.blobs.keys("")}
    if not gone:
        return 0
    named = {f"{BLOBS}/{check.key}" for check in (*drive_checks(node), *book_checks(node))}
    forgotten = 0
    for path in sorted(gone):
        if path.replace(f"{BLOBS}/{SUMS}/", f"{BLOBS}/") in named:
            files[path] = known[path]
        else:
            files.pop(path, None)
            forgotten += (folder / path).exists()
            (folder / path).unlink(missing_ok=True)
    return forgotten


def _rest(node: Node, closed: Collection[int]) -> Iterator[tuple[str, bytes]]:
    """The key, and the published files of epochs that the copied catalog knows: a night that was
    closed since is closed again by whoever restores, perhaps with other books."""
    yield KEY, node.key.to_pem()
    published = node.settings.published
    for epoch in sorted(closed):
        for path in sorted((published / str(epoch)).rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield f"{PUBLISHED}/{path.relative_to(published).as_posix()}", path.read_bytes()


def _closed(node: Node) -> set[int]:
    with node.catalog.reading() as connection:
        return set(connection.scalars(sa.select(epochs.c.epoch)))


def _kept_drives(node: Node) -> set[str]:
    """The drives that nobody had deleted; an open one leaves no row when it is."""
    query = sa.select(drives.c.drive_id).where(drives.c.deleted_ms.is_(None))
    with node.catalog.reading() as connection:
        return set(connection.scalars(query))
