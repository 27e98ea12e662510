"""Damage costs the live map as little as can be, and is forgotten when all is whole again."""

from pathlib import Path

import pyarrow as pa
import pytest

from quality.judgement import store
from roadcomb.node import Node
from tests.tiles.driven import judged, published
from tests.tiles.test_cover import tile_around
from tests.tiles.worlds import (
    AT_SEA,
    MONDAY_MS,
    Drive,
    a_node,
    commit_epoch,
)
from tiles.checked import NAME, Checked, stamp_of
from tiles.live import LiveMap
from tiles.shards import shards_of
from tiles.snapshot import digest, write

HOME = tile_around(AT_SEA, 16)
ALICE, BOB = Drive("one"), Drive("two", "bob", t_ms=MONDAY_MS + 9 * 3_600_000)


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return a_node(tmp_path)


def damage(node: Node, coverage: pa.Table) -> tuple[str, bytes]:
    """Change a number in the finest shard of a stored snapshot: its key, and what was there."""
    key = f"coverage/{next(shards_of(coverage)).digest}"
    whole = node.blobs.get(key)
    node.blobs.put(key, whole.replace(b"\x01\x00\x00\x00", b"\x03\x00\x00\x00"))
    return key, whole


def digest_of(coverage: pa.Table) -> str:
    """Of its finest shard."""
    return next(shards_of(coverage)).digest


def rot(path: Path, coverage: pa.Table, folder: Path) -> None:
    """Change a number as a failing disk does, behind the back of the record of what was checked."""
    before, whole = stamp_of(path), path.read_bytes()
    value = int(coverage["grade_sum"][0].as_py()).to_bytes(8, "little")
    path.write_bytes(whole.replace(value, bytes([value[0] ^ 1]) + value[1:]))
    record = folder / NAME
    record.write_text(record.read_text().replace(str(before), str(stamp_of(path))))


def test_an_epoch_whose_snapshot_is_missing_leaves_the_map_as_it_was(node: Node) -> None:
    judged(node, ALICE)
    live = LiveMap(node)
    before = live.state
    commit_epoch(node, 20_458, "0" * 64, [ALICE])
    live.refresh()
    assert live.state.table(12).equals(before.table(12))
    assert live.etag == f'"{before.tag}"'
    assert "coverage/000" in str(live.damage)


