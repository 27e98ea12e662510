"""Copies agree all over the picture; neighbours, even of one street, do not."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from quality.geometry import Agreement, Grey, agreement, is_copy
from tests.benchmarks.copies import COPIES
from tests.quality.pictures import drawn_frames, look_at, real_frames


def small(data: bytes) -> Grey:
    found = look_at(data).small
    assert found is not None
    return found


LARGE_ENOUGH = [name for name in COPIES if name != "resized to 50 %"]
"""Half of the drawn frames is less than judging takes."""


@pytest.mark.parametrize("name", LARGE_ENOUGH)
def test_a_copy_agrees_with_its_original(name: str) -> None:
    for data in drawn_frames()[::11]:
        seen = agreement(small(data), small(COPIES[name](data)), "mirrored" in name)
        assert is_copy(seen), seen


@pytest.mark.parametrize("name", COPIES)
def test_a_real_copy_agrees_with_its_original(real_data: Path, name: str) -> None:
    for data in real_frames(real_data / "bee_tokyo", every=30):
        seen = agreement(small(data), small(COPIES[name](data)), "mirrored" in name)
        assert is_copy(seen), seen


def test_drawn_neighbours_do_not_agree() -> None:
    shown = [small(data) for data in drawn_frames()]
    assert not any(is_copy(agreement(a, b)) for a, b in pairwise(shown))


def test_real_neighbours_do_not_agree(real_data: Path) -> None:
    for folder in ("bee_tokyo", "seq_rennes_sony_road"):
        shown = [small(data) for data in real_frames(real_data / folder)[:20]]
        assert not any(is_copy(agreement(a, b)) for a, b in pairwise(shown))


def test_a_mirrored_copy_agrees_only_as_a_mirrored_one() -> None:
    one = small(drawn_frames()[0])
    turned = np.ascontiguousarray(one[:, ::-1])
    assert not is_copy(agreement(one, turned))
    assert is_copy(agreement(one, turned, mirrored=True))


def test_pictures_without_features_agree_with_nothing() -> None:
    flat = np.full((180, 320), 90, np.uint8)
    assert agreement(flat, flat) == Agreement(0, 0, 0, 0)
    assert not is_copy(agreement(flat, small(drawn_frames()[0])))
