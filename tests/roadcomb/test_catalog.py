"""The catalog commits durably or not at all, and the books in it are append-only."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from roadcomb.catalog import Catalog, open_catalog
from roadcomb.catalog.tables import epochs, ledger, metadata


@pytest.fixture
def catalog(catalog_url: str) -> Iterator[Catalog]:
    opened = open_catalog(catalog_url)
    yield opened
    opened.close()


def add_epoch(catalog: Catalog, epoch: int, amount: int = 0) -> None:
    with catalog.writing() as connection:
        connection.execute(
            sa.insert(epochs).values(
                epoch=epoch, manifest_digest=f"{epoch:064x}", manifest="{}", committed_ms=0
            )
        )
        connection.execute(
            sa.insert(ledger).values(epoch=epoch, transaction="t", account="a", amount=amount)
        )


def write_and_fail(catalog: Catalog) -> None:
    with catalog.writing() as connection:
        connection.execute(
            sa.insert(epochs).values(epoch=1, manifest_digest="a", manifest="", committed_ms=0)
        )
        raise RuntimeError


def count(catalog: Catalog) -> int:
    with catalog.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(epochs)).scalar_one()


def test_the_migrations_make_exactly_the_tables_that_the_code_describes(catalog: Catalog) -> None:
    with catalog.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_opening_again_changes_nothing(catalog: Catalog, catalog_url: str) -> None:
    add_epoch(catalog, 1)
    again = open_catalog(catalog_url)
    assert count(again) == 1
    again.close()


def test_a_schema_of_another_version_is_not_current(catalog: Catalog) -> None:
    assert catalog.is_current()
    with catalog.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    assert not catalog.is_current()


def test_an_exception_rolls_everything_back(catalog: Catalog) -> None:
    with pytest.raises(RuntimeError):
        write_and_fail(catalog)
    assert count(catalog) == 0


def test_amounts_beyond_64_bits_are_kept_exactly(catalog: Catalog) -> None:
    add_epoch(catalog, 1, amount=-(10**30) - 1)
    with catalog.reading() as connection:
        assert connection.execute(sa.select(ledger.c.amount)).scalar_one() == -(10**30) - 1


@pytest.mark.parametrize(
    "change", [sa.delete(ledger), sa.update(ledger).values(amount=1), sa.delete(epochs)]
)
def test_the_database_refuses_to_change_the_books(catalog: Catalog, change: sa.Executable) -> None:
    add_epoch(catalog, 1)
    with pytest.raises(DBAPIError, match="append-only"), catalog.writing() as connection:
        connection.execute(change)
    assert count(catalog) == 1


def test_writers_take_turns_so_that_read_decide_write_is_one_step(catalog: Catalog) -> None:
    def claim() -> None:
        with catalog.writing() as connection:
            highest = connection.execute(sa.select(sa.func.max(epochs.c.epoch))).scalar() or 0
            connection.execute(
                sa.insert(epochs).values(
                    epoch=highest + 1, manifest_digest=str(highest), manifest="", committed_ms=0
                )
            )

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(catalog) == 8


def test_sqlite_syncs_every_commit_and_checks_foreign_keys(tmp_path: Path) -> None:
    opened = open_catalog(f"sqlite:///{tmp_path / 'c.sqlite'}")
    with opened.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("synchronous", "journal_mode", "foreign_keys")
        }
    opened.close()
    assert pragmas == {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1}
