"""A deleted drive's salt is in no file of PostgreSQL's tables, though they keep old rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest.intake import add_frames, open_drive, seal
from quality.deleting import delete_drive
from roadcomb.catalog.tables import drives
from roadcomb.errors import Busy
from roadcomb.node import Node
from tests.databases import new_database
from tests.drives import contributor, drive_of, make_node, pictures
from tests.quality.deliveries import LIMITS
from tests.searching import files_holding

DRIVES = 12


@pytest.fixture
def node(postgresql: sa.URL, tmp_path: Path) -> Iterator[Node]:
    """A node on PostgreSQL with a few pages of drives, each row written more than once."""
    made = make_node(tmp_path / "node", new_database(postgresql))
    for number in range(DRIVES):
        frames = pictures(2, first=2 * number)
        signed = drive_of(frames)
        open_drive(made, signed, LIMITS)
        add_frames(made, signed.drive_id, frames, LIMITS)
        seal(made, signed.drive_id)
    yield made
    made.catalog.close()


def salts(node: Node) -> dict[str, bytes]:
    with node.catalog.reading() as connection:
        rows = connection.execute(sa.select(drives.c.drive_id, drives.c.salt)).all()
    return {row.drive_id: bytes(row.salt) for row in rows if row.salt is not None}


def analyse(node: Node) -> None:
    """As autovacuum does now and then: samples of columns are kept for the planner."""
    with node.catalog.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE drives")


def files_with(node: Node, wanted: bytes) -> list[str]:
    """Files of the cluster's tables that hold some bytes, once all pages are written down."""
    with node.catalog.engine.connect() as connection:
        connection.exec_driver_sql("CHECKPOINT")
        home = Path(str(connection.exec_driver_sql("SHOW data_directory").scalar()))
    return files_holding(home / "base", wanted)


def test_no_page_holds_the_salt_of_a_deleted_drive(node: Node) -> None:
    before = salts(node)
    analyse(node)
    for drive_id in list(before)[-4:][::-1]:  # VACUUM leaves the last ones of a page readable
        assert files_with(node, before[drive_id])
        delete_drive(node, drive_id, contributor().public)
        assert files_with(node, before[drive_id]) == []
    left = salts(node)
    assert left == {name: salt for name, salt in before.items() if name in left}
    assert len(left) == DRIVES - 4


def test_while_others_read_all_the_time_it_says_so_and_the_next_call_goes_on(node: Node) -> None:
    with node.catalog.reading() as connection:
        connection.execute(sa.select(drives)).all()
        with pytest.raises(Busy, match="call again"):
            node.catalog.scrub(patience_s=0.05)
    node.catalog.scrub()
