"""Which parts of a picture does the network look at? Those where people and vehicles can be.

Law: tiles lie inside the picture and scale with it, so that two resolutions of one scene are seen
alike. A tile is enlarged or reduced to the network's 300 pixels.
"""

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Tile", "tiles_of"]


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture, in pixels."""

    x0: int
    y0: int
    x1: int
    y1: int


def _row(width: int, top: int, bottom: int, count: int) -> Iterator[Tile]:
    """`count` tiles as wide as the row is high, spread evenly over the width."""
    side = min(width, bottom - top)
    step = (width - side) / max(1, count - 1)
    for n in range(count):
        left = round(n * step)
        yield Tile(left, top, left + side, bottom)


def tiles_of(width: int, height: int) -> tuple[Tile, ...]:
    """Two over the whole height; a band around the horizon in five and in seven."""
    return (
        *_row(width, 0, height, 2),
        *_row(width, round(0.322 * height), round(0.81 * height), 5),
        *_row(width, round(0.459 * height), round(0.781 * height), 7),
    )
