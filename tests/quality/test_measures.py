"""Equal pixels give equal integers, and each measure answers to what it is named for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from quality.measures import measure
from tests.quality.pictures import Image, blurred, decoded, drawn_frames, exposed, grey_half, jpeg

PICTURES = arrays(np.uint8, st.tuples(st.integers(6, 30), st.integers(6, 30)))


@given(PICTURES)
def test_sharpness_is_the_exact_ratio_of_the_structure_function(grey: Image) -> None:
    assert measure(grey).sharpness == _sharpness_in_plain_numpy(grey)


@given(PICTURES)
def test_percentiles_are_those_of_the_sorted_pixels(grey: Image) -> None:
    measured, ordered = measure(grey), np.sort(grey, axis=None)
    assert measured.bright == ordered[-(-grey.size * 90 // 100) - 1]
    assert measured.contrast == int(_nth(ordered, 95)) - int(_nth(ordered, 5))


@given(st.integers(0, 23), st.floats(0.4, 4), st.floats(0.3, 3))
def test_more_blur_never_measures_sharper(n: int, sigma: float, more: float) -> None:
    grey = grey_half(drawn_frames()[n])
    less, worse = blurred(grey, sigma), blurred(grey, sigma + more)
    assert measure(worse).sharpness <= measure(less).sharpness <= measure(grey).sharpness


@pytest.mark.parametrize("stops", [-2, -1, 1])
def test_exposure_hardly_changes_sharpness(stops: int) -> None:
    for data in drawn_frames()[::6]:
        normal = measure(grey_half(data)).sharpness
        other = measure(grey_half(jpeg(exposed(decoded(data), stops)))).sharpness
        assert abs(other - normal) < 0.15 * normal


def test_a_smooth_picture_measures_a_sixteenth_and_noise_one() -> None:
    wave = 60 * np.sin(np.arange(400) / 15)
    waves = (128 + np.add.outer(wave, wave)).astype(np.uint8)
    noise = np.random.default_rng(1).integers(0, 256, (400, 400), np.uint8)
    assert 62 <= measure(waves).sharpness <= 75
    assert 980 <= measure(noise).sharpness <= 1020


def test_a_blown_road_costs_seven_times_a_blown_sky() -> None:
    sky, road = np.full((2, 100, 100), 100, np.uint8)
    sky[:50], road[50:] = 255, 255
    assert (measure(sky).blown, measure(road).blown) == (125, 875)


def _nth(ordered: Image, percent: int) -> int:
    return int(ordered[-(-ordered.size * percent // 100) - 1])


def _sharpness_in_plain_numpy(grey: Image) -> int:
    wide = grey.astype(np.int64)
    flipped = wide[:, ::-1]
    pairs = [(wide, 0, 1), (wide, 1, 0), (wide, 1, 1), (flipped, 1, 1)]
    return min(_ratio(picture, dy, dx) for picture, dy, dx in pairs)


def _ratio(picture: np.ndarray[tuple[int, ...], np.dtype[np.int64]], dy: int, dx: int) -> int:
    sums = []
    for lag in (1, 4):
        h, w = picture.shape[0] - lag * dy, picture.shape[1] - lag * dx
        sums.append((int(((picture[lag * dy :, lag * dx :] - picture[:h, :w]) ** 2).sum()), h * w))
    (near, near_pairs), (far, far_pairs) = sums
    return 1000 * near * far_pairs // (far * near_pairs) if far else 0


def test_sums_are_exact_for_the_largest_picture() -> None:
    grey = np.full((3000, 3000), 7, np.uint8)
    grey[:, ::3] = 250
    assert measure(grey).sharpness == _sharpness_in_plain_numpy(grey)
