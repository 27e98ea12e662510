"""Whatever the bytes are, judging says something of them and never falls."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.decode import Undecodable, read_header
from quality.reasons import WORDS
from tests.quality.pictures import Image, decoded, drawn_frames, jpeg, look_at


def _plain(level: int) -> Image:
    return np.full((480, 640, 3), level, np.uint8)


def _with_size(data: bytes, width: int, height: int) -> bytes:
    """The same JPEG, its header lying about the size."""
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + data[at + 4 :]


def _cut(data: bytes, share: float) -> bytes:
    """Truncated, but ending properly: what passes the intake's check of the syntax."""
    return data[: int(len(data) * share)].rstrip(b"\xff") + b"\xff\xd9"


DRAWN = drawn_frames()[3]
HOSTILE = {
    "nothing": (b"", "undecodable"),
    "no JPEG": (b"GIF89a, not a JPEG at all", "undecodable"),
    "header only": (b"\xff\xd8\xff\xd9", "undecodable"),
    "scan without a frame": (b"\xff\xd8\xff\xda\x00\x02abc\xff\xd9", "undecodable"),
    "frame header cut": (b"\xff\xd8\xff\xc0\x00\x04ab\xff\xda\x00\x02a\xff\xd9", "undecodable"),
    "cut in half": (_cut(DRAWN, 0.5), "truncated"),
    "headers only": (DRAWN[: DRAWN.index(b"\xff\xda")] + b"\xff\xd9", "undecodable"),
    "one pixel": (jpeg(_plain(90)[:1, :1]), "too-small"),
    "ribbon": (jpeg(np.tile(_plain(90), (1, 60, 1))[:300]), "too-narrow"),
    "mast": (jpeg(np.tile(_plain(90)[:, :320], (125, 1, 1))), "too-narrow"),
    "a header of 40,000 x 40,000": (_with_size(DRAWN, 40_000, 40_000), "too-large"),
    "huge header": (_with_size(DRAWN, 65_000, 65_000), "too-large"),
    "size of nothing": (_with_size(DRAWN, 0, 0), "too-small"),
    "all black": (jpeg(_plain(0)), "too-dark"),
    "all white": (jpeg(_plain(255)), "over-exposed"),
    "all grey": (jpeg(_plain(90)), "low-contrast"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_is_rejected_with_its_reason(name: str) -> None:
    data, reason = HOSTILE[name]
    seen = look_at(data)
    assert seen.grade.rejected_for == reason
    assert seen.grade.value == 0
    assert reason in WORDS


def test_many_scans_are_refused_before_they_are_decoded() -> None:
    image = decoded(DRAWN)
    progressive = jpeg(image, 85, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    last_scan = progressive.rindex(b"\xff\xda")
    bomb = progressive[:-2] + progressive[last_scan:-2] * 1000 + b"\xff\xd9"
    assert read_header(progressive).scans == 10
    assert look_at(bomb).grade.rejected_for == "too-large"


def test_scans_that_no_decoder_reads_cost_nothing() -> None:
    scan = DRAWN.index(b"\xff\xda")
    longer = DRAWN[:-2] + DRAWN[scan:-2] * 200 + b"\xff\xd9"
    assert read_header(longer).scans == 1
    assert look_at(longer).fingerprint == look_at(DRAWN).fingerprint


def test_a_large_picture_may_have_fewer_scans_than_a_small_one() -> None:
    progressive = jpeg(decoded(DRAWN), 85, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    many = progressive[:-2] + progressive[progressive.rindex(b"\xff\xda") : -2] * 30 + b"\xff\xd9"
    at = many.index(b"\xff\xc2") + 5
    large = many[:at] + (6000).to_bytes(2, "big") * 2 + many[at + 4 :]
    assert look_at(many).grade.rejected_for != "too-large"
    assert look_at(large).grade.rejected_for == "too-large"


def test_a_progressive_a_grey_and_a_restarting_jpeg_are_judged_as_any_other() -> None:
    image = decoded(DRAWN)
    expected = look_at(jpeg(image, 85)).grade.value
    progressive = look_at(jpeg(image, 85, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)).grade
    restarting = look_at(jpeg(image, 85, cv2.IMWRITE_JPEG_RST_INTERVAL, 4)).grade
    grey = look_at(jpeg(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8), 85)).grade
    assert progressive.value == restarting.value == expected
    assert abs(grey.value - expected) < 50


def test_a_four_colour_jpeg_is_judged_or_refused_but_does_not_fall() -> None:
    pillow = pytest.importorskip("PIL.Image", reason="no Pillow, which can write CMYK")
    picture = pillow.fromarray(decoded(DRAWN)[..., ::-1]).convert("CMYK")
    import io

    from roadcomb.jpeg import canonical_jpeg

    sink = io.BytesIO()
    picture.save(sink, "JPEG")
    data = canonical_jpeg(sink.getvalue())
    assert read_header(data).components == 4
    assert look_at(data).fingerprint is not None or look_at(data).grade.rejected_for in WORDS


@given(st.binary(max_size=400), st.integers(0, 2**16))
def test_random_damage_is_survived(noise: bytes, at: int) -> None:
    at %= len(DRAWN)
    seen = look_at(DRAWN[:at] + noise + DRAWN[at + len(noise) :])
    assert 0 <= seen.grade.value <= 1000
    assert (seen.fingerprint is None) == (seen.thumbnail == b"")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_camera_gives_an_upright_thumbnail_and_the_same_grade(
    orientation: int,
) -> None:
    upright = decoded(DRAWN)
    stored = _as_stored(upright, orientation)
    seen = look_at(jpeg(stored, 95), orientation)
    expected = look_at(jpeg(upright, 95))
    thumbnail, wanted = decoded(seen.thumbnail), decoded(expected.thumbnail)
    assert thumbnail.shape == wanted.shape
    assert thumbnail.shape[1] > thumbnail.shape[0]
    assert np.abs(thumbnail.astype(int) - wanted).mean() < 4
    assert seen.grade.value == pytest.approx(expected.grade.value, abs=40)


def _as_stored(upright: Image, orientation: int) -> Image:
    """How a camera of this EXIF orientation stores the picture: row 0 and column 0 as tag 0x0112
    of CIPA DC-008 names them.
    """
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: upright.transpose(1, 0, 2)[::-1],
        7: upright.transpose(1, 0, 2)[::-1, ::-1],
        8: upright.transpose(1, 0, 2)[:, ::-1],
    }[orientation]
    return np.ascontiguousarray(stored)


def test_a_header_names_size_and_colours_without_decoding() -> None:
    header = read_header(DRAWN)
    image = decoded(DRAWN)
    assert (header.height, header.width, header.components) == image.shape
    with pytest.raises(Undecodable):
        read_header(b"PNG")
