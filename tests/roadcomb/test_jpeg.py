"""Re-tagging a picture does not make a new one; anything that is no whole JPEG is refused."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from roadcomb.errors import NotAJpeg
from roadcomb.jpeg import canonical_jpeg, image_id


def drawn(seed: int = 1, *options: int) -> bytes:
    picture = np.random.default_rng(seed).integers(0, 256, (48, 64, 3), np.uint8)
    return bytes(cv2.imencode(".jpg", picture, list(options))[1].tobytes())


def decoded(jpeg: bytes) -> NDArray[np.uint8]:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8)


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def tagged(jpeg: bytes, *segments: bytes) -> bytes:
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


JPEG = canonical_jpeg(drawn())


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*range(0xE0, 0xEE), 0xEF, 0xFE]), st.binary(min_size=0, max_size=300)
        ),
        max_size=6,
    ),
    st.binary(max_size=200),
)
def test_tags_comments_and_trailing_bytes_do_not_change_the_image_id(
    tags: list[tuple[int, bytes]], trailer: bytes
) -> None:
    retagged = tagged(JPEG, *(segment(marker, body) for marker, body in tags)) + trailer
    assert canonical_jpeg(retagged) == JPEG
    assert image_id(canonical_jpeg(retagged)) == image_id(JPEG)


def test_canonicalising_twice_changes_nothing_and_the_pixels_stay() -> None:
    original = drawn(3)
    canonical = canonical_jpeg(original)
    assert canonical_jpeg(canonical) == canonical
    assert np.array_equal(decoded(original), decoded(canonical))


def test_the_adobe_segment_stays_because_it_tells_the_colour_transform() -> None:
    adobe = segment(0xEE, b"Adobe\x00\x64\x00\x00\x00\x00\x01")
    assert canonical_jpeg(tagged(JPEG, adobe)) == tagged(JPEG, adobe)


@pytest.mark.parametrize(
    "option",
    [cv2.IMWRITE_JPEG_PROGRESSIVE, cv2.IMWRITE_JPEG_OPTIMIZE, cv2.IMWRITE_JPEG_RST_INTERVAL],
)
def test_progressive_optimised_and_restart_marked_pictures_are_read(option: int) -> None:
    canonical = canonical_jpeg(drawn(5, option, 1))
    assert canonical.endswith(b"\xff\xd9")
    assert decoded(canonical).shape == (48, 64, 3)


def test_fill_bytes_before_a_marker_are_dropped() -> None:
    assert canonical_jpeg(JPEG[:2] + b"\xff\xff" + JPEG[2:]) == JPEG


@given(st.integers(0, len(JPEG) - 1))
def test_a_truncated_picture_is_refused_wherever_it_was_cut(length: int) -> None:
    with pytest.raises(NotAJpeg):
        canonical_jpeg(JPEG[:length])


@given(st.binary(max_size=400), st.booleans())
def test_any_other_bytes_are_refused_and_never_crash(data: bytes, as_jpeg: bool) -> None:
    candidate = b"\xff\xd8" + data if as_jpeg else data
    try:
        canonical = canonical_jpeg(candidate)
    except NotAJpeg:
        return
    assert canonical_jpeg(canonical) == canonical


@given(st.data())
def test_flipped_bytes_are_refused_or_give_another_canonical_picture(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(JPEG) - 1))
    damaged = bytearray(JPEG)
    damaged[at] ^= data.draw(st.integers(1, 255))
    try:
        canonical = canonical_jpeg(bytes(damaged))
    except NotAJpeg:
        return
    assert canonical_jpeg(canonical) == canonical


@pytest.mark.parametrize("empty", [b"\xff\xfe\0\2", b"\xff\xda\0\2"])
def test_a_picture_of_nothing_but_segments_is_refused_early(empty: bytes) -> None:
    with pytest.raises(NotAJpeg, match="more than 10000 segments"):
        canonical_jpeg(b"\xff\xd8" + empty * 1_000_000 + b"\xff\xd9")
