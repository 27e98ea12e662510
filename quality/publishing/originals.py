"""What becomes of a drive's unblurred packs once it is published, and how they are read till then.

Laws. An accepted frame that waits keeps its original, in clear, as a drive does that nobody has
judged yet. Every other original of a published drive is destroyed; or, while the operator's
retention lasts, kept encrypted only (quality/publishing/vault.py). That is lawful: the receipt, the
manifest with each picture's digest, the judgement and the books stay, and none of their proofs
needs the bytes. Killed anywhere, the next turn goes on.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import groupby

import sqlalchemy as sa

from ingest.stored import Places, load_manifest, pack_folder, read_run, received
from quality.publishing.discarding import discard_later
from quality.publishing.vault import locked, unlocked
from roadcomb.canonical import digest_of_bytes
from roadcomb.catalog.tables import originals, packs, publications
from roadcomb.epochs import DAY_MS
from roadcomb.node import Node
from roadcomb.packs import (
    MAX_PACK_BYTES,
    PackEntry,
    checked,
    decode_index,
    encode_pack,
    packed_size,
    read_entry,
)
from roadcomb.records import Frame

__all__ = ["check", "expire", "held_folder", "read", "retire", "unretired"]


def held_folder(drive_id: str) -> str:
    """Where a drive's encrypted packs lie."""
    return f"originals/{drive_id[:2]}/{drive_id}"


def read(node: Node, drive_id: str, wanted: Set[int]) -> Iterator[tuple[int, Frame, bytes]]:
    """(n, frame, bytes) of those frames (by their index in the manifest) whose original is still
    there, in order. Raises NotFound, IntegrityError or DigestMismatch."""
    with node.catalog.reading() as connection:
        places = received(connection, drive_id) | _kept(connection, drive_id)
    frames = [
        (n, frame)
        for n, frame in enumerate(load_manifest(node, drive_id).frames)
        if n in wanted and frame.image_id in places
    ]
    for key, run in groupby(frames, lambda one: places[one[1].image_id][0]):
        of_pack = list(run)
        entries = [(frame, places[frame.image_id][1]) for _, frame in of_pack]
        for (n, frame), data in zip(of_pack, _read(node, drive_id, key, entries), strict=True):
            yield n, frame, data


def retire(node: Node, drive_id: str, waiting: Set[str], retain: bool) -> None:
    """Take the clear packs of a published drive away but for the frames (image ids) that wait;
    `retain`: keep them encrypted. The caller purges."""
    with node.catalog.reading() as connection:
        places = received(connection, drive_id)
        rows = connection.execute(sa.select(packs).where(packs.c.drive_id == drive_id)).all()
    if not places or (set(places) <= waiting):
        return
    stored = {row.key: bytes(row._mapping["index"]) for row in rows}
    held = [_locked(node, drive_id, key) for key in stored] if retain else []
    clear = _repacked(node, drive_id, places, waiting)
    with node.catalog.writing() as connection:
        if _named(connection, packs, drive_id) == stored.keys():
            connection.execute(sa.delete(packs).where(packs.c.drive_id == drive_id))
            for values in clear:
                connection.execute(sa.insert(packs).values(values))
            _keep(connection, drive_id, dict(zip(held, stored.values(), strict=False)), node)
        named = _named(connection, packs, drive_id) | _named(connection, originals, drive_id)
        made = {*stored, *held, *(str(values["key"]) for values in clear)}
        discard_later(connection, made - named)


def unretired(node: Node) -> list[str]:
    """Published drives of which clear packs are there: retiring them was cut short, or some of
    their frames wait."""
    query = (
        sa.select(packs.c.drive_id)
        .distinct()
        .where(sa.exists().where(publications.c.drive_id == packs.c.drive_id))
        .order_by(packs.c.drive_id)
    )
    with node.catalog.reading() as connection:
        return list(connection.scalars(query))


