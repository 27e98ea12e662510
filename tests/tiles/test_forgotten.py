"""What is drawn after drives were forgotten is the fold of those that are left, at any zoom."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.deleting import delete_drive
from roadcomb.cells import PAID_RESOLUTION
from roadcomb.keys import key_from_seed
from roadcomb.node import Node
from tests.tiles.driven import published
from tests.tiles.worlds import (
    MONDAY_MS,
    Drive,
    a_node,
    commit_epoch,
    coverage_at,
    decide,
    scattered,
    seal,
)
from tiles.fold import coarsen, empty, merge
from tiles.forgotten import remaining
from tiles.live import LiveMap
from tiles.pictures import newest
from tiles.shards import shards_of
from tiles.snapshot import Snapshot, open_snapshot, write

ALICE = Drive("one")
BOB = Drive("two", "bob", start=(0.5001, -25.0), t_ms=MONDAY_MS + 9 * 3_600_000)


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return a_node(tmp_path)


def public_of(drive: Drive) -> str:
    return key_from_seed(drive.contributor.encode().ljust(32)).public


def test_a_deleted_drive_leaves_the_tiles_the_pictures_and_the_books_snapshot_alone(
    node: Node,
) -> None:
    for drive in (ALICE, BOB):
        seal(node, drive)
        decide(node, drive)
    both = write(node.blobs, published(node, ALICE, BOB))
    commit_epoch(node, 20_458, both, [ALICE, BOB])
    live = LiveMap(node)
    assert live.state.table(12).equals(published(node, ALICE, BOB))
    tag = live.state.tag
    delete_drive(node, ALICE.drive_id, public_of(ALICE))
    assert live.refresh()
    assert live.state.tag != tag
    for state in (live.state, LiveMap(node).state):
        for res in range(PAID_RESOLUTION + 1):
            assert state.table(res).equals(coarsen(published(node, BOB), res))
        for cell in ALICE.judgement()["cell"].to_pylist():
            assert {picture.public_id for picture in newest(state.pictures, cell, 9)} <= {
                "public-two"
            }
    assert open_snapshot(node.blobs, both).table(12).equals(published(node, ALICE, BOB))


def test_when_all_are_forgotten_nothing_is_drawn(node: Node) -> None:
    seal(node, ALICE)
    decide(node, ALICE)
    commit_epoch(node, 20_458, write(node.blobs, published(node, ALICE)), [ALICE])
    delete_drive(node, ALICE.drive_id, public_of(ALICE))
    state = LiveMap(node).state
    assert all(not len(state.table(res)) for res in range(PAID_RESOLUTION + 1))
    assert state.cells == 0
    assert state.bounds is None


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 99))
def test_what_is_left_and_what_is_redrawn_are_the_fold_of_the_remaining(
    kept: int, gone: int, seed: int
) -> None:
    left = coverage_at(scattered(kept, seed)) if kept else empty()
    deleted = coverage_at(scattered(gone, seed // 2)) if gone else empty()
    whole = snapshot_of(merge([left, deleted]))
    shown, redrawn = remaining(whole, left)
    for res in range(PAID_RESOLUTION + 1):
        parts = [shown.table(res), *([redrawn[res]] if redrawn else [])]
        assert merge(parts).equals(coarsen(left, res))


def snapshot_of(coverage: pa.Table) -> Snapshot:
    shards = {(shard.cell, shard.resolution): shard.table for shard in shards_of(coverage)}
    return Snapshot("whole", shards)
