"""Every bit that a node keeps, read and compared with what was promised of it.

The law: a flipped bit anywhere in the blob store or the published folder is one damage with its
place; what was lawfully deleted is none; what nobody names is told apart from damage. It may run
beside a working node: the store is listed before the catalog is read, so a blob whose row came
meanwhile is never called unreferenced for good, and nothing younger than a day is pruned. Beside a
damaged catalog nothing is called unreferenced: what it lost may be what named a pack.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from api.upkeep.book_checks import book_checks
from api.upkeep.checks import Check, Damage, addressed, judged, run, summed
from api.upkeep.drive_checks import drive_checks
from quality import judgement
from quality.publishing.discarding import nothing_destroyed
from roadcomb.blobs import SUMS
from roadcomb.catalog.pages import damaged_pages
from roadcomb.catalog.tables import discards, metadata
from roadcomb.catalog.wal import damaged_frame
from roadcomb.epochs import DAY_MS
from roadcomb.errors import IntegrityError, NotFound, Unreachable
from roadcomb.node import Node

__all__ = ["Report", "fsck", "prune"]

CATALOG = "catalog"
PRUNED = ("packs/", "manifests/", "blurred/", "originals/")
"""Written anew whenever they are needed, so an old one that no row names is a leftover."""
_ADDRESSED = ("blurred", "books", "coverage", "packs", "refill", "thumbnails")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Report:
    """What was found; checked: things read. unreferenced: keys that nobody names. notes: what no
    check can tell on this node, one line each."""

    checked: int
    damages: tuple[Damage, ...]
    unreferenced: tuple[str, ...]
    notes: tuple[str, ...] = ()


def fsck(node: Node) -> Report:
    """Check everything; reads every stored byte once or twice."""
    listed = sorted(node.blobs.keys(""))
    named: set[str] = set()
    damages: list[Damage] = []
    checked = 0
    for check in _while_readable(_checks(node, named), damages):
        if check.key in named:
            continue
        if check.key is not None:
            named.add(check.key)
        checked += 1
        damages.extend(run(check))
    if any(damage.place == CATALOG for damage in damages):  # its loss must not become theirs
        return Report(checked, tuple(damages), (), _notes(node))
    unreferenced = [key for key in listed if key.removeprefix(f"{SUMS}/") not in named]
    for check in _unnamed_checks(node, unreferenced):
        damages.extend(run(check))
    return Report(checked, tuple(damages), tuple(unreferenced), _notes(node))


def prune(node: Node, unreferenced: tuple[str, ...], now_ms: int) -> Iterator[str]:
    """Delete what is unreferenced or unfinished, written anew when needed, and older than a day.

    What was named since it was looked for has been stored again, which renewed its time. While a
    backup copies, this waits.
    """
    with nothing_destroyed(node.settings.data):
        for key in unreferenced:
            if not (key.startswith(PRUNED) or key.endswith(".part")):
                continue
            try:
                written_ms = node.blobs.modified_ms(key)
            except NotFound:
                continue
            if written_ms <= now_ms - DAY_MS:
                node.blobs.delete(key)
                yield key


def _while_readable(checks: Iterator[Check], damages: list[Damage]) -> Iterator[Check]:
    """Checks, until the catalog cannot even tell what is to be checked: one damage more."""
    try:
        yield from checks
    except Unreachable:
        raise
    except Exception as error:  # damaged pages may break any statement in any way
        words = " ".join(str(error).split()) or type(error).__name__
        damages.append(Damage(CATALOG, f"cannot be read on, the rest is unchecked: {words}"))


def _checks(node: Node, named: set[str]) -> Iterator[Check]:
    """All checks; to `named` is added what needs none, because it is to be destroyed."""
    yield from _sqlite_checks(node) if _is_sqlite(node) else _table_checks(node)
    yield from drive_checks(node)
    yield from book_checks(node)
    named |= _to_destroy(node)


def _to_destroy(node: Node) -> set[str]:
    """What lost its last name and goes at the publisher's next turn."""
    with node.catalog.reading() as connection:
        return set(connection.scalars(sa.select(discards.c.key)))


def _unnamed_checks(node: Node, keys: Iterable[str]) -> Iterator[Check]:
    """Of what tells by itself whether it is whole: a damaged index may have named it."""
    for key in keys:
        prefix, _, name = key.rpartition("/")
        if node.blobs.exists(f"{SUMS}/{key}"):
            yield summed(node.blobs, key)
        elif _DIGEST.fullmatch(name) and prefix == judgement.PREFIX:
            yield judged(node.blobs, name)
        elif _DIGEST.fullmatch(name) and prefix.partition("/")[0] in _ADDRESSED:
            yield addressed(node.blobs, prefix, name)


def _sqlite_checks(node: Node) -> Iterator[Check]:
    """What is not in the file yet; its pages, unused ones too; what the schema says of them."""
    yield Check(CATALOG, lambda: _check_log(node))
    yield Check(CATALOG, lambda: _check_pages(node))
    yield Check(CATALOG, lambda: _check_sqlite(node))


def _table_checks(node: Node) -> Iterator[Check]:
    """PostgreSQL, whose clusters check their own pages, reads each row whole."""
    for table in metadata.sorted_tables:
        yield Check(CATALOG, partial(_read_whole, node, table))


def _read_whole(node: Node, table: sa.Table) -> None:
    row = sa.cast(sa.literal_column(table.name), sa.Text)
    with node.catalog.reading() as connection:
        connection.execute(sa.select(sa.func.sum(sa.func.length(row))).select_from(table))


def _notes(node: Node) -> tuple[str, ...]:
    if _is_sqlite(node):
        return ()
    with node.catalog.reading() as connection:
        summed = connection.exec_driver_sql("SHOW data_checksums").scalar()
    if summed == "on":
        return ()
    return (
        "PostgreSQL keeps no checksums of the catalog's pages: stop it, run pg_checksums --enable",
    )


def _is_sqlite(node: Node) -> bool:
    return node.catalog.engine.dialect.name == "sqlite"


def _check_log(node: Node) -> None:
    """While nobody writes; what SQLite counts of the log it brings into the file."""
    log = Path(f"{node.catalog.engine.url.database}-wal")
    with closing(node.catalog.engine.raw_connection()) as looking, node.catalog.writing():
        cursor = looking.cursor()
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        _, counted, _ = cursor.fetchone() or (0, 0, 0)
        damaged = damaged_frame(log.read_bytes(), counted) if log.exists() else None
    if damaged is not None:
        raise IntegrityError(f"{log.name} is damaged in frame {damaged}")


def _check_pages(node: Node) -> None:
    file = Path(str(node.catalog.engine.url.database))
    damaged = list(damaged_pages(file))
    if damaged:
        named = ", ".join(map(str, damaged[:10])) + (", ..." if damaged[10:] else "")
        raise IntegrityError(f"{len(damaged)} damaged pages in {file.name}: {named}")


def _check_sqlite(node: Node) -> None:
    with node.catalog.reading() as connection:
        wrong = connection.execute(sa.text("PRAGMA integrity_check(1)")).scalar()
        orphan = connection.execute(sa.text("PRAGMA foreign_key_check")).first()
    if wrong != "ok":
        raise IntegrityError(f"SQLite finds its file damaged: {wrong}")
    if orphan is not None:
        raise IntegrityError(f"a row of {orphan[0]} names one of {orphan[2]} that is not there")
