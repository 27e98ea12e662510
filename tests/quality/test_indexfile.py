"""A restart finds what was found before, and what is not to be trusted is made anew."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from quality.deleting import INDEX_FILE, delete_drive
from quality.indexfile import IndexFile, open_index
from quality.judge import judge_pending
from quality.search import FrameIndex
from roadcomb.engine import InlineEngine
from roadcomb.jpeg import image_id
from roadcomb.keys import key_from_seed
from roadcomb.node import Node
from tests.drives import contributor, make_node
from tests.quality.deliveries import deliver
from tests.quality.pictures import drawn_frames, look_at

ALICE, BOB = contributor(1), contributor(2)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = make_node(tmp_path / "node")
    deliver(made, ALICE, drawn_frames()[:5])
    deliver(made, BOB, drawn_frames()[5:9])
    judge_pending(made, InlineEngine())
    yield made
    made.catalog.close()


def _path(node: Node) -> Path:
    return node.settings.data / INDEX_FILE


def _written(node: Node) -> IndexFile:
    kept = IndexFile(node)
    kept.index.follow(node)
    kept.write()
    return kept


def _answers(index: FrameIndex) -> object:
    pictures = [bytes.fromhex(image_id(data)) for data in drawn_frames()[:12]]
    return index.drives, index.last_decision, [index.same_image(one) for one in pictures]


def test_a_restart_reads_the_file_and_not_the_judgements(node: Node) -> None:
    before = _written(node).index
    for judgement in list(node.blobs.keys("judgements")):
        node.blobs.delete(judgement)
    after = open_index(node)
    assert _answers(after) == _answers(before)
    assert after.table.rows == 9
    assert after.unread == {}


def test_what_was_decided_since_is_followed(node: Node) -> None:
    _written(node)
    deliver(node, BOB, drawn_frames()[9:14])
    judge_pending(node, InlineEngine())
    assert _answers(open_index(node)) == _answers(_built_anew(node))


@pytest.mark.parametrize("at", [0, 100, 2_000, -200])
def test_a_damaged_file_is_made_anew(node: Node, at: int) -> None:
    expected = _answers(_written(node).index)
    data = bytearray(_path(node).read_bytes())
    data[at] ^= 0x40
    _path(node).write_bytes(bytes(data))
    assert _answers(open_index(node)) == expected


def test_a_cut_file_is_made_anew(node: Node) -> None:
    expected = _answers(_written(node).index)
    os.truncate(_path(node), _path(node).stat().st_size // 2)
    assert _answers(open_index(node)) == expected


def test_another_nodes_file_is_not_read(node: Node) -> None:
    _written(node)
    other = replace(node, key=key_from_seed(bytes(31) + b"x"))
    assert IndexFile(other).index.last_decision == 0
    assert IndexFile(node).index.last_decision == 2


def test_a_file_that_is_ahead_of_the_catalog_is_not_read(node: Node, tmp_path: Path) -> None:
    _written(node)
    earlier = make_node(tmp_path / "earlier")
    (earlier.settings.data / INDEX_FILE).write_bytes(_path(node).read_bytes())
    assert IndexFile(replace(earlier, key=node.key)).index.last_decision == 0
    earlier.catalog.close()


def test_a_deleted_drives_fingerprints_leave_the_disk(node: Node) -> None:
    kept = _written(node)
    mark = look_at(drawn_frames()[0]).fingerprint or b""
    assert mark in _path(node).read_bytes()
    delete_drive(node, next(iter(kept.index.drives)), ALICE.public)
    assert not _path(node).exists()
    kept.index.follow(node)
    assert kept.keep()
    assert mark not in _path(node).read_bytes()
    pictures = [bytes.fromhex(image_id(data)) for data in drawn_frames()[:5]]
    assert all(open_index(node).same_image(one) for one in pictures)


def test_the_file_is_not_written_for_every_drive(node: Node) -> None:
    kept = IndexFile(node)
    kept.index.follow(node)
    assert not kept.keep()
    assert not _path(node).exists()


def test_a_file_that_cannot_be_written_stops_no_judging(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    _path(node).mkdir()
    kept = IndexFile(node)
    kept.index.follow(node)
    kept.index.buried.add("a drive")
    assert not kept.keep()
    assert "not kept over a restart" in caplog.text
    assert not list(node.settings.data.glob("*.part")) + list(node.settings.data.glob(".*.part"))


def _built_anew(node: Node) -> FrameIndex:
    index = FrameIndex()
    index.follow(node)
    return index