def test_a_snapshot_with_a_damaged_shard_leaves_the_last_good_one_until_it_is_whole(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    judged(node, ALICE)
    commit_epoch(node, 20_458, write(node.blobs, published(node, ALICE)), [ALICE])
    live = LiveMap(node)
    good = live.state.snapshot
    judged(node, BOB)
    both = published(node, ALICE, BOB)
    name = write(node.blobs, both)
    key, whole = damage(node, both)
    commit_epoch(node, 20_459, name, [BOB])
    assert live.refresh()
    assert not live.refresh()
    assert live.state.snapshot is good
    assert live.state.table(12).equals(both)
    said = [record.getMessage() for record in caplog.records]
    assert said == [live.damage]
    assert key in said[0]
    assert "from epoch 20458" in said[0]
    node.blobs.put(key, whole)
    assert live.refresh()
    assert (live.state.snapshot.digest, live.damage) == (name, None)
    assert live.state.table(12).equals(both)
    assert len(live.state.overlay[12]) == 0


def test_a_verdict_after_a_damaged_night_is_on_the_map_like_any(node: Node) -> None:
    judged(node, ALICE)
    live = LiveMap(node)
    night = published(node, ALICE)
    name = write(node.blobs, night)
    damage(node, night)
    commit_epoch(node, 20_458, name, [ALICE])
    live.refresh()
    judged(node, BOB)
    live.refresh()
    assert live.state.table(12).equals(published(node, ALICE, BOB))


def test_a_node_that_starts_looks_back_for_the_newest_good_night(node: Node) -> None:
    drives = [Drive(f"d{n}", start=(0.5 + n / 9_000, -25.0)) for n in range(4)]
    for n, drive in enumerate(drives):
        judged(node, drive)
        coverage = published(node, *drives[: n + 1])
        commit_epoch(node, 20_458 + n, write(node.blobs, coverage), [drive])
    whole = [damage(node, published(node, *drives[:n])) for n in (3, 4)]
    live = LiveMap(node)
    assert "from epoch 20459" in str(live.damage)
    assert live.state.snapshot.digest == digest(published(node, *drives[:2]))
    assert live.state.table(12).equals(published(node, *drives))
    node.blobs.put(*whole[0])
    live.refresh()
    assert "from epoch 20460" in str(live.damage)
    node.blobs.put(*whole[1])
    live.refresh()
    assert live.damage is None
    assert live.state.table(12).equals(published(node, *drives))
    assert (live.etag, live.tile(HOME)[1]()) == (LiveMap(node).etag, LiveMap(node).tile(HOME)[1]())


def test_a_start_takes_unread_what_was_hashed_before_and_looks_again_after(
    node: Node, tmp_path: Path
) -> None:
    judged(node, ALICE)
    night = published(node, ALICE)
    name = write(node.blobs, night)
    commit_epoch(node, 20_458, name, [ALICE])
    LiveMap(node, Checked(tmp_path))
    path = node.blobs.local_path(f"coverage/{digest_of(night)}")
    assert path is not None
    rot(path, night, tmp_path)
    live = LiveMap(node, Checked(tmp_path))
    assert (live.damage, live.state.snapshot.digest) == (None, name)
    assert live.state.table(12).equals(night) is False
    while not live.look_again(1):
        pass
    assert "from no epoch" in str(live.damage)
    assert live.state.table(12).equals(night)
    assert not live.look_again(100)
    assert "from no epoch" in str(LiveMap(node, Checked(tmp_path)).damage)


def test_a_shard_that_was_written_again_is_not_taken_unread(node: Node, tmp_path: Path) -> None:
    judged(node, ALICE)
    night = published(node, ALICE)
    commit_epoch(node, 20_458, write(node.blobs, night), [ALICE])
    LiveMap(node, Checked(tmp_path))
    damage(node, night)
    assert "from no epoch" in str(LiveMap(node, Checked(tmp_path)).damage)


@pytest.mark.parametrize("record", [b"", b"[1]", b'{"a": 1}', b"\xff"])
def test_a_damaged_record_of_checks_has_everything_hashed(
    node: Node, tmp_path: Path, record: bytes
) -> None:
    judged(node, ALICE)
    night = published(node, ALICE)
    commit_epoch(node, 20_458, write(node.blobs, night), [ALICE])
    LiveMap(node, Checked(tmp_path))
    (tmp_path / NAME).write_bytes(record)
    live = LiveMap(node, Checked(tmp_path))
    assert live.state.table(12).equals(night)
    assert not live.look_again(100)
    assert (tmp_path / NAME).read_bytes() != record


def test_without_any_good_night_the_map_is_drawn_from_judgements(node: Node) -> None:
    judged(node, ALICE)
    night = published(node, ALICE)
    commit_epoch(node, 20_458, write(node.blobs, night), [ALICE])
    node.blobs.delete(f"coverage/{digest(night)}")
    live = LiveMap(node)
    assert live.state.table(12).equals(night)
    assert "from no epoch" in str(live.damage)


def test_a_damaged_judgement_costs_the_map_its_drive_alone(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    for drive in (ALICE, BOB):
        judged(node, drive)
    digest = store(node.blobs, ALICE.judgement())
    stored = node.blobs.get(f"judgements/{digest}")
    node.blobs.put(f"judgements/{digest}", stored[:9] + b"?" + stored[10:])
    live = LiveMap(node)
    live.refresh()
    assert live.state.table(12).equals(published(node, BOB))
    assert live.state.unread == {digest}
    assert [ALICE.drive_id in record.getMessage() for record in caplog.records] == [True]
    tag = live.etag
    node.blobs.put(f"judgements/{digest}", stored)
    assert live.refresh()
    assert live.etag != tag
    assert live.state.table(12).equals(published(node, ALICE, BOB))
    assert not live.state.unread


def test_what_the_books_counted_of_a_drive_stays_drawn_without_its_judgement(node: Node) -> None:
    for drive in (ALICE, BOB):
        judged(node, drive)
    both = published(node, ALICE, BOB)
    commit_epoch(node, 20_458, write(node.blobs, both), [ALICE, BOB])
    node.blobs.delete(f"judgements/{store(node.blobs, ALICE.judgement())}")
    assert LiveMap(node).state.table(12).equals(both)


def test_a_judgement_restored_after_its_drive_was_counted_is_not_drawn_twice(node: Node) -> None:
    for drive in (ALICE, BOB):
        judged(node, drive)
    digest = store(node.blobs, ALICE.judgement())
    stored = node.blobs.get(f"judgements/{digest}")
    node.blobs.delete(f"judgements/{digest}")
    live, both = LiveMap(node), published(node, ALICE, BOB)
    commit_epoch(node, 20_458, write(node.blobs, both), [ALICE, BOB])
    live.refresh()
    node.blobs.put(f"judgements/{digest}", stored)
    assert live.refresh()
    assert live.state.table(12).equals(both)
    assert set(live.state.pictures["public_id"].to_pylist()) == {"public-one", "public-two"}
