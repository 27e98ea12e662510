"""A node on PostgreSQL comes back from its backup, or nothing does, and it says why."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.upkeep import catalog_copy
from api.upkeep.backup import backup, damages, read_backup, restore
from api.upkeep.fsck import fsck
from ingest.intake import add_frames, open_drive, seal
from rewards.nightly import nightly
from rewards.policy import read_policy
from roadcomb.catalog.tables import metadata
from roadcomb.clock import FileClock
from roadcomb.epochs import DAY_MS
from roadcomb.errors import Conflict, Unreachable, UsageError
from roadcomb.keys import save_key
from roadcomb.node import Node, open_node
from roadcomb.settings import NodeSettings
from tests.api.conftest import LIMITS
from tests.api.processes import run_cli
from tests.databases import new_database
from tests.drives import NOW_MS, drive_of, make_node, pictures


@pytest.fixture(scope="module")
def node(postgresql: sa.URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node whose catalog is PostgreSQL, with two drives and a closed epoch."""
    folder = tmp_path_factory.mktemp("pg") / "node"
    made = make_node(folder, new_database(postgresql))
    save_key(made.key, made.settings.key_file)
    for number in range(2):
        frames = pictures(3, first=3 * number)
        signed = drive_of(frames)
        open_drive(made, signed, LIMITS)
        add_frames(made, signed.drive_id, frames, LIMITS)
        seal(made, signed.drive_id)
    FileClock(folder / "clock").set_ms(NOW_MS + DAY_MS)
    nightly(made, read_policy())
    yield made
    made.catalog.close()


@pytest.fixture(scope="module")
def taken(node: Node) -> Path:
    """Its backup."""
    folder = node.settings.data.with_name("backup")
    backup(node, folder, 1_000)
    return folder


def rows(node: Node) -> dict[str, list[sa.Row[tuple[object, ...]]]]:
    with node.catalog.reading() as connection:
        return {
            table.name: sorted(connection.execute(sa.select(table)).all(), key=repr)
            for table in metadata.sorted_tables
        }


def test_fsck_says_when_the_cluster_keeps_no_checksums(node: Node) -> None:
    with node.catalog.reading() as connection:
        kept = connection.exec_driver_sql("SHOW data_checksums").scalar()
    notes = fsck(node).notes
    assert [note.partition(" keeps ")[0] for note in notes] == ["PostgreSQL"] * (kept == "off")


def test_the_restored_node_is_the_node(
    node: Node, taken: Path, tmp_path: Path, postgresql: sa.URL
) -> None:
    url, into = new_database(postgresql), tmp_path / "again"
    index = read_backup(taken)
    assert list(damages(taken, index)) == []
    restore(taken, index, into, url)
    again = open_node(NodeSettings(data=into))
    assert (again.key.public, fsck(again).damages) == (node.key.public, ())
    assert rows(again) == rows(node)
    assert not (into / catalog_copy.DUMP).exists()
    again.catalog.close()


def test_the_books_of_the_restored_catalog_are_append_only_as_before(
    taken: Path, tmp_path: Path, postgresql: sa.URL
) -> None:
    url = new_database(postgresql)
    restore(taken, read_backup(taken), tmp_path / "again", url)
    again = open_node(NodeSettings(data=tmp_path / "again", catalog=url))
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        again.catalog.writing() as connection,
    ):
        connection.execute(sa.delete(metadata.tables["ledger"]))
    again.catalog.close()


def test_the_verbs_take_it_there_and_back(node: Node, tmp_path: Path, postgresql: sa.URL) -> None:
    folder, into = str(tmp_path / "backup"), str(tmp_path / "again")
    here = {"ROADCOMB_CATALOG": str(node.settings.catalog)}
    done = run_cli(["backup", folder, "--data", str(node.settings.data)], here)
    assert (done.returncode, done.stderr) == (0, "")
    there = {"ROADCOMB_CATALOG": new_database(postgresql)}
    back = run_cli(["restore", folder, "--into", into, "--verify"], there)
    assert (back.returncode, back.stderr) == (0, "")
    assert "0 damaged" in back.stdout


def test_a_dump_goes_only_into_an_empty_database_that_is_named(
    node: Node, taken: Path, tmp_path: Path
) -> None:
    index, into = read_backup(taken), tmp_path / "again"
    for wrong in (None, f"sqlite:///{tmp_path / 'c.sqlite'}"):
        with pytest.raises(UsageError, match="ROADCOMB_CATALOG"):
            restore(taken, index, into, wrong)
    with pytest.raises(Conflict, match="not empty"):
        restore(taken, index, into, node.settings.catalog)
    away = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    with pytest.raises(Unreachable, match="does not answer"):
        restore(taken, index, into, away)
    assert not into.exists()


def test_a_damaged_dump_brings_back_nothing(
    taken: Path, tmp_path: Path, postgresql: sa.URL
) -> None:
    url, dump = new_database(postgresql), tmp_path / "dump"
    data = (taken / catalog_copy.DUMP).read_bytes()
    dump.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(Unreachable, match="pg_restore ended with"):
        catalog_copy.restore_dump(dump, url)
    catalog_copy.check_target({catalog_copy.DUMP: ""}, url)  # it is as empty as before


def test_without_postgresqls_programs_it_says_what_to_install() -> None:
    with pytest.raises(UsageError, match="pg_nothing is not installed"):
        catalog_copy.program("pg_nothing")


def test_a_password_is_never_an_argument() -> None:
    url = sa.make_url("postgresql+psycopg://me:secret@db:5433/roads?sslmode=require")
    where, environment = catalog_copy.connection_of(url)
    assert where == "postgresql://me@db:5433/roads?sslmode=require"
    assert environment == {"PGPASSWORD": "secret"}
