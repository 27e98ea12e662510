"""Where are people and vehicles? One network over the tiles of a picture, its looks joined.

Law: every answer of at least FLOOR is told, in pixels of the full picture, but for a box that fills
its tile: the network answers so when it sees texture and no thing, and a real vehicle of that size
is seen whole in a coarser tile. What is masked is decided over the drive (drives.py), not here.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from quality.masking.agreement import Look, joined
from quality.masking.anchors import Boxes
from quality.masking.network import Network
from quality.masking.regions import Picture, Region
from quality.masking.tiles import Tile, eye_line, rows, whole

__all__ = ["FLOOR", "Objectron"]

FLOOR = 0.1
"""Weaker answers are noise; between it and a zone's threshold stand those a track may confirm."""

_EDGE = 0.04
"""A box ends at its tile's side when it comes this near, as a share of the tile."""

_FILLS = 3
"""Sides of its tile at which a box ends that fills it."""


class Objectron:
    """MediaPipe Objectron's SSD-MobileNetV2 over the tiles of a picture."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def find(self, picture: Picture) -> tuple[Region, ...]:
        """People and vehicles in a picture, (h, w, 3) BGR, surest first."""
        height, width = picture.shape[:2]
        first = list(self._in_tile(picture, whole(width, height)))
        looks = [Look(0, region) for region in first]
        tiles = rows(width, height, eye_line(joined(looks), width, height))
        for n, tile in enumerate(tiles, start=1):
            looks += [Look(n, region) for region in self._in_tile(picture, tile)]
        return joined(looks)

    def _in_tile(self, picture: Picture, tile: Tile) -> Iterator[Region]:
        part = picture[tile.y0 : tile.y1, tile.x0 : tile.x1]
        size = np.asarray([part.shape[1], part.shape[0]] * 2, np.float32)
        corner = np.asarray([tile.x0, tile.y0] * 2, np.float32)
        limits = np.asarray([picture.shape[1], picture.shape[0]] * 2)
        for seen in self._network(part, FLOOR):
            whole_things = _sides(seen.boxes) < _FILLS
            boxes = np.rint(seen.boxes[whole_things] * size + corner).astype(int)
            corners = np.clip(boxes, 0, limits).tolist()
            for (x0, y0, x1, y1), score in zip(corners, seen.scores[whole_things], strict=True):
                if x0 < x1 and y0 < y1:
                    yield Region(x0, y0, x1, y1, seen.kind, float(score))


def _sides(boxes: Boxes) -> NDArray[np.int64]:
    """At how many of its tile's four sides each box ends."""
    near: NDArray[np.bool_] = np.hstack([boxes[:, :2] < _EDGE, boxes[:, 2:] > 1 - _EDGE])
    return np.asarray(near.sum(axis=1), np.int64)
