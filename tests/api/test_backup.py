"""A backup taken while the node works gives the node back; damage in it is never restored."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from api.upkeep import backup as backup_module
from api.upkeep.backup import DOMAIN, backup, damages, read_backup, restore
from api.upkeep.fsck import fsck
from api.upkeep.note import last_backup_ms
from ingest.intake import add_frames, drive_state, open_drive, read_frames, seal
from quality.deleting import delete_drive
from roadcomb.canonical import Json, canonical_json
from roadcomb.catalog.tables import drives, packs
from roadcomb.errors import Conflict, IntegrityError, NotFound, UsageError
from roadcomb.files import write_durably
from roadcomb.keys import save_key
from roadcomb.node import Node, open_node
from roadcomb.settings import NodeSettings
from tests.api.lived import copy_of
from tests.api.processes import run_cli
from tests.databases import another_catalog
from tests.drives import contributor, drive_of, make_node, pictures
from tests.quality.deliveries import LIMITS

SOON_MS = 10**13
"""A run later than any file's time, so that nothing is copied twice."""


@pytest.fixture
def node(lived: Node, tmp_path: Path) -> Iterator[Node]:
    made = copy_of(lived, tmp_path / "node")
    save_key(made.key, made.settings.key_file)
    yield made
    made.catalog.close()


def restored(folder: Path, into: Path) -> Node:
    index = read_backup(folder)
    assert list(damages(folder, index)) == []
    restore(folder, index, into, another_catalog())
    return open_node(NodeSettings(data=into))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_restored_node_is_the_node(node: Node, tmp_path: Path) -> None:
    folder, into = tmp_path / "backup", tmp_path / "again"
    backup(node, folder, 1_000)
    again = restored(folder, into)
    assert (again.key.public, fsck(again).damages) == (node.key.public, ())
    for part in ("blobs", "published"):
        assert tree(into / part) == tree(node.settings.data / part)
    with node.catalog.reading() as left, again.catalog.reading() as right:
        query = sa.select(drives).order_by(drives.c.drive_id)
        assert left.execute(query).all() == right.execute(query).all()
    assert (into / "node.pem").stat().st_mode & 0o777 == 0o600
    assert last_backup_ms(node.settings.data) == 1_000
    assert last_backup_ms(into) is None
    again.catalog.close()


