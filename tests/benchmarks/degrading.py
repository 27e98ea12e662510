"""Pictures made worse on purpose, with seeds: what the grade's bench draws over real frames.

What befalls a frame (blur, exposure, compression, haze, glare) is drawn anew for each; what sits on
the glass (a cover, drops, frost) is drawn once for a drive and stays put.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.quality.pictures import Image, blurred, decoded, exposed, jpeg

__all__ = ["FRAME_KINDS", "GLASS_KINDS", "Change", "frost_kind"]

Change = Callable[[Image], Image]
Dice = np.random.Generator
Field = NDArray[np.float32]


def _moved(image: Image, dice: Dice) -> Image:
    """Motion of 9, 11 or 15 px in any direction."""
    length, angle = float(dice.choice([9, 11, 15])), dice.uniform(0, np.pi)
    kernel = np.zeros((33, 33), np.float32)
    for step in np.linspace(-(length - 1) / 2, (length - 1) / 2, 120):
        x, y = 16 + step * np.cos(angle), 16 + step * np.sin(angle)
        left, top = int(x), int(y)
        for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
            kernel[top + dy, left + dx] += abs(1 - dx - (x - left)) * abs(1 - dy - (y - top))
    return _whole(cv2.filter2D(image, -1, kernel / kernel.sum()))


def _unfocused(image: Image, dice: Dice) -> Image:
    return blurred(image, float(dice.choice([2, 2.5, 3])))


def _coarse(image: Image, dice: Dice) -> Image:
    return decoded(jpeg(image, int(dice.choice([5, 10, 15]))))


def _coarse_then_fine(image: Image, dice: Dice) -> Image:
    """Quality 15; saving at 90, as all twins are, hides the table that says so."""
    return decoded(jpeg(image, 15))


def _foggy(image: Image, dice: Dice) -> Image:
    """Light is lost to air light with the depth of a flat road: H. Koschmieder, 1924."""
    height = image.shape[0]
    below = np.maximum(np.arange(height) - 0.45 * height, 1.0)
    depth_m = np.minimum(0.6 * height / below, 60.0)
    passing = np.exp(-dice.uniform(0.03, 0.06) * (depth_m + 15))[:, None, None]
    return _mixed(image, passing, int(dice.integers(190, 235)))


def _veiled(image: Image, dice: Dice) -> Image:
    return _mixed(image, np.full((1, 1, 1), dice.uniform(0.3, 0.5)), int(dice.integers(170, 230)))


def _dazzled(image: Image, dice: Dice) -> Image:
    """A sun and the light that the glass scatters around it."""
    height, width = image.shape[:2]
    x, y = dice.uniform(0.2, 0.8) * width, dice.uniform(0.1, 0.4) * height
    rows, columns = np.mgrid[:height, :width]
    away = np.hypot(columns - x, rows - y) / width
    light = 765 * np.exp(-((away / 0.06) ** 2)) + 200 * np.exp(-away / 0.25)
    return _whole(np.clip(image + light[..., None], 0, 255))


FRAME_KINDS: Mapping[str, Callable[[Image, Dice], Image]] = {
    "motion of 9 to 15 px": _moved,
    "out of focus, sigma 2 to 3": _unfocused,
    "two stops too dark": lambda image, dice: exposed(image, -2),
    "two stops too bright": lambda image, dice: exposed(image, 2),
    "JPEG quality 5 to 15": _coarse,
    "JPEG quality 15, then 90": _coarse_then_fine,
    "fog": _foggy,
    "veil": _veiled,
    "sun": _dazzled,
}


def _covering(size: tuple[int, int], dice: Dice) -> Change:
    """Something dark and out of focus over a quarter of the picture."""
    height, width = size
    mask = np.zeros(size, np.float32)
    side = int(dice.integers(6))
    if side < 4:
        edge = (slice(height // 4), slice(None)) if side % 2 else (slice(None), slice(width // 4))
        mask[edge] = 1
        mask = mask[::-1, ::-1] if side > 1 else mask
    else:
        tall = int(np.sqrt(height * width / 4 / dice.uniform(1.0, 2.0)))
        wide = min(width, height * width // 4 // tall)
        top, left = dice.integers(height - tall + 1), dice.integers(width - wide + 1)
        mask[top : top + tall, left : left + wide] = 1
    soft = cv2.GaussianBlur(np.ascontiguousarray(mask), (0, 0), width / 100)[..., None]
    colour = dice.integers(5, 70) + dice.integers(-5, 6, 3)
    grain = dice.normal(0, 4, (height // 16 + 1, width // 16 + 1))
    thing = colour + cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
    return lambda image: _whole(np.clip(image * (1 - soft) + thing * soft, 0, 255))


def _dripping(size: tuple[int, int], dice: Dice) -> Change:
    """25 to 45 drops of 3 to 10 % of the width, each throwing what is behind it out of focus."""
    height, width = size
    mask = np.zeros(size, np.uint8)
    for _ in range(dice.integers(25, 45)):
        middle = (int(dice.uniform(0, width)), int(dice.uniform(0, height)))
        across = width * dice.uniform(0.015, 0.05)
        axes = (int(across), int(across * dice.uniform(0.8, 1.3)))
        cv2.ellipse(mask, middle, axes, 0, 0, 360, 255, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), width / 400)[..., None] / 255

    def through(image: Image) -> Image:
        small = cv2.resize(image, (width // 8, height // 8), interpolation=cv2.INTER_AREA)
        behind = cv2.resize(cv2.GaussianBlur(small, (0, 0), width / 480), (width, height))
        lit = np.clip(behind * 1.08 + 6, 0, 255)
        return _whole(image * (1 - soft) + lit * soft)

    return through


GLASS_KINDS: Mapping[str, Callable[[tuple[int, int], Dice], Change]] = {
    "a quarter covered": _covering,
    "drops": _dripping,
}


def frost_kind(folder: Path) -> Callable[[tuple[int, int], Dice], Change]:
    """Frost from a folder of pictures, mixed in the three weakest strengths that are usual
    (D. Hendrycks, T. Dietterich, "Benchmarking neural network robustness", ICLR 2019).
    """
    pictures = sorted(folder.glob("frost*"))

    def freezing(size: tuple[int, int], dice: Dice) -> Change:
        flowers = decoded(pictures[dice.integers(len(pictures))].read_bytes())
        scale = max(size[0] / flowers.shape[0], size[1] / flowers.shape[1]) * dice.uniform(1, 1.4)
        large = cv2.resize(flowers, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        top = dice.integers(large.shape[0] - size[0] + 1)
        left = dice.integers(large.shape[1] - size[1] + 1)
        cut = large[top : top + size[0], left : left + size[1]]
        scene, ice = ((1.0, 0.4), (0.8, 0.6), (0.7, 0.7))[dice.integers(3)]
        return lambda image: _whole(np.clip(image * scene + cut * ice, 0, 255))

    return freezing


def _mixed(image: Image, passing: NDArray[np.float64], air: int) -> Image:
    return _whole(image * passing + air * (1 - passing) + 0.5)


def _whole(image: NDArray[np.generic]) -> Image:
    return image.astype(np.uint8)
