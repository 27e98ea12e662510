"""One scene through five cameras earns one grade: what makers differ in is no merit."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
import pytest

from sample_data.camera import Pose
from sample_data.conditions import Conditions, Device
from sample_data.draw import draw
from sample_data.scenario import demo
from sample_data.timeline import Timeline
from tests.quality.pictures import Image, blurred, jpeg, look_at

WITHIN = 30
SCENES = range(4, 64, 20)


@dataclass(frozen=True)
class Profile:
    """A make of camera: sensor and lens, what its processor does, how hard it compresses."""

    device: Device
    process: Callable[[Image], Image]
    quality: int


def _sharpened(image: Image, amount: float, sigma: float) -> Image:
    detail = image.astype(np.float32) - cv2.GaussianBlur(image, (0, 0), sigma)
    return np.clip(image + amount * detail, 0, 255).astype(np.uint8)


def _toned(image: Image, gamma: float, contrast: float) -> Image:
    codes = 0.5 + ((np.arange(256) / 255) ** gamma - 0.5) * contrast
    curve: Image = np.round(codes.clip(0, 1) * 255).astype(np.uint8)
    return curve[image]


def _barrel(image: Image, strength: float) -> Image:
    height, width = image.shape[:2]
    focal = 0.56 * width
    camera = np.array([[focal, 0, width / 2], [0, focal, 0.46 * height], [0, 0, 1]])
    return cv2.undistort(image, camera, np.array([-strength, 0, 0, 0.0])).astype(np.uint8)


PROFILES = {
    "dashcam": Profile(Device(width=2028, height=1024), lambda image: image, 80),
    "phone": Profile(
        Device(width=1920, height=1080, grain=70),
        lambda image: _toned(_sharpened(image, 0.6, 1), 0.92, 1.08),
        92,
    ),
    "old dashcam": Profile(
        Device(width=1280, height=720, grain=150),
        lambda image: blurred(_barrel(_toned(image, 1.05, 0.97), 0.08), 0.6),
        70,
    ),
    "action camera": Profile(
        Device(width=2704, height=1520, focal_share=0.45),
        lambda image: _sharpened(blurred(_barrel(_toned(image, 1, 1.1), 0.12), 0.7), 0.8, 1.4),
        88,
    ),
    "4K dashcam": Profile(
        Device(width=3840, height=2160, grain=80),
        lambda image: _sharpened(blurred(image, 0.9), 0.4, 1.5),
        75,
    ),
}


@lru_cache
def _poses() -> tuple[Pose, ...]:
    scenario = demo(7)
    return tuple(shot.pose for shot in Timeline(scenario.seed, scenario.drives[0]).shots())


def _grade(profile: Profile, scene: int) -> int:
    scenario = demo(7)
    drive = scenario.drives[0]
    conditions = Conditions(scenario.seed, drive.day_seed, light=drive.light)
    drawn = draw(_poses()[scene], replace(conditions, device=profile.device))
    return look_at(jpeg(profile.process(drawn), profile.quality)).grade.value


@pytest.mark.parametrize("scene", SCENES)
def test_the_same_scene_through_five_cameras_has_the_same_grade(scene: int) -> None:
    grades = {name: _grade(profile, scene) for name, profile in PROFILES.items()}
    assert max(grades.values()) - min(grades.values()) <= WITHIN, grades
