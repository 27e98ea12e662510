"""Freshness as a picture, for clients that know no vector tiles; pure.

The law: a cell has the colour that the style gives it on that day (tiles/style.py), and what no
cell covers is clear. So a picture changes with the day: its tag must name it.
"""

import cv2
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tiles.features import EXTENT
from tiles.lattice import CORNERS
from tiles.polygons import Outlines
from tiles.style import FRESHNESS

__all__ = ["SIDE_PX", "paint"]

SIDE_PX = 512
"""Pixels along a side; clients of 256 px tiles shrink it and stay sharp."""
_SHIFT = (EXTENT // SIDE_PX).bit_length() - 1
"""A tile's units are fractions of a pixel: OpenCV rounds as it draws."""
_OPACITY = 230
_COMPRESSION = 4


def paint(coverage: pa.Table, outlines: Outlines, today: int) -> bytes:
    """A PNG of COVERAGE's outlines as they are coloured on a day; no bytes of none."""
    if not len(outlines):
        return b""
    classes = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    age = today - coverage["last_day"].to_numpy().astype(np.int64)
    starts = [start for start, _ in FRESHNESS]
    freshness = np.maximum(np.searchsorted(starts, age, "right"), 1)
    owners, rings = _rings(outlines)
    for one in range(len(FRESHNESS), 0, -1):  # fresher cells over older where edges meet
        chosen = [rings[i] for i in np.flatnonzero(freshness[owners] == one)]
        cv2.fillPoly(classes, chosen, (one,), cv2.LINE_8, _SHIFT)
    how = [cv2.IMWRITE_PNG_COMPRESSION, _COMPRESSION]
    return cv2.imencode(".png", _PALETTE[classes], how)[1].tobytes()


def _rings(outlines: Outlines) -> tuple[NDArray[np.int64], list[NDArray[np.int32]]]:
    """Owner and corners of each ring."""
    hexagons, others = outlines.hexagons, outlines.others
    plain = np.stack((hexagons.x.T, hexagons.y.T), axis=-1).reshape(-1, CORNERS, 2)
    bent = np.split(np.stack((others.x, others.y), axis=-1), others.offsets[1:-1])
    rings = [*plain, *bent[: len(others.owner)]]
    half = EXTENT // SIDE_PX // 2  # OpenCV counts from the middle of the first pixel
    owners = np.concatenate((hexagons.owner, others.owner))
    return owners, [(ring - half).astype(np.int32) for ring in rings]


def _palette() -> NDArray[np.uint8]:
    """Blue, green, red and opacity of each class; 0 is clear."""
    colours = [int(colour[1:], 16) for _, colour in FRESHNESS]
    opaque = [(c & 255, c >> 8 & 255, c >> 16, _OPACITY) for c in colours]
    return np.array([(0, 0, 0, 0), *opaque], np.uint8)


_PALETTE = _palette()
