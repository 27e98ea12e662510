"""Thumbnails of long drives go into several packs, in order."""

import json

from quality.thumbnails import ThumbnailWriter
from roadcomb.blobs import open_blobs
from roadcomb.packs import decode_index, index_of, read_entry


def test_a_short_drive_has_one_pack() -> None:
    blobs = open_blobs("memory:///")
    writer = ThumbnailWriter(blobs)
    writer.add(b"a")
    key = writer.close()
    assert key is not None
    assert blobs.exists(key)


def test_a_long_drive_has_a_list_of_packs_in_order() -> None:
    blobs = open_blobs("memory:///")
    writer = ThumbnailWriter(blobs, pack_bytes=30)
    thumbnails = [bytes([n]) * 10 for n in range(8)]
    for thumbnail in thumbnails:
        writer.add(thumbnail)
    keys = json.loads(writer.close() or "")
    found = [
        read_entry(pack, entry)
        for pack in map(blobs.get, keys)
        for entry in decode_index(index_of(pack))
    ]
    assert len(keys) == 3
    assert found == thumbnails


def test_a_drive_without_pixels_has_none() -> None:
    assert ThumbnailWriter(open_blobs("memory:///")).close() is None
