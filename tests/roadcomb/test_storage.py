"""Blobs are durable, addressed ones are checked; packs give back each frame or call it damaged."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from obstore.store import S3Store

from roadcomb import packs
from roadcomb.blobs import Blobs, open_blobs
from roadcomb.errors import (
    DigestMismatch,
    IntegrityError,
    NotFound,
    StorageFull,
    TooLarge,
    Unreachable,
)


@pytest.fixture(params=["file", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    local = request.param == "file"
    return open_blobs((tmp_path / "blob s").as_uri() if local else "memory:///")


def test_what_was_put_is_got_whole_and_by_range(blobs: Blobs) -> None:
    blobs.put("a/b", b"0123456789")
    assert blobs.get("a/b") == b"0123456789"
    assert blobs.get_range("a/b", 3, 4) == b"3456"
    assert blobs.exists("a/b")
    assert list(blobs.keys("a")) == ["a/b"]


def test_what_is_not_there_is_not_found(blobs: Blobs) -> None:
    assert not blobs.exists("nothing")
    with pytest.raises(NotFound):
        blobs.get("nothing")
    with pytest.raises(NotFound):
        blobs.get_range("nothing", 0, 1)
    blobs.delete("nothing")


def test_a_deleted_blob_is_gone(blobs: Blobs) -> None:
    blobs.put("a", b"x")
    blobs.delete("a")
    assert not blobs.exists("a")


def test_addressed_bytes_are_checked_when_read(blobs: Blobs) -> None:
    digest = blobs.put_addressed("things", b"right")
    assert blobs.get_addressed("things", digest) == b"right"
    assert blobs.put_addressed("things", b"right") == digest
    blobs.put(f"things/{digest}", b"wrong")
    with pytest.raises(IntegrityError, match=digest):
        blobs.get_addressed("things", digest)


def test_a_put_is_synced_to_the_disk_with_its_folders_before_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def remember(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    monkeypatch.setattr(os, "fsync", remember)
    open_blobs(tmp_path.as_uri()).put("a/b", b"x")
    assert synced[0].startswith(f"{tmp_path}/a/b.")
    assert synced[1:] == [f"{tmp_path}/a", str(tmp_path)]


def test_a_failed_sync_stores_nothing_and_says_that_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    store = open_blobs(tmp_path.as_uri())
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        store.put("a/b", b"x")
    assert list(store.keys("")) == []


def test_a_store_that_does_not_answer_is_away_and_not_damaged() -> None:
    away = S3Store(
        "bucket",
        endpoint="http://127.0.0.1:1",
        region="nowhere",
        skip_signature=True,
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )
    store = Blobs(away)
    for ask in (
        lambda: store.put("a", b"x"),
        lambda: store.put_addressed("a", b"x"),
        lambda: store.get("a"),
        lambda: store.get_range("a", 0, 1),
        lambda: store.delete("a"),
        lambda: list(store.keys("a")),
    ):
        with pytest.raises(Unreachable, match="does not answer for a"):
            ask()


def test_a_file_shorter_than_its_range_is_damage(tmp_path: Path) -> None:
    store = open_blobs(tmp_path.as_uri())
    store.put("a", b"short")
    with pytest.raises(IntegrityError):
        store.get_range("a", 10, 10)


FRAMES = st.lists(st.binary(max_size=200), max_size=8)


@given(FRAMES)
def test_a_pack_gives_back_each_frame_through_its_index(frames: list[bytes]) -> None:
    pack, index = packs.encode_pack(frames)
    assert packs.index_of(pack) == index
    assert len(pack) == packs.packed_size([len(frame) for frame in frames])
    assert [packs.read_entry(pack, entry) for entry in packs.decode_index(index)] == frames


@given(st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=4), st.data())
def test_a_flipped_byte_anywhere_in_a_pack_is_noticed(
    frames: list[bytes], data: st.DataObject
) -> None:
    pack, index = packs.encode_pack(frames)
    damaged = bytearray(pack)
    damaged[data.draw(st.integers(0, len(pack) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises((IntegrityError, DigestMismatch)):
        check_against_catalog(bytes(damaged), index)


def check_against_catalog(pack: bytes, index: bytes) -> None:
    if packs.index_of(pack) != index:
        raise IntegrityError("the index differs from the catalog's")
    for entry in packs.decode_index(index):
        packs.read_entry(pack, entry)


def test_an_oversized_pack_is_refused() -> None:
    with pytest.raises(TooLarge):
        packs.encode_pack([b"x" * packs.MAX_PACK_BYTES])


@pytest.mark.parametrize("data", [b"", b"RCPACK1\n", b"x" * 100, b"RCPACK1\n" * 3])
def test_bytes_that_are_no_pack_are_refused(data: bytes) -> None:
    with pytest.raises(IntegrityError):
        packs.index_of(data)


def test_an_index_of_a_wrong_size_is_refused() -> None:
    with pytest.raises(IntegrityError):
        packs.decode_index(b"x" * 45)
