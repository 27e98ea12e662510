"""Which houses a camera sees, and in which columns."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sample_data.camera import NEAR_M, Line, View
from sample_data.city import House, Wall, walls
from sample_data.raster import runs
from sample_data.upright import Board, Span, span

HOUSES_WITHIN_M = 225.0


@dataclass(frozen=True, slots=True)
class Sight:
    """A wall in the picture: its span, and the stretches of columns not hidden by nearer walls.

    `facing` is the unit vector (east, north) that points out of the wall.
    """

    house: House
    facing: tuple[float, float]
    board: Board
    span: Span
    stretches: tuple[tuple[int, int], ...]


@lru_cache(maxsize=4)
def _ends(seed: int) -> tuple[Line, Line, Line, Line]:
    lefts, rights = [w.left for w in walls(seed)], [w.right for w in walls(seed)]
    columns = ([p[0] for p in lefts], [p[1] for p in lefts],
               [p[0] for p in rights], [p[1] for p in rights])  # fmt: skip
    x0, y0, x1, y1 = (np.array(column) for column in columns)
    return x0, y0, x1, y1


def facing(wall: Wall) -> tuple[float, float]:
    """The unit vector (east, north) out of a wall that runs along an axis."""
    dx, dy = wall.right[0] - wall.left[0], wall.right[1] - wall.left[1]
    size = abs(dx) + abs(dy)
    return dy / size, -dx / size


def _candidates(view: View, seed: int) -> list[tuple[Wall, Board]]:
    """Walls ahead that show their face, the nearest first."""
    x0, y0, x1, y1 = _ends(seed)
    right0, ahead0 = view.ahead(x0, y0)
    right1, ahead1 = view.ahead(x1, y1)
    half = view.width / 2 / view.focal_px
    near = np.hypot((right0 + right1) / 2, (ahead0 + ahead1) / 2)
    seen = (
        (np.maximum(ahead0, ahead1) > NEAR_M)
        & (near < HOUSES_WITHIN_M)
        & (right0 * ahead1 < right1 * ahead0)
        & (np.minimum(right0 - half * ahead0, right1 - half * ahead1) < 0)
        & (np.maximum(right0 + half * ahead0, right1 + half * ahead1) > 0)
    )
    found: npt.NDArray[np.int64] = np.flatnonzero(seen)
    order = found[np.argsort(near[found], kind="stable")]
    every = walls(seed)
    boards = [
        Board(
            (float(right0[i]), float(ahead0[i])),
            (float(right1[i]), float(ahead1[i])),
            every[i].house.base_m,
            every[i].house.top_m,
        )
        for i in order
    ]
    return [(every[i], board) for i, board in zip(order, boards, strict=True)]


def nearest(view: View, sights: list[Sight]) -> Line:
    """Depth in metres of the nearest house in each column; 1e9 where there is none."""
    depth = np.full(view.width, 1e9)
    for sight in sights:
        if sight.board.base_m == 0.0:
            columns = slice(sight.span.first, sight.span.last)
            depth[columns] = np.minimum(depth[columns], sight.span.depth_m)
    return depth


def _surely_hidden(view: View, board: Board, skyline: Line) -> bool:
    (x0, z0), (x1, z1) = board.left, board.right
    nearest = min(z0, z1)
    if nearest <= NEAR_M:
        return False
    first, last = max(0, int(view.column(x0, z0))), max(0, int(view.column(x1, z1)) + 1)
    top = view.row(board.top_m, nearest)
    return not bool((skyline[first:last] > top).any())


def houses_in_sight(view: View, seed: int) -> list[Sight]:
    """Every wall of which something is seen, the nearest first."""
    skyline = np.full(view.width, float(view.height))
    found = []
    for wall, board in _candidates(view, seed):
        whole = None if _surely_hidden(view, board, skyline) else span(view, board)
        if whole is None:
            continue
        columns = slice(whole.first, whole.last)
        top = view.horizon_row + view.focal_px * (view.height_m - board.top_m) / whole.depth_m
        above = top < skyline[columns]
        if not above.any():
            continue
        stretches = tuple(
            (whole.first + a, whole.first + b) for a, b in runs(above.astype(np.int64)) if above[a]
        )
        skyline[columns] = np.minimum(skyline[columns], top)
        found.append(Sight(wall.house, facing(wall), board, whole, stretches))
    return found
