"""A drive's claimed way between neighbouring frames: metres, seconds, courses, turns; pure.

Only positions and times count. A stated heading or speed is as easily made up, and nobody is paid
for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from roadcomb.records import E7, Frame

__all__ = ["Floats", "Way", "way_of"]

Floats = NDArray[np.float64]

_M_PER_DEGREE = 111_195.0
"""Mean of the sphere that roadcomb/geo.py measures on."""
_SHORTEST_M = 2.0
"""Below it a step has no course."""


@dataclass(frozen=True, slots=True)
class Way:
    """n frames: t_s, x_m (east) and y_m (north) of the first frame, shape (n,).

    Between frames i and i + 1, shape (n - 1,): step_m, step_s; turn_deg to the right, from the
    middle of the courses before to that of those after, nan where it is not known.
    """

    t_s: Floats
    x_m: Floats
    y_m: Floats
    step_m: Floats
    step_s: Floats
    turn_deg: Floats

    @property
    def near(self) -> NDArray[np.bool_]:
        """Steps so short that the two pictures should have something in common, shape (n - 1,)."""
        brief = (self.step_s > 0) & (self.step_s <= 10)
        return brief & (self.step_m >= _SHORTEST_M) & (self.step_m <= 16)


def way_of(frames: Sequence[Frame]) -> Way:
    """The way of frames in the order of their recording; two or more."""
    lat = np.array([frame.lat_e7 for frame in frames], np.float64) / E7
    lon = np.array([frame.lon_e7 for frame in frames], np.float64) / E7
    t_s = np.array([frame.t_ms - frames[0].t_ms for frame in frames], np.float64) / 1000
    east = (lon - lon[0] + 180) % 360 - 180
    x_m = east * _M_PER_DEGREE * np.cos(np.radians(lat[0]))
    y_m = (lat - lat[0]) * _M_PER_DEGREE
    dx, dy = np.diff(x_m), np.diff(y_m)
    step_m = np.hypot(dx, dy)
    course = np.where(step_m >= _SHORTEST_M, np.degrees(np.arctan2(dx, dy)), np.nan)
    return Way(t_s, x_m, y_m, step_m, np.diff(t_s), _turns(course))


def _turns(course: Floats) -> Floats:
    """Half the change from the course before a step to the one after it; at the ends all of one."""
    if len(course) < 2:
        return np.full(len(course), np.nan)
    change = (np.diff(course) + 180) % 360 - 180
    before, after = np.concatenate(([0.0], change)), np.concatenate((change, [0.0]))
    turns: Floats = (before + after) / 2
    return turns
