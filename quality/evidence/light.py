"""Does the light fit the sun at that place and time? Two signals; pure.

`sun-height`: it is not bright day with the sun far under the horizon, nor night under a high sun.
A dark lens or a short exposure makes no night: by night, the road that headlights and lamps light
outshines what is above it, so a sky that outshines the road is day's.
`sun-side`: walls that face the sun are brighter, so left and right of the road differ as the sun
stands to the right or left, and the difference changes with every turn. Read only where the drive
turns, because a dark wall along one street is no shadow; weak even there (1 of 100 honest drawn
drives has a correlation under -0.5, of drives rotated to other streets 28).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quality.evidence.signals import Signal, bounded
from quality.evidence.sun import Sun
from quality.evidence.way import Way

__all__ = ["UNLIT", "Brightness", "brightness_of", "sun_height", "sun_side"]

_NIGHT_DEG, _DAY_DEG = -9.0, 8.0
_BRIGHT, _DARK = 105, 38
"""Grey levels: the upper third of a day's picture is above the first, that of a night's below the
second (street lamps and all)."""
_DIM, _OUTSHINES = 60, 1.1
"""Between the two it is day's where it is above the first and so much brighter than the lower
third: honest drawn drives of one day have 73 and 1.16 at least, on their average."""


@dataclass(frozen=True, slots=True)
class Brightness:
    """Grey levels 0..255: mean of the upper third, of the left and right walls, and of the lower
    third."""

    upper: float
    left: float
    right: float
    lower: float

    def of_day(self) -> bool:
        """Whether no night looks so."""
        above = self.upper > _DIM and self.upper > _OUTSHINES * self.lower
        return self.upper > _BRIGHT or above


UNLIT = Brightness(np.nan, np.nan, np.nan, np.nan)
"""Of a frame without pixels: nothing is brighter or darker."""


def brightness_of(small: NDArray[np.uint8]) -> Brightness:
    """Of a small grey picture (h, w)."""
    height, width = small.shape
    walls = small[height // 5 : height // 2]
    side = width * 3 // 10
    return Brightness(
        float(small[: max(1, height // 3)].mean()),
        float(walls[:, :side].mean()),
        float(walls[:, -side:].mean()),
        float(small[-max(1, height // 3) :].mean()),
    )


def sun_height(seen: Sequence[Brightness], suns: Sequence[Sun]) -> Signal:
    """The signal `sun-height`; one sun a picture."""
    low = [b.of_day() for b, sun in zip(seen, suns, strict=True) if sun.elevation_deg < _NIGHT_DEG]
    high = [b.upper for b, sun in zip(seen, suns, strict=True) if sun.elevation_deg > _DAY_DEG]
    bright_night, dark_day = sum(low), sum(x < _DARK for x in high)
    facts = {
        "sun_deg": round(float(np.median([sun.elevation_deg for sun in suns]))) if suns else 0,
        "bright_at_night": bright_night,
        "dark_by_day": dark_day,
    }
    if len(seen) < 6:
        return Signal("sun-height", 0, facts)
    nats = 0.5 - 9 * bright_night / len(seen) - 6 * max(0.0, dark_day / len(seen) - 0.5)
    return Signal("sun-height", bounded(nats, -9, 0.5), facts)


def sun_side(seen: Sequence[Brightness], suns: Sequence[Sun], way: Way) -> Signal:
    """The signal `sun-side`: correlation of the walls' difference with the sun's side."""
    heading = _headings(way)
    walls = np.array([np.log((b.left + 8) / (b.right + 8)) for b in seen])
    known = ~np.isnan(heading) & ~np.isnan(walls)
    if known.sum() < 12 or suns[0].elevation_deg < 5:
        return Signal("sun-side", 0)
    azimuth = np.array([sun.azimuth_deg for sun in suns])
    side = np.sin(np.radians(azimuth - heading))[known]
    walls = walls[known]
    spread = float(side.std())
    if spread < 0.25 or walls.std() < 0.05:
        return Signal("sun-side", 0, {"turned_per_mille": round(1000 * spread)})
    agreement = float(np.corrcoef(side, walls)[0, 1])
    return Signal(
        "sun-side", bounded(2.5 * agreement, -2, 1.5), {"per_mille": round(1000 * agreement)}
    )


def _headings(way: Way) -> NDArray[np.float64]:
    """Of each frame in degrees; nan where the car stands."""
    dx, dy = np.diff(way.x_m), np.diff(way.y_m)
    course = np.where(way.step_m >= 2, np.degrees(np.arctan2(dx, dy)), np.nan)
    return np.concatenate((course, course[-1:]))
