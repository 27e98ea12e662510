"""A copy keeps its fingerprint, a neighbour has another one, and no machine disagrees."""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.fingerprint import distance, distances, fingerprint, marks_of, mirrored, to_words
from quality.settings import QualitySettings
from tests.benchmarks.copies import COPIES as MADE
from tests.quality.pictures import (
    Image,
    blurred,
    decoded,
    drawn_frames,
    grey_half,
    jpeg,
    look_at,
    real_frames,
)

RADIUS = QualitySettings().fingerprint_distance
MARKS = st.binary(min_size=32, max_size=32)


def _halved(image: Image) -> Image:
    return cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _brightened(image: Image) -> Image:
    bright: Image = np.clip(image * 1.25 + 10, 0, 255).astype(np.uint8)
    return bright


COPIES = {
    "re-encoded": lambda image: jpeg(image, 50),
    "halved": lambda image: jpeg(_halved(image)),
    "brightened": lambda image: jpeg(_brightened(image)),
    "blurred": lambda image: jpeg(blurred(image, 3)),
}


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_of_a_drawn_frame_is_found(how: str) -> None:
    for data in drawn_frames()[::5]:
        copy = COPIES[how](decoded(data))
        assert distance(fingerprint(grey_half(data)), fingerprint(grey_half(copy))) <= RADIUS


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_of_a_real_frame_is_found(real_data: Path, how: str) -> None:
    for data in real_frames(real_data / "bee_tokyo", every=9):
        copy = COPIES[how](decoded(data))
        assert distance(fingerprint(grey_half(data)), fingerprint(grey_half(copy))) <= RADIUS


def test_real_neighbours_are_no_copies(real_data: Path) -> None:
    marks = [fingerprint(grey_half(data)) for data in real_frames(real_data / "bee_tokyo")]
    assert min(distance(a, b) for a, b in pairwise(marks)) > 54


def test_drawn_neighbours_are_no_copies() -> None:
    marks = [fingerprint(grey_half(data)) for data in drawn_frames()]
    assert min(distance(a, b) for a, b in pairwise(marks)) > 54


@given(MARKS, st.lists(MARKS, min_size=1, max_size=20))
def test_vectorised_distances_are_the_distances(one: bytes, many: list[bytes]) -> None:
    found = distances(to_words(one)[0], to_words(b"".join(many)))
    assert found.tolist() == [distance(one, other) for other in many]


@given(st.integers(1, 200), st.integers(1, 200), st.integers(0, 2**32))
def test_any_size_has_a_fingerprint_that_brightness_does_not_change(
    height: int, width: int, seed: int
) -> None:
    grey = np.random.default_rng(seed).integers(0, 128, (height, width), np.uint8)
    assert len(fingerprint(grey)) == 32
    assert distance(fingerprint(grey), fingerprint(grey + 100)) == 0


def test_a_picture_too_large_for_32_bit_sums_keeps_its_fingerprint() -> None:
    small = np.kron(np.random.default_rng(3).integers(128, 256, (64, 64), np.uint8), _ones(8))
    large = np.kron(small, _ones(8))
    assert large.sum(dtype=np.int64) > 2**31
    assert fingerprint(large) == fingerprint(small)


def _ones(side: int) -> Image:
    return np.ones((side, side), np.uint8)


_ELSEWHERE = """
import json, cv2
cv2.setUseOptimized(False)
from tests.quality.pictures import drawn_frames, look_at
print(json.dumps([(s.grade.value, s.fingerprint.hex()) for s in map(look_at, drawn_frames()[:6])]))
"""


def test_grades_and_fingerprints_do_not_depend_on_the_vector_unit() -> None:
    without = {"OPENCV_CPU_DISABLE": "SSE4.1,SSE4.2,AVX,FP16,AVX2,AVX512-SKX,NEON"}
    without |= {"JSIMD_FORCENONE": "1", "NPY_DISABLE_CPU_FEATURES": ""}
    seen = [look_at(data) for data in drawn_frames()[:6]]
    here = [[s.grade.value, (s.fingerprint or b"").hex()] for s in seen]
    elsewhere = subprocess.run(
        [sys.executable, "-c", _ELSEWHERE],
        env=os.environ | without,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=True,
    )
    assert json.loads(elsewhere.stdout) == here


def test_a_mirrored_picture_has_about_the_mirrored_fingerprint() -> None:
    for data in drawn_frames()[::6]:
        grey = grey_half(data)
        expected = mirrored(to_words(fingerprint(grey)))
        found = to_words(fingerprint(np.ascontiguousarray(grey[:, ::-1])))
        assert distances(expected[0], found)[0] <= RADIUS


CROPPED = [name for name in MADE if "%" in name and "side" in name and "mirrored" not in name]


@pytest.mark.parametrize("name", [*CROPPED, "5 % off the bottom", "10 % off the bottom"])
def test_some_crop_of_a_cropped_copy_shows_what_the_stored_crop_shows(name: str) -> None:
    for data in drawn_frames()[::6]:
        stored = marks_of(grey_half(data)).crops[:32]
        copy = marks_of(grey_half(MADE[name](data)))
        ours = to_words(copy.whole + copy.crops)
        assert distances(to_words(stored)[0], ours).min() <= RADIUS


def test_the_whole_picture_has_the_same_fingerprint_with_and_without_crops() -> None:
    for data in drawn_frames()[::6]:
        assert marks_of(grey_half(data)).whole == fingerprint(grey_half(data))
