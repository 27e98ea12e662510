"""A grade says what a driver can see: sharp daylight is good, and each fault is named."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.grade import View, grade
from quality.measures import Measures
from quality.reasons import WORDS
from tests.quality.pictures import (
    blurred,
    decoded,
    drawn_frames,
    exposed,
    jpeg,
    look_at,
    motion_blurred,
    real_frames,
)

MEASURES = st.builds(
    Measures,
    sharpness=st.integers(0, 1100),
    bright=st.integers(0, 255),
    blown=st.integers(0, 1000),
    contrast=st.integers(0, 255),
    smear_deg=st.sampled_from([None, 0, 45, 90, 135]),
    noise=st.integers(0, 30_000),
    blocking=st.integers(1000, 3000),
    covered=st.integers(0, 1000),
    soft=st.integers(0, 1000),
    black=st.integers(0, 255),
    glare=st.integers(0, 255),
)
SHARES = st.integers(0, 1000)
VIEWS = st.builds(View, SHARES, SHARES, SHARES)
LESS_IS_WORSE = ("sharpness", "bright", "contrast")
MORE_IS_WORSE = ("blown", "noise", "blocking", "covered", "soft", "black", "glare")


@given(MEASURES, VIEWS, st.integers(0, 300))
def test_no_measure_can_get_worse_and_raise_the_grade(
    measures: Measures, view: View, by: int
) -> None:
    better = grade(measures, view).value
    less = [
        replace(measures, **{name: max(0, getattr(measures, name) - by)}) for name in LESS_IS_WORSE
    ]
    more = [replace(measures, **{name: getattr(measures, name) + by}) for name in MORE_IS_WORSE]
    assert all(grade(each, view).value <= better for each in (*less, *more))


@given(MEASURES, VIEWS, st.integers(0, 300))
def test_no_dirt_on_the_glass_raises_the_grade(measures: Measures, view: View, by: int) -> None:
    dirtier = [
        replace(view, covered=view.covered + by),
        replace(view, spotted=view.spotted + by),
        replace(view, frosted=view.frosted + by),
    ]
    assert all(grade(measures, each).value <= grade(measures, view).value for each in dirtier)


@given(MEASURES)
def test_a_grade_is_within_0_and_1000_and_every_reason_has_words(measures: Measures) -> None:
    graded = grade(measures)
    assert 0 <= graded.value <= 1000
    assert {*graded.reasons, graded.rejected_for or "blurred"} <= WORDS.keys()
    assert graded.rejected_for is None or graded.reasons[0] == graded.rejected_for


def test_a_frame_without_fault_has_no_reason() -> None:
    assert grade(Measures(400, 200, 0, 150)).value == 1000
    assert grade(Measures(400, 200, 0, 150)).reasons == ()


@pytest.mark.parametrize("degrees", [0, 45, 90])
def test_motion_of_nine_pixels_is_called_blurred(degrees: int) -> None:
    for data in drawn_frames()[::5]:
        moved = look_at(jpeg(motion_blurred(decoded(data), 9, degrees))).grade
        assert moved.reasons[0].startswith("smeared")
        assert moved.value < look_at(data).grade.value / 2


def test_two_stops_too_dark_or_too_bright_are_named() -> None:
    for data in drawn_frames()[::5]:
        dark = look_at(jpeg(exposed(decoded(data), -2))).grade
        bright = look_at(jpeg(exposed(decoded(data), 2))).grade
        assert "too-dark" in dark.reasons
        assert "over-exposed" in bright.reasons
        assert max(dark.value, bright.value) < look_at(data).grade.value * 0.8


def test_a_smear_is_named_by_its_direction_and_a_lens_out_of_focus_is_not() -> None:
    image = decoded(drawn_frames()[5])
    names = {0: "smeared-across", 45: "smeared-aslant", 90: "smeared-down"}
    for degrees, name in names.items():
        assert look_at(jpeg(motion_blurred(image, 13, degrees))).grade.reasons[0] == name
    assert look_at(jpeg(blurred(image, 2.5))).grade.reasons[0] == "blurred"


def test_lamps_in_the_dark_are_night_and_a_dark_street_is_too_dark() -> None:
    street = (decoded(drawn_frames()[5]) // 12).astype(np.uint8)
    lit = street.copy()
    for x in range(40, 560, 90):
        cv2.circle(lit, (x, 90), 9, (255, 255, 255), -1)
    assert look_at(jpeg(lit)).grade.rejected_for == "night"
    assert look_at(jpeg(street)).grade.rejected_for == "too-dark"


def test_the_drawn_drive_is_good() -> None:
    assert min(look_at(data).grade.value for data in drawn_frames()) > 950


@pytest.mark.parametrize(("drive", "lowest"), [("bee_tokyo", 300), ("seq_rennes_sony_road", 950)])
def test_no_undegraded_real_frame_is_rejected(real_data: Path, drive: str, lowest: int) -> None:
    grades = [look_at(data).grade for data in real_frames(real_data / drive)]
    assert grades
    assert {graded.rejected_for for graded in grades} == {None}
    assert min(graded.value for graded in grades) >= lowest


@pytest.mark.parametrize("drive", ["bee_tokyo", "seq_rennes_sony_road"])
def test_faults_of_real_frames_are_named(real_data: Path, drive: str) -> None:
    for data in real_frames(real_data / drive, every=6):
        normal, image = look_at(data).grade, decoded(data)
        moved = look_at(jpeg(motion_blurred(image, 9))).grade
        dark = look_at(jpeg(exposed(image, -2))).grade
        assert moved.reasons[0].startswith("smeared")
        assert moved.value < normal.value / 2
        assert dark.reasons[0] == "too-dark"
        assert dark.value < normal.value * 0.7


def test_real_frames_two_stops_too_bright_are_named(real_data: Path) -> None:
    frames = real_frames(real_data / "seq_rennes_sony_road")
    frames += real_frames(real_data / "stills_highway")
    frames += real_frames(real_data / "bee_tokyo", every=8)
    for data in frames:
        bright = look_at(jpeg(exposed(decoded(data), 2))).grade
        assert bright.reasons[0] == "over-exposed"
        assert bright.value < look_at(data).grade.value * 0.7
