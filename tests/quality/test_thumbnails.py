"""Thumbnails of long drives go into several packs, in order; only their node can read them."""

import json

import pytest

from quality.thumbnails import ThumbnailWriter, read_thumbnails
from roadcomb.errors import IntegrityError
from roadcomb.node import Node
from tests.drives import contributor


def test_a_short_drive_has_one_pack_and_a_second_time_the_same(node: Node) -> None:
    keys = set()
    for _ in range(2):
        writer = ThumbnailWriter(node.blobs, node.key)
        writer.add(b"a")
        keys.add(writer.close() or "")
    [key] = keys
    assert read_thumbnails(node, key) == [b"a"]


def test_a_long_drive_has_a_list_of_packs_in_order(node: Node) -> None:
    writer = ThumbnailWriter(node.blobs, node.key, pack_bytes=30)
    thumbnails = [bytes([n]) * 10 for n in range(8)]
    for thumbnail in thumbnails:
        writer.add(thumbnail)
    keys = json.loads(writer.close() or "")
    assert len(keys) == 3
    assert [data for key in keys for data in read_thumbnails(node, key)] == thumbnails


def test_a_drive_without_pixels_has_none(node: Node) -> None:
    assert ThumbnailWriter(node.blobs, node.key).close() is None


def test_at_rest_nobody_but_the_node_can_read_them(node: Node) -> None:
    writer = ThumbnailWriter(node.blobs, contributor(7))
    writer.add(b"an unblurred picture")
    key = writer.close() or ""
    assert b"unblurred" not in node.blobs.get(key)
    with pytest.raises(IntegrityError, match="another node's"):
        read_thumbnails(node, key)
