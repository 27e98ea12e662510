"""Power cuts at every sync of catalog and packs: what was acknowledged before is there after.

The node's own intake works on a disk that remembers what was synced (tests/torture/disk.py); after
each of its syncs the power goes, and a node is opened on what the disk would hold.
ROADCOMB_CUTS sets how many cuts are tried, spread evenly over all (20; `make torture` asks 200).
"""

import os
import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from api.upkeep.fsck import fsck
from ingest.intake import add_frames, drive_state, open_drive, read_frames, seal
from ingest.limits import IntakeSettings
from ingest.manifest import SignedManifest
from roadcomb.blobs import open_blobs
from roadcomb.catalog import open_catalog
from roadcomb.catalog.driver import Driver
from roadcomb.clock import SystemClock
from roadcomb.jpeg import image_id
from roadcomb.keys import load_key, save_key
from roadcomb.node import Node, open_node
from roadcomb.settings import NodeSettings
from tests.drives import NOW_MS, contributor, drive_of, pictures
from tests.torture.disk import Disk, lay_out
from tests.torture.watchedvfs import WatchedVfs

pytestmark = pytest.mark.sqlite("cuts the power between it and its file")

CUTS = int(os.environ.get("ROADCOMB_CUTS", "20"))
DRIVES, FRAMES, BATCH = 16, 6, 3
LIMITS = IntakeSettings(reserve_bytes=0)
_VFS = "watched by tests"


@dataclass
class Session:
    """Drives that were uploaded, and what was acknowledged of each after how many syncs."""

    drives: list[SignedManifest] = field(default_factory=list)
    opened: dict[str, int] = field(default_factory=dict)
    frames: dict[str, dict[str, int]] = field(default_factory=dict)
    receipts: dict[str, tuple[int, bytes]] = field(default_factory=dict)


def frames_of(number: int) -> list[bytes]:
    return pictures(FRAMES, first=FRAMES * number, size=1500)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Disk, Session]:
    """A node's whole session, on a disk that remembers."""
    folder = tmp_path_factory.mktemp("cut") / "node"
    folder.mkdir()
    disk, session = Disk(folder), Session()
    vfs = WatchedVfs(_VFS, disk.synced)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", disk.fsync)
        node = _open(folder)
        for number in range(DRIVES):
            _upload(node, number, disk, session)
        node.catalog.close()
    vfs.unregister()
    return disk, session


def _open(folder: Path) -> Node:
    """As open_node does, in its order, with a catalog whose syncs are seen."""
    settings = NodeSettings(data=folder)
    blobs = open_blobs(settings.blobs_url)
    catalog = open_catalog(settings.catalog_url, Driver(_VFS))
    save_key(contributor(999), settings.key_file)
    return Node(settings, catalog, blobs, SystemClock(), load_key(settings.key_file))


def _upload(node: Node, number: int, disk: Disk, session: Session) -> None:
    frames = frames_of(number)
    signed = drive_of(frames, started_ms=NOW_MS)
    session.drives.append(signed)
    open_drive(node, signed, LIMITS)
    session.opened[signed.drive_id] = len(disk.states)
    for at in range(0, FRAMES, BATCH):
        batch = frames[at : at + BATCH]
        add_frames(node, signed.drive_id, batch, LIMITS)
        known = session.frames.setdefault(signed.drive_id, {})
        known |= dict.fromkeys(map(image_id, batch), len(disk.states))
    receipt = seal(node, signed.drive_id)
    session.receipts[signed.drive_id] = (len(disk.states), receipt)


def check(folder: Path, session: Session, syncs: int) -> int:
    """Everything acknowledged within the first `syncs` syncs is there; answers how many frames."""
    node = open_node(NodeSettings(data=folder))
    assert fsck(node).damages == ()
    kept = 0
    for number, signed in enumerate(session.drives):
        drive_id = signed.drive_id
        acknowledged = {name for name, at in session.frames[drive_id].items() if at <= syncs}
        again = open_drive(node, signed, LIMITS)
        if session.opened[drive_id] <= syncs:
            assert not again.created
        assert not acknowledged & set(again.missing)
        kept += len(acknowledged)
        at, receipt = session.receipts[drive_id]
        if at <= syncs:
            assert [data for _, data in read_frames(node, drive_id)] == frames_of(number)
            stored = drive_state(node, drive_id).receipt
            assert stored is not None
            assert stored.encode() == receipt
    _go_on(node, session)
    node.catalog.close()
    return kept


def _go_on(node: Node, session: Session) -> None:
    """The client comes back: whatever lacks is sent, and the node is whole."""
    for number, signed in enumerate(session.drives):
        lacking = set(open_drive(node, signed, LIMITS).missing)
        if lacking:
            frames = [frame for frame in frames_of(number) if image_id(frame) in lacking]
            add_frames(node, signed.drive_id, frames, LIMITS)
        seal(node, signed.drive_id)
    assert fsck(node).damages == ()


def cut_points(disk: Disk, session: Session) -> list[int]:
    """Numbers of syncs, evenly over all that came after the node was first open."""
    first, last = session.opened[session.drives[0].drive_id], len(disk.states)
    step = max(1, (last - first) // CUTS)
    return list(range(first, last + 1, step))[:CUTS]


def test_a_session_has_as_many_sync_boundaries_as_are_cut(lived: tuple[Disk, Session]) -> None:
    assert len(cut_points(*lived)) == CUTS


@pytest.mark.parametrize("kind", ["all unsynced is lost", "anything unsynced is torn"])
def test_nothing_acknowledged_is_lost_by_a_power_cut(
    lived: tuple[Disk, Session], tmp_path: Path, kind: str
) -> None:
    disk, session = lived
    chance, kept = random.Random(20_260_105), 0
    for syncs in cut_points(disk, session):
        state = disk.states[syncs - 1]
        files = state.durable if kind.startswith("all") else state.torn(chance)
        lay_out(tmp_path / str(syncs), files)
        kept += check(tmp_path / str(syncs), session, syncs)
    print(f"{CUTS} cuts of {len(disk.states)} syncs, {kept} acknowledged frames, none lost")
    assert kept


def test_the_disk_forgets_what_was_never_synced(tmp_path: Path) -> None:
    """The model itself: it would find a missing sync of a file or of its folder."""
    root = tmp_path / "disk"
    (root / "sub").mkdir(parents=True)
    disk = Disk(root)
    (root / "sub" / "a").write_bytes(b"first")
    disk.synced(root / "sub" / "a")
    assert disk.states[-1].durable == {}
    disk.synced(root / "sub")
    assert disk.states[-1].durable == {}
    disk.synced(root)
    assert disk.states[-1].durable == {"sub/a": b"first"}
    (root / "sub" / "a").rename(root / "sub" / "b")
    (root / "sub" / "b").write_bytes(b"second")
    disk.synced(root)
    assert disk.states[-1].durable == {"sub/a": b"first"}
    disk.synced(root / "sub")
    assert disk.states[-1].durable == {"sub/b": b"first"}
