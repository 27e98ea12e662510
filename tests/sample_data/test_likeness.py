"""Drawn frames behave under a fingerprint as real dashcam frames do.

The bounds come from two real drives: neighbours 8 m apart differ in 54 bits and more of 256,
re-encoded copies in 16 and fewer, brightened ones in 22.
"""

import itertools
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from sample_data import Conditions, Light, Pose, draw
from sample_data.dice import Bytes
from sample_data.lens import exposed
from sample_data.render import copied, encoded
from sample_data.scenario import CAROL

Bits = npt.NDArray[np.bool_]

POSES = [Pose(1.7, -60.0 + 8.1 * step, 0.0) for step in range(8)]
POSES += [Pose(20.0 + 8.1 * step, 94.3, 90.0) for step in range(8)]


def bits(picture: Bytes) -> Bits:
    """256 bits: 64 x 64 grey, 16 x 16 low frequencies of its DCT, against their median."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    half = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    small = cv2.resize(half, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = np.asarray(cv2.dct(small))[:16, :16].ravel()
    return np.asarray(low > np.median(low))


def distance(one: Bytes, other: Bytes) -> int:
    return int((bits(one) != bits(other)).sum())


def sharpness(picture: Bytes) -> float:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    half = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return float(np.asarray(cv2.Laplacian(half, cv2.CV_16S)).astype(np.float64).var())


@pytest.fixture(scope="module")
def pictures() -> list[Bytes]:
    return [draw(pose, Conditions(grain_seed=place)) for place, pose in enumerate(POSES)]


def test_neighbours_differ_as_real_ones_do(pictures: list[Bytes]) -> None:
    pairs = itertools.pairwise(pictures)
    assert min(distance(one, other) for one, other in pairs) >= 54


def test_other_places_look_different(pictures: list[Bytes]) -> None:
    apart = [
        distance(one, other)
        for place, one in enumerate(pictures)
        for other in pictures[place + 2 :]
    ]
    assert min(apart) >= 70
    assert float(np.median(apart)) >= 100


def test_a_copy_is_known_by_its_fingerprint(pictures: list[Bytes]) -> None:
    for place, picture in enumerate(pictures[:6]):
        copy = copied(encoded(picture, 85), place, 60)
        decoded = np.asarray(cv2.imdecode(np.frombuffer(copy, np.uint8), cv2.IMREAD_COLOR))
        assert distance(picture, decoded.astype(np.uint8)) <= 16


def test_the_same_place_in_another_light_with_other_cars_is_no_copy(
    pictures: list[Bytes],
) -> None:
    later = Conditions(day_seed=2, light=Light(246.0, 40.0, 70, 14))
    later = replace(later, device=replace(later.device, focal_share=0.66, mount_m=1.22))
    for picture, pose in zip(pictures[:4], POSES[:4], strict=True):
        aside = Pose(pose.x_m - 0.6, pose.y_m + 1.0, pose.heading_deg + 0.6)
        assert distance(picture, draw(aside, later)) > 45


def test_a_dirty_lens_is_less_sharp_and_burns_out() -> None:
    clean = Conditions()
    dirty = replace(clean, device=CAROL.device)
    same = replace(clean, device=replace(CAROL.device, exposure=100, contrast=100, dirt=0))
    good, bad = draw(POSES[3], same), draw(POSES[3], dirty)
    assert sharpness(bad) < 0.6 * sharpness(good)
    assert float((bad > 250).mean()) > float((good > 250).mean()) + 0.03


def test_smears_stay_put_while_the_scene_moves() -> None:
    """Two scenes without any detail show one and the same dirt."""
    dirty = Conditions(device=replace(CAROL.device, exposure=100, contrast=100))
    dark, light = np.zeros((720, 1280, 3), np.uint8), np.full((720, 1280, 3), 40, np.uint8)
    first, second = exposed(dark, dirty), exposed(light, dirty)
    one, other = (part - part.mean() for part in (first.astype(float), second.astype(float)))
    likeness = (one * other).mean() / np.sqrt((one * one).mean() * (other * other).mean())
    assert float(likeness) > 0.9


def test_a_frame_at_quality_85_stays_under_300_kilobytes(pictures: list[Bytes]) -> None:
    sizes = [len(encoded(picture, 85)) for picture in pictures]
    assert max(sizes) < 300_000
    assert min(sizes) > 100_000
