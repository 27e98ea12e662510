"""Two cameras on two days know one place; two places are not taken for one."""

import cv2
import numpy as np
import pytest

from quality.evidence.landmarks import SAME_PLACE, Asked, Grey, answer, answer_sides, tells
from sample_data.camera import Pose
from sample_data.conditions import Conditions, Device, Light
from sample_data.draw import draw
from sample_data.scenario import SMALL
from sample_data.timeline import Timeline
from tests.quality.pictures import decoded, drawn_frames

CITY = 7
FRAMES = (8, 20)
EVENING = Light(250.0, 25.0, 80, 16)
BOB = Device(
    width=480, height=270, focal_share=0.62, horizon_share=0.54, mount_m=1.8, exposure=120, grain=40
)


def kept(view: Grey) -> Grey:
    """As judging keeps it: 320 px, grey."""
    grey = cv2.cvtColor(view, cv2.COLOR_BGR2GRAY)
    return cv2.resize(grey, (320, 180), interpolation=cv2.INTER_AREA).astype(np.uint8)


@pytest.fixture(scope="module")
def first() -> list[Grey]:
    return [kept(decoded(drawn_frames()[n])) for n in FRAMES]


@pytest.fixture(scope="module")
def again() -> list[Grey]:
    """3 m on, 1 m aside, another hour, sky, lens, mount; other cars are parked."""
    shots = Timeline(CITY, SMALL).shots()
    poses = [shots[n].pose for n in FRAMES]
    there = Conditions(CITY, 99, 99, EVENING, BOB)
    return [kept(draw(Pose(one.x_m - 1, one.y_m + 3, one.heading_deg), there)) for one in poses]


def test_a_place_is_known_again_by_another_camera_on_another_day(
    first: list[Grey], again: list[Grey]
) -> None:
    known = [answer(Asked(*pair)) for pair in zip(first, again, strict=True)]
    assert min(known) >= SAME_PLACE, known


def test_other_places_are_not(first: list[Grey], again: list[Grey]) -> None:
    others = again[::-1]
    assert all(answer(Asked(*pair)) < SAME_PLACE for pair in zip(first, others, strict=True))


def test_light_on_the_left_is_told_whatever_the_walls_are_painted(
    first: list[Grey], again: list[Grey]
) -> None:
    lit = first[0].astype(np.float32)
    lit[:, : lit.shape[1] // 2] *= 1.4
    sunny = np.clip(lit, 0, 255).astype(np.uint8)
    before, after = (answer_sides(Asked(one, again[0])) or 0.0 for one in (first[0], sunny))
    assert after - before > 0.15
    same = answer_sides(Asked(sunny, first[0]))
    assert same == pytest.approx(np.log(1.4), abs=0.1)
    assert answer_sides(Asked(first[0], again[1])) is None


def test_night_and_fog_say_nothing(first: list[Grey]) -> None:
    assert tells(first[0])
    assert not tells((first[0] // 6).astype(np.uint8))
    assert not tells((first[0] // 12 + 150).astype(np.uint8))


@pytest.mark.parametrize("shape", [(180, 320), (1, 320), (320, 3), (16, 16)])
def test_a_picture_of_nothing_agrees_with_nothing(shape: tuple[int, int]) -> None:
    blank = np.full(shape, 128, np.uint8)
    assert answer(Asked(blank, blank)) == 0
