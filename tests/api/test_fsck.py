"""fsck finds every flipped bit, tells it from what was lawfully deleted, and prunes leftovers."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.upkeep.fsck import fsck, prune
from quality.deleting import delete_drive
from roadcomb.catalog.tables import drives, packs
from roadcomb.epochs import DAY_MS
from roadcomb.keys import save_key
from roadcomb.node import Node
from tests.api.lived import copy_of, kept_files, place_of
from tests.api.processes import run_cli


@pytest.fixture
def node(lived: Node, tmp_path: Path) -> Iterator[Node]:
    made = copy_of(lived, tmp_path / "node")
    yield made
    made.catalog.close()


def test_a_whole_node_has_no_damage_and_nothing_unreferenced(lived: Node) -> None:
    report = fsck(lived)
    assert (report.damages, report.unreferenced) == ((), ())
    stored = {place_of(lived, path) for path in kept_files(lived)}
    assert {name.partition("/")[0] for name in stored} == {
        "blurred",
        "books",
        "coverage",
        "judgements",
        "manifests",
        "openings",
        "originals",
        "packs",
        "published",
        "refill",
        "rows",
        "thumbnails",
        "weighed-by",
    }
    assert report.checked >= len(stored)


def test_every_missing_file_is_found(node: Node) -> None:
    lost = kept_files(node)[::7]
    for path in lost:
        path.unlink()
    found = {damage.place for damage in fsck(node).damages}
    assert {place_of(node, path) for path in lost} <= found


def test_a_changed_receipt_or_index_in_the_catalog_is_found(node: Node) -> None:
    with node.catalog.writing() as connection:
        row = connection.execute(sa.select(drives).where(drives.c.log_index == 0)).one()
        connection.execute(
            sa.update(drives).where(drives.c.log_index == 0).values(frames=row.frames + 1)
        )
        pack = connection.execute(sa.select(packs)).first()
        assert pack is not None
        changed = bytes(44) + pack._mapping["index"][44:]
        connection.execute(sa.update(packs).where(packs.c.id == pack.id).values(index=changed))
    found = {damage.place for damage in fsck(node).damages}
    lacking = f"catalog/frames/{pack.drive_id}"
    assert found == {f"catalog/receipt/{row.drive_id}", pack.key, lacking}


def test_a_lost_row_of_a_pack_is_a_damage_where_nothing_is_published(node: Node) -> None:
    with node.catalog.writing() as connection:
        pack = connection.execute(sa.select(packs)).first()
        assert pack is not None
        connection.execute(sa.delete(packs).where(packs.c.id == pack.id))
    damage = [one for one in fsck(node).damages if one.place == f"catalog/frames/{pack.drive_id}"]
    assert "are in no pack" in damage[0].what


def test_what_a_contributor_had_deleted_is_no_damage(node: Node) -> None:
    before = set(node.blobs.keys(""))
    with node.catalog.reading() as connection:
        drive = connection.execute(sa.select(drives).where(drives.c.log_index == 0)).one()
    delete_drive(node, drive.drive_id, drive.contributor)
    gone = [key.partition("/")[0] for key in before - set(node.blobs.keys(""))]
    assert sorted(gone) == [*["blurred"] * 4, "judgements", "manifests", "originals", "thumbnails"]
    report = fsck(node)
    assert (report.damages, report.unreferenced) == ((), ())
    tombstone = f"tombstones/{drive.drive_id}"
    node.blobs.delete(tombstone)
    assert [damage.place for damage in fsck(node).damages] == [tombstone]


def test_leftovers_of_cut_uploads_are_told_and_pruned_when_old(node: Node) -> None:
    leftovers = ("packs/ab/cd/ef", "manifests/ab", "packs/ab/cd/ef.123456.part")
    for key in (*leftovers, "judgements/ab"):
        node.blobs.put(key, b"nobody names me")
    report = fsck(node)
    assert report.damages == ()
    assert set(report.unreferenced) == {*leftovers, "judgements/ab"}
    written_ms = node.blobs.modified_ms("manifests/ab")
    assert list(prune(node, report.unreferenced, written_ms)) == []
    pruned = list(prune(node, report.unreferenced, written_ms + 2 * DAY_MS))
    assert set(pruned) == set(leftovers)
    assert fsck(node).unreferenced == ("judgements/ab",)


def test_a_leftover_that_is_stored_again_meanwhile_is_not_pruned(node: Node) -> None:
    digest = node.blobs.put_addressed("blurred/ab", b"published after all")
    key = f"blurred/ab/{digest}"
    path = node.blobs.local_path(key)
    assert path is not None
    report = fsck(node)
    assert report.unreferenced == (key,)
    now_ms = node.blobs.modified_ms(key)
    os.utime(path, (0, 0))
    node.blobs.put_addressed("blurred/ab", b"published after all")
    assert list(prune(node, report.unreferenced, now_ms + DAY_MS // 2)) == []
    os.utime(path, (0, 0))
    assert list(prune(node, report.unreferenced, now_ms)) == [key]


def test_the_verb_says_one_line_a_damage_and_ends_with_11(node: Node) -> None:
    data = ["--data", str(node.settings.data)]
    environment = {"ROADCOMB_CLOCK_FILE": str(node.settings.data / "clock")}
    save_key(node.key, node.settings.key_file)
    lost = kept_files(node)[0]
    lost.unlink()
    damaged = run_cli(["fsck", *data], environment)
    assert damaged.returncode == 11
    assert damaged.stderr.startswith(f"damaged: {place_of(node, lost)}: ")


@pytest.mark.sqlite("wipes a page of its file")
def test_beside_a_damaged_catalog_nothing_is_called_a_leftover(node: Node) -> None:
    """A page of zeros, as a broken disk gives it: what it named must not be pruned."""
    node.catalog.scrub()
    node.catalog.close()
    file = node.settings.data / "catalog.sqlite"
    data = file.read_bytes()
    drive_id = next(node.settings.data.glob("blobs/manifests/*")).name.encode()
    page = data.index(drive_id) // 4096 * 4096
    file.write_bytes(data[:page] + bytes(4096) + data[page + 4096 :])
    report = fsck(node)
    assert "catalog" in {damage.place for damage in report.damages}
    assert report.unreferenced == ()


@pytest.mark.sqlite("flips a bit of its log")
def test_a_bit_flipped_in_what_the_catalog_has_yet_to_write_is_found(node: Node) -> None:
    """The node works, so its newest transactions are in the write-ahead log only."""
    with node.catalog.writing() as connection:
        connection.execute(sa.update(drives).values(device="another"))
    log = node.settings.data / "catalog.sqlite-wal"
    data = bytearray(log.read_bytes())
    data[len(data) // 2] ^= 1
    log.write_bytes(data)
    assert "catalog.sqlite-wal is damaged in frame" in fsck(node).damages[0].what


def test_a_receipts_digit_in_another_case_is_a_flipped_bit_too(node: Node) -> None:
    with node.catalog.writing() as connection:
        row = connection.execute(sa.select(drives).where(drives.c.log_index == 0)).one()
        at = max(row.receipt.rfind(digit) for digit in "abcdef")
        changed = f"{row.receipt[:at]}{row.receipt[at].upper()}{row.receipt[at + 1 :]}"
        mine = drives.c.drive_id == row.drive_id
        connection.execute(sa.update(drives).where(mine).values(receipt=changed))
    assert [damage.place for damage in fsck(node).damages] == [f"catalog/receipt/{row.drive_id}"]
