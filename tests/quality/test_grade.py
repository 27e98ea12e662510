"""A grade says what a driver can see: sharp daylight is good, and each fault is named."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.grade import grade
from quality.measures import Measures
from quality.reasons import WORDS
from tests.quality.pictures import (
    decoded,
    drawn_frames,
    exposed,
    jpeg,
    look_at,
    motion_blurred,
    real_frames,
)

MEASURES = st.builds(
    Measures, st.integers(0, 1100), st.integers(0, 255), st.integers(0, 1000), st.integers(0, 255)
)


@given(MEASURES, st.integers(0, 300))
def test_no_measure_can_get_worse_and_raise_the_grade(measures: Measures, by: int) -> None:
    better = grade(measures).value
    worse = [
        replace(measures, sharpness=max(0, measures.sharpness - by)),
        replace(measures, bright=max(0, measures.bright - by)),
        replace(measures, blown=measures.blown + by),
        replace(measures, contrast=max(0, measures.contrast - by)),
    ]
    assert all(grade(each).value <= better for each in worse)


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


def test_the_drawn_drive_is_good() -> None:
    assert min(look_at(data).grade.value for data in drawn_frames()) > 800


@pytest.mark.parametrize(("drive", "lowest"), [("bee_tokyo", 350), ("seq_rennes_sony_road", 950)])
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
