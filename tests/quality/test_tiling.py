"""Squares of a picture tell what hides, spots, veils or dazzles it; sound pictures tell nothing."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from quality.measures import Measures, measure
from quality.tiling import SIDE, narrowed, tile_measures
from tests.quality.pictures import Image, drawn_frames, grey_half

SIDES = st.tuples(st.integers(1, 6), st.integers(1, 6)).map(lambda n: (n[0] * SIDE, n[1] * SIDE))


def _street(n: int = 3) -> Image:
    return grey_half(drawn_frames()[n]).copy()


def _measured(grey: Image) -> Measures:
    return measure(grey)


@given(arrays(np.uint8, SIDES))
def test_black_is_the_darkest_pixel_that_all_but_a_twentieth_of_the_tiles_reach(
    grey: Image,
) -> None:
    tiles = grey.reshape(grey.shape[0] // SIDE, SIDE, grey.shape[1] // SIDE, SIDE)
    darkest = np.sort(tiles.min(axis=(1, 3)), axis=None)
    assert tile_measures(grey, bright=0).black == darkest[darkest.size * 5 // 100]


def test_a_sound_street_is_neither_covered_nor_soft_nor_lifted() -> None:
    for n in range(24):
        measured = _measured(_street(n))
        assert measured.covered < 133
        assert measured.soft <= 14
        assert measured.black < 46
        assert measured.glare <= 24


def test_a_dark_thing_before_a_quarter_of_the_view_is_covered() -> None:
    grey = _street()
    height, width = grey.shape
    grey[: height // 2, : width // 2] = 30
    assert 180 <= _measured(grey).covered <= 300


@pytest.mark.parametrize("at", range(17, 31))
def test_a_single_step_between_any_two_lines_is_an_edge_and_no_softness(at: int) -> None:
    grey = np.full((64, 64), 60, np.uint8)
    grey[at:] = 140
    assert tile_measures(grey, bright=140).soft == 0
    assert tile_measures(np.ascontiguousarray(grey.T), bright=140).soft == 0


def test_drops_are_soft_tiles_in_a_sharp_picture() -> None:
    grey = _street()
    mask = np.zeros_like(grey)
    for x in range(20, grey.shape[1], 60):
        for y in range(30, grey.shape[0], 60):
            cv2.circle(mask, (x, y), 17, 255, -1)
    behind = cv2.GaussianBlur(grey, (0, 0), 8)
    assert _measured(np.where(mask > 0, behind, grey).astype(np.uint8)).soft > 25


def test_fog_lifts_the_black_and_noise_does_not_sink_it() -> None:
    clear = _street()
    fog = (clear * 0.4 + 200 * 0.6).astype(np.uint8)
    assert _measured(fog).black > _measured(clear).black + 80
    fog[5, ::40] = 0
    assert _measured(fog).black > 100


def test_a_sun_over_the_street_is_glare_and_a_blown_sky_is_not() -> None:
    grey = _street()
    height, width = grey.shape
    y, x = np.mgrid[:height, :width]
    away = np.hypot(x - width / 2, y - height / 4) / width
    sun = np.clip(grey + 765 * np.exp(-((away / 0.07) ** 2)) + 200 * np.exp(-away / 0.25), 0, 255)
    sky = grey.copy()
    sky[: height // 3] = 255
    assert _measured(sun.astype(np.uint8)).glare > 34
    assert _measured(sky).glare <= 24


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (15, 200), (120, 9000)])
def test_a_picture_of_any_shape_is_measured(size: tuple[int, int]) -> None:
    grey = np.random.default_rng(1).integers(0, 256, size, np.uint8)
    small = narrowed(grey)
    assert min(small.shape) >= min(SIDE, *grey.shape)
    assert tile_measures(small, 200).covered >= 0
