"""What a published picture bears out: its grade, give or take what its masks may hide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.borne import TOLERANCE, Borne, borne_grades
from quality.decode import Undecodable
from quality.grade import View
from quality.masking.blurring import blur
from quality.masking.regions import Kind, Region
from quality.publishing.album import (
    Album,
    Pictured,
    album_document,
    parse_album,
    view_of,
)
from quality.publishing.pixels import encoded
from roadcomb.canonical import Json
from roadcomb.cells import cell_of
from roadcomb.errors import IntegrityError
from tests.quality.pictures import blurred, decoded, drawn_frames, jpeg, look_at

CAR = Region(300, 250, 460, 370, Kind.VEHICLE, 0.9)


def published(data: bytes, zones: tuple[Region, ...] = ()) -> bytes:
    return encoded(blur(decoded(data), zones), 85)


@pytest.mark.parametrize("sigma", [0, 1.3, 2])
def test_a_picture_without_masks_bears_one_grade_which_is_its_own(sigma: float) -> None:
    data = drawn_frames()[3] if not sigma else jpeg(blurred(decoded(drawn_frames()[3]), sigma))
    shown = published(data)
    own = look_at(shown).grade.value
    assert borne_grades(shown, ()) == Borne(own, own)
    assert borne_grades(shown, ()).bears(look_at(data).grade.value)


def test_a_masked_picture_bears_out_the_grade_that_its_frame_had() -> None:
    for data in (drawn_frames()[3], jpeg(blurred(decoded(drawn_frames()[3]), 1.3))):
        grade = look_at(data).grade.value
        borne = borne_grades(published(data, (CAR,)), (CAR,))
        assert borne.bears(grade)
        assert not borne.bears(grade - 300)


def test_a_mask_excuses_no_grade_of_a_picture_that_is_out_of_focus() -> None:
    data = jpeg(blurred(decoded(drawn_frames()[3]), 2.5))
    grade = look_at(data).grade.value
    assert grade < 300
    assert not borne_grades(published(data, (CAR,)), (CAR,)).bears(grade + 300)


def test_what_the_drive_told_of_the_glass_lowers_what_is_borne() -> None:
    shown = published(drawn_frames()[3])
    assert borne_grades(shown, (), View(covered=300)).most < borne_grades(shown, ()).most


def test_the_tolerance_is_fifty_of_a_thousand_on_both_sides() -> None:
    borne = Borne(400, 500)
    assert (borne.bears(400 - TOLERANCE), borne.bears(399 - TOLERANCE)) == (True, False)
    assert (borne.bears(500 + TOLERANCE), borne.bears(501 + TOLERANCE)) == (True, False)


def test_what_is_no_picture_bears_nothing() -> None:
    with pytest.raises(Undecodable):
        borne_grades(b"no picture", ())


zones = st.builds(
    Region,
    *([st.integers(0, 4000)] * 4),
    st.sampled_from(Kind),
    st.just(1.0),
)
pictures = st.builds(
    Pictured,
    st.integers(0, 10_000),
    st.integers(-80, 80).map(lambda lat: cell_of(lat, 10.0)),
    st.integers(0, 1000),
    st.none() | st.just("ab" * 32),
    st.lists(zones, max_size=3).map(tuple),
)


@given(st.lists(pictures, max_size=5), st.integers(0, 40_000), st.integers(0, 1000))
def test_an_album_comes_back_out_of_its_file(
    listed: list[Pictured], day: int, spotted: int
) -> None:
    album = Album("0f" * 16, day, View(0, spotted, 0), tuple(listed))
    assert parse_album(album_document(album)) == album
    assert len(album.shown) == sum(one.sha256 is not None for one in listed)


@pytest.mark.parametrize(
    ("found", "instead"),
    [(b'"v":1', b'"v":2'), (b'"grade":5', b'"grade":5000'), (b'"plate"', b'"cow"'), (b"8c", b"zz")],
)
def test_what_is_no_album_is_refused(found: bytes, instead: bytes) -> None:
    zone = Region(1, 2, 3, 4, Kind.PLATE, 1.0)
    one = Pictured(0, cell_of(1.0, 2.0), 5, None, (zone,))
    document = album_document(Album("0f" * 16, 1, View(), (one,)))
    assert found in document
    with pytest.raises(IntegrityError):
        parse_album(document.replace(found, instead, 1))


def test_the_view_is_what_the_evidence_told_and_nothing_else() -> None:
    told: Json = [{"code": "glass-spotted", "per_mille": 40}, {"code": "other", "per_mille": 9}, 7]
    assert view_of({"view": told}) == View(0, 40, 0)
    assert view_of({}) == View()
