"""The detector in use: one network over the tiles of a picture, doubles dropped.

Law: every answer of at least FLOOR is told, in pixels of the full picture; what is masked is
decided over the drive (drives.py), not here.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from quality.masking.network import WEIGHTS_SHA256, Network
from quality.masking.regions import Kind, Picture, Region
from quality.masking.tiles import Tile, tiles_of

__all__ = ["FLOOR", "RULES", "Objectron"]

FLOOR = 0.1
"""Weaker answers are noise; between it and a zone's threshold stand those a track may confirm."""

SAME = 0.6
"""Two boxes of one kind that share this part of their union are one thing."""

RULES = 1
"""Counts changes of tiles, zones and tracks: it stands in the detector's version."""


class Objectron:
    """MediaPipe Objectron's SSD-MobileNetV2 over the tiles of a picture."""

    name = "objectron-ssd-mobilenetv2-oidv4"

    def __init__(self, network: Network) -> None:
        self._network = network

    @property
    def version(self) -> str:
        """Digest of the weights and number of the rules."""
        return f"{WEIGHTS_SHA256[:16]}-r{RULES}"

    def find(self, picture: Picture) -> tuple[Region, ...]:
        """People and vehicles in a picture, (h, w, 3) BGR, strongest first."""
        height, width = picture.shape[:2]
        found = [
            region for tile in tiles_of(width, height) for region in self._in_tile(picture, tile)
        ]
        return tuple(kept for kind in Kind for kept in _distinct(found, kind))

    def _in_tile(self, picture: Picture, tile: Tile) -> Iterator[Region]:
        part = picture[tile.y0 : tile.y1, tile.x0 : tile.x1]
        size = np.asarray([part.shape[1], part.shape[0]] * 2, np.float32)
        corner = np.asarray([tile.x0, tile.y0] * 2, np.float32)
        limits = np.asarray([picture.shape[1], picture.shape[0]] * 2)
        for seen in self._network(part, FLOOR):
            boxes = np.clip(np.rint(seen.boxes * size + corner).astype(int), 0, limits)
            for (x0, y0, x1, y1), score in zip(boxes.tolist(), seen.scores, strict=True):
                yield Region(x0, y0, x1, y1, seen.kind, float(score))


def _distinct(found: list[Region], kind: Kind) -> list[Region]:
    """Those of a kind, the stronger of two that are one thing."""
    boxes = [box for box in found if box.kind is kind and box.area]
    corners = [(box.x0, box.y0, box.width, box.height) for box in boxes]
    scores = [box.score for box in boxes]
    kept = cv2.dnn.NMSBoxes(corners, scores, FLOOR, SAME) if boxes else ()
    return [boxes[int(n)] for n in kept]
