"""The mount is rated by what stands upright and where the street vanishes."""

from functools import lru_cache

import cv2
import numpy as np
import pytest

from quality.mount import Mount, MountObserver, straight
from quality.telling import ADVICE
from tests.quality.deliveries import along, frames_at
from tests.quality.pictures import Image, drawn_frames, look_at

HORIZON = 0.46
"""Of the drawn drive's camera, share of the height."""


@lru_cache
def _drive() -> tuple[Image, ...]:
    seen = [look_at(data).small for data in drawn_frames()]
    return tuple(small for small in seen if small is not None)


def _mount(pictures: list[Image], own_car: int = 0) -> Mount:
    observer = MountObserver()
    frames = frames_at([drawn_frames()[0]] * len(pictures), along(len(pictures)))
    for n, (frame, small) in enumerate(zip(frames, pictures, strict=True)):
        observer.see(n, frame, small)
    return observer.mount([straight(small) for small in observer.pictures], own_car)


def _rolled(small: Image, degrees: float) -> Image:
    """Leaning clockwise, cut so that no corner is empty."""
    height, width = small.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.2)
    return cv2.warpAffine(small, turn, (width, height)).astype(np.uint8)


def test_a_level_camera_is_rated_four() -> None:
    mount = _mount(list(_drive()))
    assert mount.rating == 4
    assert mount.faults == ()
    assert mount.roll_deg == pytest.approx(0, abs=0.5)
    assert mount.horizon == pytest.approx(HORIZON, abs=0.04)
    assert mount.middle == pytest.approx(0.5, abs=0.04)


@pytest.mark.parametrize("degrees", [-9, 7])
def test_a_camera_that_leans_is_told_by_how_much(degrees: float) -> None:
    mount = _mount([_rolled(small, degrees) for small in _drive()])
    assert mount.roll_deg == pytest.approx(degrees, abs=1)
    assert "mount-tilted" in mount.faults
    assert mount.rating == 4 - len(mount.faults)


def test_a_camera_that_looks_aside_or_up_is_told() -> None:
    aside = _mount([np.ascontiguousarray(small[:, :176]) for small in _drive()])
    up = _mount([np.ascontiguousarray(small[:110]) for small in _drive()])
    assert "mount-looks-aside" in aside.faults
    assert "mount-looks-up" in up.faults


def test_a_bonnet_that_fills_the_picture_costs_one() -> None:
    assert _mount(list(_drive()), own_car=250).faults == ("mount-sees-own-car",)


def test_without_lines_or_with_few_pictures_nothing_is_claimed() -> None:
    nothing = Mount(None, None, None, None, ())
    assert _mount([np.full((162, 288), 90, np.uint8)] * 12) == nothing
    assert _mount(list(_drive())[:7]) == nothing
    assert _mount([]) == nothing


def test_a_long_drive_keeps_the_lines_of_few_pictures() -> None:
    once, often = _mount(list(_drive())), _mount(list(_drive()) * 12)
    assert often.rating == once.rating
    assert often.horizon == pytest.approx(once.horizon, abs=0.03)


def test_every_fault_has_words() -> None:
    codes = ["mount-tilted", "mount-looks-down", "mount-looks-up", "mount-looks-aside"]
    assert {*codes, "mount-sees-own-car"} == ADVICE.keys()


def test_a_picture_of_another_shape_neither_counts_nor_takes_memory() -> None:
    """320 places a line's width high, it would be voted on at two million places."""
    pictures = list(_drive())
    strip = np.full((320, 1), 90, np.uint8)
    assert _mount([*pictures[:23], strip]) == _mount(pictures[:23])
