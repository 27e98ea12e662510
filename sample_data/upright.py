"""Drawing upright rectangles (house faces, car sides, billboards) in perspective.

On an upright plane the depth is constant along a column of the picture, so one division per
column gives the texture's column and the scale of its rows; the rest is integer sums.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from sample_data.camera import NEAR_M, Line, View
from sample_data.dice import Bytes
from sample_data.raster import Fixed, Mask, Ripmap, fixed, levels, runs, sampled

NARROW_PX = 28
"""A part of a board with fewer columns is drawn with one level of its texture."""


@dataclass(frozen=True, slots=True)
class Board:
    """An upright rectangle ahead of the camera.

    Ends as (X right, Z forward) in metres, left end first as the texture runs; heights in metres.
    """

    left: tuple[float, float]
    right: tuple[float, float]
    base_m: float
    top_m: float


@dataclass(frozen=True, slots=True)
class Span:
    """The columns first..last-1 that show a board: share along it (0..1) and depth in metres."""

    first: int
    last: int
    share: Line
    depth_m: Line


def span(view: View, board: Board) -> Span | None:
    """Where a board is seen; None when it is behind, edge on, backwards or outside."""
    (x0, z0), (x1, z1) = board.left, board.right
    if max(z0, z1) <= NEAR_M or x0 * z1 >= x1 * z0:
        return None
    first = 0 if z0 <= NEAR_M else max(0, int(np.ceil(view.column(x0, z0) - 0.5)))
    last = view.width if z1 <= NEAR_M else min(view.width, int(np.ceil(view.column(x1, z1) - 0.5)))
    if first >= last:
        return None
    ray = view.rays()[first:last]
    share = (ray * z0 - x0) / ((x1 - x0) - ray * (z1 - z0))
    depth = z0 + share * (z1 - z0)
    seen = np.flatnonzero((depth > NEAR_M) & (share >= 0.0) & (share <= 1.0))
    if seen.size == 0:
        return None
    low, high = int(seen[0]), int(seen[-1]) + 1
    return Span(first + low, first + high, share[low:high], depth[low:high])


def cut(whole: Span, first: int, last: int) -> Span:
    """The part of a span in the columns first..last-1."""
    low, high = first - whole.first, last - whole.first
    return Span(first, last, whole.share[low:high], whole.depth_m[low:high])


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a board that is drawn with one level of its texture."""

    first: int
    last: int
    top: int
    bottom: int
    level: tuple[int, int]
    x: Fixed
    y: Fixed
    depth_m: float


def pieces(view: View, board: Board, part: Span, texture: Bytes) -> list[Piece]:
    """Split a span where the texture's level changes, and map its pixels to texels."""
    tall, wide = texture.shape[:2]
    per_m = tall / (board.top_m - board.base_m)
    slope = np.abs(np.diff(part.share, append=part.share[-1:])) * wide
    if slope.size > 1:
        slope[-1] = slope[-2]
    across = levels(slope, 6)
    down = levels(part.depth_m / view.focal_px * per_m, 6)
    whole = [(0, slope.size)] if slope.size < NARROW_PX else runs(across * 8 + down)
    found = []
    for low, high in whole:
        middle = (low + high) // 2
        level = (int(across[middle]), int(down[middle]))
        piece = _piece(view, board, cut(part, part.first + low, part.first + high), level, texture)
        if piece is not None:
            found.append(piece)
    return found


def _piece(
    view: View, board: Board, part: Span, level: tuple[int, int], texture: Bytes
) -> Piece | None:
    tall, wide = texture.shape[0] >> level[1], texture.shape[1] >> level[0]
    per_m = tall / (board.top_m - board.base_m)
    near = float(part.depth_m.min())
    far = float(part.depth_m.max())
    tops = [view.row(board.top_m, z) for z in (near, far)]
    bottoms = [view.row(board.base_m, z) for z in (near, far)]
    top, bottom = max(0, int(min(tops))), min(view.height, int(max(bottoms)) + 1)
    if top >= bottom or tall < 2 or wide < 2:
        return None
    step = part.depth_m / view.focal_px * per_m
    start = (top + 0.5 - view.horizon_row) * step + (board.top_m - view.height_m) * per_m - 0.5
    rows = np.arange(bottom - top, dtype=np.int32)
    y = fixed(start)[None, :] + rows[:, None] * fixed(step)[None, :]
    x = np.clip(part.share * wide - 0.5, 0.0, wide - 1.04)
    return Piece(part.first, part.last, top, bottom, level, fixed(x)[None, :], y, (near + far) / 2)


def draw_solid(
    canvas: Bytes, view: View, board: Board, part: Span, skin: Ripmap, tones: "Tones"
) -> None:
    """Draw an opaque board; `tones` turns a depth into the table of light and haze."""
    for piece in pieces(view, board, part, skin.texture):
        texture = skin.lit(piece.level, tones.table(piece.depth_m))
        onto = canvas[piece.top : piece.bottom, piece.first : piece.last]
        sampled(texture, piece.x, piece.y, onto)


def draw_cutout(
    canvas: Bytes, view: View, board: Board, part: Span, skin: Ripmap, owner: Mask | None
) -> None:
    """Draw a board whose fourth channel says where it is; it clears `owner` where it hides it."""
    for piece in pieces(view, board, part, skin.texture):
        seen = sampled(skin.level(*piece.level), piece.x, piece.y)
        solid = np.asarray(cv2.inRange(seen, (0, 0, 0, 100), (255, 255, 255, 255)), np.uint8)
        place = (slice(piece.top, piece.bottom), slice(piece.first, piece.last))
        cv2.copyTo(seen[..., :3], solid, canvas[place])
        if owner is not None:
            owner[place] = cv2.subtract(owner[place], solid)


class Tones:
    """Tables of 256 levels for light on a surface and the haze before it."""

    STEP_M = 24.0

    def __init__(self, percent: int, haze: tuple[int, int, int], clear_m: float) -> None:
        self._percent, self._haze, self._clear_m = percent, haze, clear_m
        self._tables: dict[int, Bytes] = {}

    def table(self, depth_m: float) -> Bytes:
        """The (1, 256, 3) table for a depth in metres."""
        step = int(depth_m / self.STEP_M)
        if step not in self._tables:
            self._tables[step] = self._made(step * self.STEP_M)
        return self._tables[step]

    def _made(self, depth_m: float) -> Bytes:
        share = int(256 * depth_m / (depth_m + self._clear_m))
        light = np.minimum(np.arange(256) * self._percent // 100, 255)[:, None]
        mixed = (light * (256 - share) + np.array(self._haze)[None, :] * share) >> 8
        return np.ascontiguousarray(mixed[None, ...]).astype(np.uint8)
