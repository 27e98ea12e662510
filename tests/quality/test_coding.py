"""Noise and JPEG's blocks are told from the pixels, whatever they were saved as last."""

import cv2
import numpy as np
import pytest

from quality.coding import blocking, noise
from tests.quality.pictures import Image, decoded, drawn_frames, grey_half, jpeg, look_at


def test_coarse_jpeg_is_told_by_its_blocks_though_it_was_saved_well_again() -> None:
    for data in drawn_frames()[::6]:
        image = decoded(data)
        coarse = jpeg(image, 12)
        again = jpeg(decoded(coarse), 90)
        assert "over-compressed" in look_at(coarse).grade.reasons
        assert "over-compressed" in look_at(again).grade.reasons
        assert "over-compressed" not in look_at(data).grade.reasons


def test_blocks_are_seen_wherever_they_begin() -> None:
    coarse = grey_half(jpeg(decoded(drawn_frames()[2]), 10))
    found = [blocking(coarse[top:, left:]) for top in range(4) for left in range(4)]
    assert max(found) - min(found) < 100
    assert min(found) > 1190


def test_steps_of_equal_size_everywhere_are_no_blocks() -> None:
    ramp = np.add.outer(np.arange(128), np.arange(128)).astype(np.uint8)
    assert blocking(ramp) == 1000
    assert blocking(np.full((64, 64), 9, np.uint8)) == 1000


@pytest.mark.parametrize("sigma", [3, 6, 12])
def test_white_noise_measures_its_own_variance(sigma: int) -> None:
    grains = np.random.default_rng(sigma).normal(128, sigma, (400, 600))
    measured = noise(np.clip(np.round(grains), 0, 255).astype(np.uint8)) / 100
    assert 0.5 * sigma**2 < measured < sigma**2 + 1


def test_texture_and_ramps_are_no_noise() -> None:
    street = grey_half(drawn_frames()[0])
    assert noise(np.add.outer(np.arange(128), np.arange(128)).astype(np.uint8)) == 0
    assert noise(street) < 300


def test_a_picture_of_nothing_but_noise_is_rejected_as_noisy() -> None:
    grains: Image = np.random.default_rng(3).integers(0, 256, (720, 1280, 3), np.uint8)
    for picture in (grains, cv2.GaussianBlur(grains, (0, 0), 0.6).astype(np.uint8)):
        graded = look_at(jpeg(picture, 95)).grade
        assert graded.rejected_for == "noisy"
        assert graded.value < 60
