"""A pinhole camera that looks level along its heading, and what it sees of planes.

Local metres: x east, y north, z up. For a camera at (x, y) and height h, with focal length f in
pixels and horizon row v0, a point that lies Z metres ahead, X to the right and at height z is
seen at u = u0 + f X / Z, v = v0 + f (h - z) / Z. Looking level keeps verticals vertical, so the
depth of a wall is constant along a column and the depth of the ground along a row.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Line = npt.NDArray[np.float64]

NEAR_M = 0.6
"""Nothing nearer than this is drawn."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the camera is: local metres east and north, heading in degrees clockwise of north."""

    x_m: float
    y_m: float
    heading_deg: float


def direction(heading_deg: float) -> tuple[float, float]:
    """Unit vector (east, north) of a heading, rounded so that every C library agrees."""
    angle = math.radians(heading_deg)
    return round(math.sin(angle), 9), round(math.cos(angle), 9)


@dataclass(frozen=True, slots=True)
class View:
    """A pose with its lens; lengths in metres, focal length and rows in pixels."""

    x_m: float
    y_m: float
    east: float
    north: float
    focal_px: float
    height_m: float
    horizon_row: float
    width: int
    height: int

    def ahead(self, x: Line, y: Line) -> tuple[Line, Line]:
        """Points in local metres to (X right, Z forward)."""
        dx, dy = x - self.x_m, y - self.y_m
        return dx * self.north - dy * self.east, dx * self.east + dy * self.north

    def column(self, right_m: float, forward_m: float) -> float:
        """Column at which a point ahead is seen."""
        return self.width / 2 + self.focal_px * right_m / forward_m

    def row(self, up_m: float, forward_m: float) -> float:
        """Row at which a height above the ground is seen."""
        return self.horizon_row + self.focal_px * (self.height_m - up_m) / forward_m

    def rays(self) -> Line:
        """X / Z of each column's centre."""
        centres = np.arange(self.width, dtype=np.float64) + 0.5
        return np.asarray((centres - self.width / 2) / self.focal_px, dtype=np.float64)

    def ground_depths(self, first: int, last: int) -> Line:
        """Z of the ground in the rows first..last-1, all below the horizon."""
        below = np.arange(first, last, dtype=np.float64) + 0.5 - self.horizon_row
        return np.asarray(self.focal_px * self.height_m / below, dtype=np.float64)

    def seen_polygon(self, points: list[tuple[float, float, float]]) -> list[tuple[int, int]]:
        """A polygon (x, y, z in local metres) on the picture, cut at NEAR_M; empty if behind."""
        ahead = [self._ahead_of(point) for point in points]
        cut: list[tuple[float, float, float]] = []
        for here, there in zip(ahead, [*ahead[1:], ahead[0]], strict=True):
            if here[1] >= NEAR_M:
                cut.append(here)
            if (here[1] >= NEAR_M) != (there[1] >= NEAR_M):
                share = (NEAR_M - here[1]) / (there[1] - here[1])
                cut.append(
                    (
                        here[0] + share * (there[0] - here[0]),
                        NEAR_M,
                        here[2] + share * (there[2] - here[2]),
                    )
                )
        return [(self._pixel(self.column(x, z)), self._pixel(self.row(up, z))) for x, z, up in cut]

    def _ahead_of(self, point: tuple[float, float, float]) -> tuple[float, float, float]:
        dx, dy = point[0] - self.x_m, point[1] - self.y_m
        return dx * self.north - dy * self.east, dx * self.east + dy * self.north, point[2]

    @staticmethod
    def _pixel(value: float) -> int:
        return math.floor(min(max(value, -20000.0), 20000.0))