def expire(node: Node, retention_days: int) -> int:
    """Take away kept originals whose time is over; how many packs. The caller purges."""
    due = originals.c.kept_ms <= node.clock.now_ms() - retention_days * DAY_MS
    with node.catalog.reading() as connection:
        if connection.scalar(sa.select(originals.c.id).where(due).limit(1)) is None:
            return 0
    with node.catalog.writing() as connection:
        keys = connection.scalars(sa.select(originals.c.key).where(due)).all()
        connection.execute(sa.delete(originals).where(due))
        discard_later(connection, keys)
    return len(keys)


def check(node: Node, drive_id: str, key: str) -> None:
    """Raise unless a kept pack opens and is what its name says."""
    pack = _opened(node, drive_id, key)
    if digest_of_bytes(pack) != key.rpartition("/")[2]:
        raise ValueError("the kept pack is not the one of its name")


def _named(connection: sa.Connection, table: sa.Table, drive_id: str) -> set[str]:
    return set(connection.scalars(sa.select(table.c.key).where(table.c.drive_id == drive_id)))


def _keep(connection: sa.Connection, drive_id: str, held: Mapping[str, bytes], node: Node) -> None:
    """Enter encrypted packs (key -> index of the pack inside) that are not kept yet."""
    known, now_ms = _named(connection, originals, drive_id), node.clock.now_ms()
    for key in held.keys() - known:
        values = {"drive_id": drive_id, "key": key, "index": held[key], "kept_ms": now_ms}
        connection.execute(sa.insert(originals).values(values))


def _kept(connection: sa.Connection, drive_id: str) -> Places:
    query = sa.select(originals.c.key, originals.c.index).where(originals.c.drive_id == drive_id)
    return {
        entry.digest: (key, entry)
        for key, index in connection.execute(query.order_by(originals.c.id))
        for entry in decode_index(index)
    }


def _read(
    node: Node, drive_id: str, key: str, entries: Sequence[tuple[Frame, PackEntry]]
) -> Iterator[bytes]:
    """Of a clear pack no more than these, whatever order they were sent in."""
    if key.startswith(held_folder(drive_id)):
        pack = _opened(node, drive_id, key)
        yield from (read_entry(pack, entry) for _, entry in entries)
    else:
        yield from (data for _, data in read_run(node, key, entries))


def _opened(node: Node, drive_id: str, key: str) -> bytes:
    """An encrypted pack."""
    return unlocked(node.key, drive_id, key.rpartition("/")[2], node.blobs.get(key))


def _locked(node: Node, drive_id: str, key: str) -> str:
    """Store a pack encrypted; answers its key."""
    pack = node.blobs.get(key)
    held = f"{held_folder(drive_id)}/{digest_of_bytes(pack)}"
    node.blobs.put(held, locked(node.key, drive_id, pack))
    return held


def _repacked(
    node: Node, drive_id: str, places: Places, waiting: Set[str]
) -> list[dict[str, object]]:
    """Clear packs of the waiting frames alone, as rows of `packs`."""
    frames: list[bytes] = []
    made = []
    for name in (name for name in places if name in waiting):
        data = _range(node, *places[name])
        if packed_size([len(frame) for frame in [*frames, data]]) > MAX_PACK_BYTES:
            made.append(_stored(node, drive_id, frames))
            frames = []
        frames.append(data)
    return [*made, _stored(node, drive_id, frames)] if frames else made


def _range(node: Node, key: str, entry: PackEntry) -> bytes:
    return checked(node.blobs.get_range(key, entry.offset, entry.length), entry)


def _stored(node: Node, drive_id: str, frames: list[bytes]) -> dict[str, object]:
    pack, index = encode_pack(frames)
    key = f"{pack_folder(drive_id)}/{node.blobs.put_addressed(pack_folder(drive_id), pack)}"
    return {"drive_id": drive_id, "key": key, "size": len(pack), "index": index}