def test_a_second_backup_copies_only_what_is_new(node: Node, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    first = backup(node, folder, SOON_MS)
    assert first.copied == len(tree(node.settings.data / "blobs"))
    upload(node, 100)
    second = backup(node, folder, SOON_MS)
    assert (second.copied, second.files, second.forgotten) == (2, first.files + 2, 0)
    again = restored(folder, tmp_path / "again")
    assert fsck(again).damages == ()
    again.catalog.close()


def upload(node: Node, number: int) -> str:
    frames = pictures(3, first=3 * number)
    signed = drive_of(frames, contributor(5))
    open_drive(node, signed, LIMITS)
    add_frames(node, signed.drive_id, frames, LIMITS)
    seal(node, signed.drive_id)
    return signed.drive_id


def test_a_backup_while_drives_come_in_holds_whatever_its_catalog_names(tmp_path: Path) -> None:
    node = make_node(tmp_path / "node")
    done, sealed = threading.Event(), list[str]()

    def work() -> None:
        while not done.is_set():
            sealed.append(upload(node, len(sealed)))

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for run in range(3):
            known = list(sealed)
            backup(node, tmp_path / "backup", 1)
            again = restored(tmp_path / "backup", tmp_path / f"again {run}")
            assert fsck(again).damages == ()
            for drive_id in known:
                assert drive_state(again, drive_id).receipt is not None
                assert len(list(read_frames(again, drive_id))) == 3
            again.catalog.close()
    finally:
        done.set()
        worker.join()
    assert sealed
    node.catalog.close()


def test_what_was_deleted_leaves_the_backup_and_what_vanished_stays(
    node: Node, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    backup(node, folder, SOON_MS)
    with node.catalog.writing() as connection:
        rows = connection.execute(sa.select(packs).order_by(packs.c.id)).all()
        deleted, vanished = rows[0], rows[1]
        held = drives.c.drive_id == deleted.drive_id
        connection.execute(sa.update(drives).where(held).values(deleted_ms=1, salt=None))
    for row in (deleted, vanished):
        node.blobs.delete(row.key)
    assert backup(node, folder, SOON_MS).forgotten == 1
    assert not (folder / "blobs" / deleted.key).exists()
    again = restored(folder, tmp_path / "again")
    assert fsck(again).damages == ()
    assert again.blobs.exists(vanished.key)
    again.catalog.close()


def test_what_is_deleted_and_what_is_closed_while_it_copies_is_in_no_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node, frames = make_node(tmp_path / "node"), pictures(3, first=900)
    save_key(node.key, node.settings.key_file)
    upload(node, 1)
    opened = drive_of(frames, contributor(6))
    open_drive(node, opened, LIMITS)
    add_frames(node, opened.drive_id, frames, LIMITS)
    copy = backup_module._copy_blobs

    def then_dropped(*arguments: Any) -> tuple[int, int]:
        done = copy(*arguments)
        monkeypatch.undo()
        delete_drive(node, opened.drive_id, contributor(6).public)
        write_durably(node.settings.published / "20458" / "manifest.json", b"closed after it")
        return done

    monkeypatch.setattr(backup_module, "_copy_blobs", then_dropped)
    backup(node, tmp_path / "backup", 1)
    again = restored(tmp_path / "backup", tmp_path / "again")
    assert fsck(again).damages == ()
    assert not again.settings.published.exists()
    assert not [name for name in tree(tmp_path / "backup") if opened.drive_id in name]
    with again.catalog.reading() as connection:
        assert len(connection.execute(sa.select(drives)).all()) == 1
    again.catalog.close()
    node.catalog.close()


@pytest.mark.parametrize("name", ["/catalog.", "node.pem", "blobs", "published"])
def test_a_damaged_backup_names_the_file(node: Node, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "backup"
    backup(node, folder, 1)
    path = next(p for p in sorted(folder.rglob("*")) if p.is_file() and name in p.as_posix())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    found = [damage.place for damage in damages(folder, read_backup(folder))]
    assert found == [path.relative_to(folder).as_posix()]


def test_a_damaged_index_restores_nothing(node: Node, tmp_path: Path) -> None:
    backup(node, tmp_path / "backup", 1)
    index = tmp_path / "backup" / "backup.json"
    index.write_bytes(index.read_bytes().replace(b"node.pem", b"mode.pem"))
    with pytest.raises(IntegrityError, match="is damaged"):
        read_backup(tmp_path / "backup")
    with pytest.raises(NotFound, match="no finished backup"):
        read_backup(tmp_path)


@pytest.mark.parametrize("path", ["../beside", "blobs/../../beside", "/etc/beside", "..\\beside"])
def test_a_backup_of_a_strangers_writes_nowhere_else(tmp_path: Path, path: str) -> None:
    key = contributor(7)
    body: Json = {"v": 1, "node": key.public, "started_ms": 0, "files": {path: "ab" * 32}}
    signed: Json = {"backup": body, "signature": key.sign(DOMAIN, canonical_json(body))}
    (tmp_path / "backup.json").write_bytes(canonical_json(signed))
    with pytest.raises(IntegrityError, match="no backup holds"):
        read_backup(tmp_path)


def test_other_peoples_folders_are_never_written_over(node: Node, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"miaow")
    with pytest.raises(UsageError, match="neither empty nor a backup"):
        backup(node, tmp_path / "photos", 1)
    backup(node, tmp_path / "backup", 1)
    with pytest.raises(Conflict, match="is not empty"):
        restore(tmp_path / "backup", read_backup(tmp_path / "backup"), tmp_path / "photos")
    other = make_node(tmp_path / "other")
    with pytest.raises(UsageError, match="of another node"):
        backup(
            Node(other.settings, other.catalog, other.blobs, other.clock, contributor(7)),
            tmp_path / "backup",
            1,
        )
    other.catalog.close()


def test_the_verbs_take_a_node_there_and_back(node: Node, tmp_path: Path) -> None:
    folder, into, catalog = str(tmp_path / "backup"), tmp_path / "again", another_catalog()
    there = {"ROADCOMB_CATALOG": catalog} if catalog else {}
    taken = run_cli(["backup", folder, "--data", str(node.settings.data), "--json"])
    assert (taken.returncode, taken.stderr) == (0, "")
    looked = run_cli(["restore", folder])
    assert (looked.returncode, into.exists()) == (0, False)
    back = run_cli(["restore", folder, "--into", str(into), "--verify"], there)
    assert (back.returncode, back.stderr) == (0, "")
    assert "0 damaged" in back.stdout
    (Path(folder) / "node.pem").write_bytes(b"no key")
    told = run_cli(["restore", folder, "--into", str(tmp_path / "third")])
    assert (told.returncode, told.stderr.count("\n")) == (11, 1)
    assert not (tmp_path / "third").exists()
