"""A sample is the integer bilinear mean, whatever the processor."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sample_data.dice import Dice
from sample_data.raster import (
    FRACTION_BITS,
    LINE_BITS,
    Ripmap,
    fixed,
    halved,
    levels,
    runs,
    sampled,
)


@given(st.integers(0, 10_000))
def test_a_sample_is_the_mean_of_four_texels_with_weights_in_32nds_rounded_half_up(
    seed: int,
) -> None:
    dice = Dice("texture", seed)
    texture = dice.bytes(24, 3 * 31).reshape(24, 31, 3)
    x = fixed(np.array([[dice.between(0, 29.9) for _ in range(20)] for _ in range(5)]))
    y = fixed(np.array([[dice.between(0, 22.9) for _ in range(20)] for _ in range(5)]))
    cut = LINE_BITS - FRACTION_BITS
    left, part_x = (x >> cut) >> 5, ((x >> cut) & 31)[..., None]
    top, part_y = (y >> cut) >> 5, ((y >> cut) & 31)[..., None]
    wide = texture.astype(np.int64)
    upper = wide[top, left] * (32 - part_x) + wide[top, left + 1] * part_x
    lower = wide[top + 1, left] * (32 - part_x) + wide[top + 1, left + 1] * part_x
    mean = (upper * (32 - part_y) + lower * part_y + 512) >> 10
    assert np.array_equal(sampled(texture, x, y), mean)


def test_pixels_outside_the_texture_keep_what_was_there() -> None:
    onto = np.full((4, 6, 3), 77, np.uint8)
    texture = np.zeros((8, 8, 3), np.uint8)
    x = fixed(np.array([[-9.0, -5.0, 2.0, 3.0, 12.0, 300.0]]))
    sampled(texture, x, fixed(np.full((4, 1), 3.0)), onto)
    assert (onto[:, [0, 1, 4, 5]] == 77).all()
    assert (onto[:, 2:4] == 0).all()


def test_a_piece_of_a_picture_can_be_painted_in_place() -> None:
    canvas = np.zeros((10, 12, 3), np.uint8)
    texture = np.full((8, 8, 3), 200, np.uint8)
    line = fixed(np.full((4, 5), 3.0))
    sampled(texture, line, line, canvas[2:6, 3:8])
    assert int((canvas == 200).sum()) == 4 * 5 * 3


def test_halving_rounds_means_half_up() -> None:
    texture = np.array([[[1], [2], [10], [20]]] * 2, np.uint8)
    assert halved(texture, 1)[0, :, 0].tolist() == [2, 15]


def test_a_level_of_a_ripmap_is_halved_along_each_axis_apart() -> None:
    skin = Ripmap(Dice("skin").bytes(64, 3 * 128).reshape(64, 128, 3))
    assert skin.level(2, 1).shape == (32, 32, 3)
    assert skin.level(0, 0) is skin.texture


@given(st.lists(st.integers(0, 3), max_size=40))
def test_runs_cover_every_key_once(keys: list[int]) -> None:
    found = runs(np.array(keys, dtype=np.int64))
    assert [k for low, high in found for k in keys[low:high]] == keys
    assert all(len(set(keys[low:high])) == 1 for low, high in found)


def test_each_doubling_of_the_footprint_asks_for_one_level_more() -> None:
    assert levels(np.array([0.5, 1.6, 3.2, 6.4, 900.0]), 5).tolist() == [0, 1, 2, 3, 5]
