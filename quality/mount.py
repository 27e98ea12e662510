"""How the camera hangs: roll from what is upright, yaw and horizon from where the road vanishes.

The law: a rating of 1..4 or none; each thing that is wrong with the mount costs one, and without
enough straight lines nothing is claimed. The rating advises the driver and enters no grade: what a
bad mount does to the view, the view's own measures tell.

Some dozens of a drive's small pictures are looked at. Upright things (poles, corners of houses)
lean by the camera's roll: the commonest direction, of those near upright, of the structure tensor
where it is clearly one direction (J. Bigun, G. Granlund, ICCV 1987), averaged over 7 x 21 px
because a single pixel's gradient prefers the pixel grid. Lines are found by Canny's edges and a
Hough transform (J. Matas et al., CVIU 78, 2000). Kerbs, markings and rows of windows along the
street meet where the car goes to: each line votes for all places that it passes near, and the place
with most votes over the whole drive is the vanishing point, at the height of the horizon (S. T.
Barnard, "Interpreting perspective images", Artificial Intelligence 21, 1983, with votes on a plane
instead of a sphere).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from quality.settings import MountSettings
from roadcomb.records import Frame

__all__ = ["Mount", "MountObserver", "Straight", "straight"]

Grey = NDArray[np.uint8]
Lines = NDArray[np.float64]
"""Segments (n, 4): x0, y0, x1, y1 in pixels, scaled to a picture 320 px wide."""

WIDE = 320
_ENOUGH, _SAMPLES = 8, 24
"""Pictures that say something, and those kept: with more, each second is left out."""
_SLANT_DEG = 12.0, 70.0
"""Of lines that may lead to where the road vanishes."""
_LEAN_DEG, _BINS_A_DEG = 20, 4
"""Directions that count as upright, to both sides, and how finely they are counted."""
_TENSOR_PX, _ONE_WAY, _STRONG = (7, 21), 0.6, 128.0**2
"""Window of the tensor; how much of it is in one direction; sum of squared Scharr gradients."""
_STEP, _NEAR = 4, 3.0
"""Pixels between the places that are voted on, and from a line to a place it votes for."""
_MOST_LINES = 3000
_AT_ONCE = 1 << 20
"""Distances from lines to places held at a time: 8 MB."""


@dataclass(frozen=True, slots=True)
class Mount:
    """roll_deg: the picture leans clockwise by it. horizon, middle: where the road vanishes, shares
    of the height from above and of the width from the left. Each None where lines were missing.
    rating: 4 (good) .. 1, None when nothing was found. faults: codes, for ADVICE in telling.py.
    """

    roll_deg: float | None
    horizon: float | None
    middle: float | None
    rating: int | None
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Straight:
    """What is straight in one picture: its lines, and how many pixels of upright structure lean how
    far, shape (160,), bins from -20 to 20 degrees clockwise."""

    lines: Lines
    leans: NDArray[np.int64]


class MountObserver:
    """Gathers some of a drive's small pictures; those unlike the first in shape are left out: of
    another shape the same places are not the same directions. They are looked at in the end
    (`straight`), wherever there is a core for it."""

    def __init__(self, settings: MountSettings | None = None) -> None:
        self._settings = settings or MountSettings()
        self._kept: list[tuple[int, Grey]] = []
        self._every = 1
        self._shape: tuple[int, ...] | None = None

    @property
    def pictures(self) -> list[Grey]:
        """Those to be looked at, at most 24."""
        return [small for _, small in self._kept]

    def see(self, n: int, frame: Frame, small: Grey | None) -> None:
        """Keep a picture, if it is among those that are looked at."""
        if small is None or n % self._every:
            return
        self._shape = self._shape or small.shape
        if small.shape != self._shape:
            return
        self._kept.append((n, small))
        if len(self._kept) > _SAMPLES:
            self._every *= 2
            self._kept = [(k, kept) for k, kept in self._kept if k % self._every == 0]

    def mount(self, straights: Sequence[Straight], own_car: int = 0) -> Mount:
        """What the pictures tell, looked at; own_car: per mille of one that the car hides."""
        if len(straights) < _ENOUGH:
            return Mount(None, None, None, None, ())
        lines = np.concatenate([one.lines for one in straights])
        leans = np.stack([one.leans for one in straights]).sum(axis=0)
        roll = _roll(leans, self._settings.enough_uprights * len(straights))
        height, width = self._shape or (0, 1)
        some = lines[:: 1 + len(lines) // _MOST_LINES]
        vanishing = _vanishing(some, height / width, self._settings)
        middle, horizon = vanishing or (None, None)
        faults = tuple(_faults(roll, horizon, middle, own_car, self._settings))
        known = roll is not None or vanishing is not None
        return Mount(roll, horizon, middle, max(1, 4 - len(faults)) if known else None, faults)


def straight(small: Grey) -> Straight:
    """What is straight in a small picture."""
    cv2.setNumThreads(1)
    return Straight(_lines(small), _leans(small))


def _lines(small: Grey) -> Lines:
    edges = cv2.Canny(small, 60, 150)
    found = cv2.HoughLinesP(edges, 1, math.pi / 180, 20, minLineLength=18, maxLineGap=2)
    if found is None:
        return np.empty((0, 4))
    return np.asarray(found.reshape(-1, 4) * (WIDE / small.shape[1]), np.float64)


def _angles(lines: Lines) -> NDArray[np.float64]:
    """Degrees from the horizontal, clockwise as seen, -90..90."""
    dx, dy = lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]
    turned = np.degrees(np.arctan2(dy, dx))
    return np.asarray((turned + 90) % 180 - 90)


def _leans(small: Grey) -> NDArray[np.int64]:
    smooth = cv2.GaussianBlur(small.astype(np.float32), (0, 0), 1)
    gx, gy = cv2.Scharr(smooth, cv2.CV_32F, 1, 0), cv2.Scharr(smooth, cv2.CV_32F, 0, 1)
    xx, yy, xy = (cv2.blur(product, _TENSOR_PX) for product in (gx * gx, gy * gy, gx * gy))
    one_way = np.hypot(xx - yy, 2 * xy) > _ONE_WAY * (xx + yy)
    lean = np.degrees(np.arctan2(2 * xy, xx - yy)) / 2
    counted = lean[one_way & (xx + yy > _STRONG)]
    bins = 2 * _LEAN_DEG * _BINS_A_DEG
    counts, _ = np.histogram(counted, bins, range=(-_LEAN_DEG, _LEAN_DEG))
    return np.asarray(counts, np.int64)


def _roll(leans: NDArray[np.int64], enough: int) -> float | None:
    """The commonest lean, degrees clockwise; None unless it is well above the others."""
    if leans.sum() < max(1, enough):
        return None
    width = 2 * _BINS_A_DEG + 1
    smooth = np.convolve(leans, np.ones(width), "same")
    inner = smooth[_BINS_A_DEG:-_BINS_A_DEG]
    best = int(inner.argmax()) + _BINS_A_DEG
    usual = float(np.median(smooth))
    if 10 * smooth[best] < 17 * usual:
        return None
    near = slice(best - _BINS_A_DEG, best + _BINS_A_DEG + 1)
    over = np.clip(smooth[near] - usual, 0, None)
    centres = (np.arange(len(leans)) + 0.5) / _BINS_A_DEG - _LEAN_DEG
    return round(float((centres[near] * over).sum() / over.sum()), 1)


def _vanishing(lines: Lines, share: float, settings: MountSettings) -> tuple[float, float] | None:
    """(x, y) where most lines meet, as shares of width and height."""
    angle = np.abs(_angles(lines))
    slanting = lines[(angle > _SLANT_DEG[0]) & (angle < _SLANT_DEG[1])]
    if len(slanting) < settings.enough_slanting:
        return None
    height = WIDE * share
    x, y = np.meshgrid(np.arange(0, WIDE, _STEP), np.arange(0, height, _STEP))
    step = max(1, _AT_ONCE // x.size)
    votes = np.zeros(x.shape)
    for first in range(0, len(slanting), step):
        votes += _votes(slanting[first : first + step], x, y)
    votes = cv2.blur(votes, (3, 3))
    row, column = divmod(int(votes.argmax()), votes.shape[1])
    if votes.max() < settings.vanishing_share * _lengths(slanting).sum():
        return None
    return round(column * _STEP / WIDE, 3), round(row * _STEP / height, 3)


def _votes(lines: Lines, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pixels of the lines that pass near each place, of the shape of x and y."""
    a, b = lines[:, 3] - lines[:, 1], lines[:, 0] - lines[:, 2]
    length = _lengths(lines)
    c = a * lines[:, 0] + b * lines[:, 1]
    off = np.abs(a[:, None] * x.ravel() + b[:, None] * y.ravel() - c[:, None]) / length[:, None]
    return np.asarray(((off < _NEAR) * length[:, None]).sum(axis=0).reshape(x.shape))


def _lengths(lines: Lines) -> NDArray[np.float64]:
    return np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1])


def _faults(
    roll: float | None,
    horizon: float | None,
    middle: float | None,
    own_car: int,
    settings: MountSettings,
) -> list[str]:
    found = []
    if roll is not None and abs(roll) > settings.most_roll_deg:
        found.append("mount-tilted")
    if horizon is not None and horizon < settings.highest_horizon:
        found.append("mount-looks-down")
    if horizon is not None and horizon > settings.lowest_horizon:
        found.append("mount-looks-up")
    if middle is not None and abs(middle - 0.5) > settings.most_off_middle:
        found.append("mount-looks-aside")
    if own_car > settings.most_own_car:
        found.append("mount-sees-own-car")
    return found
