"""Which parts of a picture does the network look at? Those where people and vehicles stand.

One look at the whole picture tells how high the horizon lies: what stands on level ground and is
about as tall as the camera is high has its middle there. Rows of tiles follow the horizon.
Law: tiles lie inside the picture and are laid in shares of its width, so that two resolutions of
one scene are seen alike; a larger picture gets finer rows on top, as its small faces are readable,
and a smaller one fewer and wider tiles, as the network would be shown narrow ones enlarged.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from quality.masking.regions import Kind, Region

__all__ = ["Tile", "eye_line", "rows", "whole"]

LINE = 0.59
"""Where a dashcam's horizon lies without evidence, as a share of the height: 0.57..0.62 on three
cameras, 0.36..0.45 on a fourth that looks down."""

_BELIEF = 4
"""So many boxes does that count for."""

_QUANTILE = 0.3
"""Near things have their middle below the horizon, distant ones on it."""

ABOVE, BELOW = 0.086, 0.106
"""How far a row reaches above and below the line, as shares of the picture's width: a person of
1.7 m is that tall 9 m ahead of a camera of 90 degrees."""

COUNT, OVERLAP = 6, 0.15
"""Tiles of a row at most, and the share of a tile that its neighbour sees, too."""

_NARROWEST = 340
"""Pixels across a tile at least: the network takes 300, and a little more shows it more street."""

_FINER_FROM = 580
"""Pixels of a row's height above which a finer row is added: below it a face of 14 pixels is
still 7 in the network's picture."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture, in pixels."""

    x0: int
    y0: int
    x1: int
    y1: int


def whole(width: int, height: int) -> Tile:
    """The first look."""
    return Tile(0, 0, width, height)


def eye_line(boxes: Sequence[Region], width: int, height: int) -> float:
    """Height of the horizon as a share of the picture's, from small people and vehicles,
    weak ones included."""
    tall = [box for box in boxes if box.kind is not Kind.PLATE]
    small = [box for box in tall if box.area < 0.05 * width * height]
    middles = [(box.y0 + box.y1) / (2 * height) for box in small]
    line = float(np.quantile([*middles, *[LINE] * _BELIEF], _QUANTILE))
    return min(0.75, max(0.3, line))


def rows(width: int, height: int, line: float) -> Iterator[Tile]:
    """Rows of tiles along a horizon, from coarse to fine."""
    scale, count = 1.0, _count(width)
    while True:
        top = max(0, round(line * height - scale * ABOVE * width))
        bottom = min(height, round(line * height + scale * BELOW * width))
        yield from _row(width, top, bottom, count)
        if bottom - top <= _FINER_FROM:
            return
        scale, count = scale / 2, 2 * count


def _count(width: int) -> int:
    """Tiles of the first row, two at least."""
    fitting = (width / _NARROWEST - OVERLAP) / (1 - OVERLAP)
    return min(COUNT, max(2, int(fitting)))


def _row(width: int, top: int, bottom: int, count: int) -> Iterator[Tile]:
    side = width / (count - (count - 1) * OVERLAP)
    step = (width - side) / (count - 1)
    for n in range(count):
        yield Tile(round(n * step), top, min(width, round(n * step + side)), bottom)
