"""No page of a SQLite catalog is used, or passes fsck, that is not what was written."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from roadcomb.catalog import Catalog, migrate, open_catalog
from roadcomb.catalog.driver import Driver
from roadcomb.catalog.pages import PAGE, damaged_pages
from roadcomb.catalog.tables import contributors
from roadcomb.errors import IntegrityError

RESERVED, APPLICATION = 20, 68


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "catalog.sqlite"


@pytest.fixture
def catalog(file: Path) -> Iterator[Catalog]:
    made = open_catalog(f"sqlite:///{file}")
    yield made
    made.close()


def add(catalog: Catalog, number: int) -> None:
    with catalog.writing() as connection:
        row = {"key": f"key {number}", "account": f"account {number}", "first_seen_ms": number}
        connection.execute(sa.insert(contributors).values(row))


def count(catalog: Catalog) -> int:
    with catalog.reading() as connection:
        return len(connection.execute(sa.select(contributors)).all())


def at_rest(catalog: Catalog, file: Path) -> bytearray:
    catalog.close()
    return bytearray(file.read_bytes())


def older(file: Path, mode: str) -> None:
    """A catalog as it was made before pages had checksums; its backups had no log."""
    engine = sa.create_engine(f"sqlite:///{file}", module=sqlite3)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA journal_mode={mode}")
    migrate(engine)
    engine.dispose()


def test_every_page_of_a_catalog_has_its_checksum(catalog: Catalog, file: Path) -> None:
    for number in range(200):
        add(catalog, number)
    data = at_rest(catalog, file)
    assert len(data) > 30 * PAGE
    assert list(damaged_pages(file)) == []


def test_a_bit_flipped_in_any_page_names_that_page(catalog: Catalog, file: Path) -> None:
    data = at_rest(catalog, file)
    for page in range(len(data) // PAGE):
        at = page * PAGE + 97 * page % PAGE
        flipped = bytearray(data)
        flipped[at] ^= 1 << page % 8
        file.write_bytes(flipped)
        assert list(damaged_pages(file)) == [page + 1]
    file.write_bytes(data + b"half a page")
    assert list(damaged_pages(file)) == [len(data) // PAGE + 1]


def test_a_damaged_row_is_refused_instead_of_read(catalog: Catalog, file: Path) -> None:
    add(catalog, 1)
    data = at_rest(catalog, file)
    at = data.index(b"account 1")
    data[at] ^= 1
    file.write_bytes(data)
    with pytest.raises(IntegrityError, match=r"catalog\.sqlite is damaged .*roadcomb fsck"):
        count(catalog)


@pytest.mark.parametrize("bit", [*range(8 * RESERVED, 8 * RESERVED + 8), 8 * APPLICATION, 3, 4000])
def test_a_damaged_header_is_not_taken_for_a_file_without_checksums(
    catalog: Catalog, file: Path, bit: int
) -> None:
    add(catalog, 1)
    data = at_rest(catalog, file)
    data[bit // 8] ^= 1 << bit % 8
    file.write_bytes(data)
    with pytest.raises(IntegrityError, match=r"catalog\.sqlite is damaged"):
        open_catalog(f"sqlite:///{file}")
    assert file.read_bytes() == data
    assert list(damaged_pages(file)) == [1]


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_an_older_catalog_is_given_checksums_and_keeps_its_rows(file: Path, mode: str) -> None:
    older(file, mode)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("INSERT INTO contributors VALUES ('key', 'account', 7)")
        connection.commit()
    assert list(damaged_pages(file))
    catalog = open_catalog(f"sqlite:///{file}")
    assert count(catalog) == 1
    catalog.close()
    assert list(damaged_pages(file)) == []


def test_a_copy_has_checksums_and_needs_no_log(
    catalog: Catalog, file: Path, tmp_path: Path
) -> None:
    add(catalog, 1)
    with closing(catalog.engine.raw_connection()) as source:
        connection: Any = source.driver_connection
        Driver().copy(connection, tmp_path / "copy")
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy"]
    assert list(damaged_pages(tmp_path / "copy")) == []


def test_looking_at_pages_while_others_write_is_no_false_alarm(
    catalog: Catalog, file: Path
) -> None:
    with ThreadPoolExecutor() as pool:
        writing = [pool.submit(add, catalog, number) for number in range(100)]
        alarms: list[int] = []
        while not all(one.done() for one in writing):
            catalog.scrub()
            alarms += damaged_pages(file)
        for one in writing:
            one.result()
    assert alarms == []
    assert count(catalog) == 100
