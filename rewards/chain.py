"""The chain of committed epochs in the catalog, and the one transaction that adds to it.

The law: an epoch, its ledger entries and the drives it counted are committed together or not at
all, and only on top of the epoch before. Two nightlies that slipped past every lock still make
one chain: the second finds that its ground has moved and stops.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from rewards.books import Books
from rewards.freeze import Frozen
from roadcomb.canonical import digest_of_json, parse_json
from roadcomb.catalog import Catalog
from roadcomb.catalog.tables import epoch_drives, epochs, ledger
from roadcomb.errors import Conflict, NotFound
from roadcomb.node import Node

__all__ = ["Committed", "commit", "committed", "committed_epoch", "latest", "newest"]


@dataclass(frozen=True, slots=True)
class Committed:
    """A committed epoch; file: the bytes of manifest.json."""

    epoch: int
    file: bytes
    manifest: Mapping[str, Any]


def committed(node: Node) -> list[Committed]:
    """All committed epochs, oldest first."""
    with node.catalog.reading() as connection:
        found = connection.execute(sa.select(epochs).order_by(epochs.c.epoch))
        return [_committed(row) for row in found]


def committed_epoch(node: Node, epoch: int) -> Committed:
    """One committed epoch. Raises NotFound."""
    with node.catalog.reading() as connection:
        row = connection.execute(sa.select(epochs).where(epochs.c.epoch == epoch)).first()
    if row is None:
        raise NotFound(f"epoch {epoch} is not closed: GET /v1/epochs lists those that are")
    return _committed(row)


def latest(catalog: Catalog, count: int) -> list[Committed]:
    """The last so many committed epochs, oldest first."""
    query = sa.select(epochs).order_by(epochs.c.epoch.desc()).limit(count)
    with catalog.reading() as connection:
        return [_committed(row) for row in connection.execute(query)][::-1]


def newest(node: Node) -> Committed | None:
    """The last committed epoch."""
    with node.catalog.reading() as connection:
        return _newest(connection)


def commit(node: Node, books: Books, frozen: Frozen, file: bytes) -> None:
    """Add the epoch whose signed manifest.json is `file`.

    Raises Conflict when the chain has grown since the books were begun.
    """
    epoch = books.inputs.epoch
    with node.catalog.writing() as connection:
        last = _newest(connection)
        if (None if last is None else digest_of_json(last.manifest)) != books.inputs.previous:
            raise Conflict(f"epoch {epoch} was closed by another nightly: run it again")
        connection.execute(sa.insert(epochs).values(_row(epoch, file, node.clock.now_ms())))
        _insert(connection, ledger, _entries(books))
        _insert(
            connection,
            epoch_drives,
            [{"drive_id": drive.drive_id, "epoch": epoch} for drive in frozen.drives],
        )


def _newest(connection: sa.Connection) -> Committed | None:
    found = sa.select(epochs).order_by(epochs.c.epoch.desc()).limit(1)
    row = connection.execute(found).first()
    return None if row is None else _committed(row)


def _committed(row: sa.Row[*tuple[Any, ...]]) -> Committed:
    file = row.manifest.encode()
    envelope: Any = parse_json(file)
    return Committed(row.epoch, file, envelope["manifest"])


def _row(epoch: int, file: bytes, now_ms: int) -> dict[str, Any]:
    envelope: Any = parse_json(file)
    return {
        "epoch": epoch,
        "manifest_digest": digest_of_json(envelope["manifest"]),
        "manifest": file.decode(),
        "committed_ms": now_ms,
    }


def _entries(books: Books) -> list[dict[str, Any]]:
    return [
        {
            "epoch": books.inputs.epoch,
            "transaction": transaction.name,
            "account": account,
            "amount": amount,
        }
        for transaction in books.transactions
        for account, amount in transaction.entries.items()
    ]


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)
