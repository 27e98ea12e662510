"""A batch comes out as it went in, however it is cut into chunks and wherever it ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.batches import BatchReader, SingleReader, encode_batch
from roadcomb.errors import InvalidInput, TooLarge

LARGE = 10_000
frames_lists = st.lists(st.binary(max_size=60), max_size=12)


@given(frames_lists, st.lists(st.integers(1, 50), min_size=1, max_size=40))
def test_any_chunks_give_the_same_frames(frames: list[bytes], steps: list[int]) -> None:
    reader, body, step = BatchReader(LARGE, LARGE), encode_batch(frames), 0
    while body:
        size = steps[step % len(steps)]
        reader.feed(body[:size])
        body, step = body[size:], step + 1
    reader.close()
    assert reader.frames == frames


@given(frames_lists, st.data())
def test_a_cut_keeps_exactly_what_arrived_whole(frames: list[bytes], data: st.DataObject) -> None:
    body = encode_batch(frames)
    cut = data.draw(st.integers(0, len(body)))
    reader = BatchReader(LARGE, LARGE)
    reader.feed(body[:cut])
    whole = [n for n in range(len(frames)) if len(encode_batch(frames[: n + 1])) <= cut]
    assert reader.frames == frames[: len(whole)]


def test_a_batch_that_ends_within_a_frame_is_refused() -> None:
    reader = BatchReader(LARGE, LARGE)
    reader.feed(encode_batch([b"whole", b"half"])[:-1])
    with pytest.raises(InvalidInput, match="within a frame"):
        reader.close()


def test_a_frame_over_the_limit_is_refused_before_its_bytes_arrive() -> None:
    reader = BatchReader(frame_bytes=10, batch_bytes=LARGE)
    with pytest.raises(TooLarge, match="11 bytes, at most 10"):
        reader.feed(encode_batch([b"x" * 11])[:4])


def test_a_batch_over_the_limit_is_refused() -> None:
    reader = BatchReader(frame_bytes=LARGE, batch_bytes=100)
    reader.feed(b"\0\0\0\x60" + b"x" * 96)
    with pytest.raises(TooLarge, match="send smaller ones"):
        reader.feed(b"\0")


def test_a_single_frame_counts_only_when_its_sender_says_that_it_is_whole() -> None:
    reader = SingleReader(LARGE)
    reader.feed(b"first ")
    reader.feed(b"second")
    assert reader.frames == []
    reader.close()
    assert reader.frames == [b"first second"]


def test_a_single_frame_over_the_limit_is_refused() -> None:
    reader = SingleReader(frame_bytes=10)
    with pytest.raises(TooLarge, match="larger than the 10 bytes"):
        reader.feed(b"x" * 11)
