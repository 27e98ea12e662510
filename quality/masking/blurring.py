"""How a zone is made unreadable: few blocks of one colour each, then smoothed.

Law: what stood in a zone cannot be won back. Every block of a zone becomes its mean colour, at most
BLOCKS across either side and none smaller than SMALLEST pixels; the smoothing only hides the edges
between blocks. No random numbers take part: two runs give the same pixels, so that averaging
several publications tells no more than one. Pixels outside the padded zones stay as they are.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from quality.masking.regions import Picture, Region

__all__ = ["BLOCKS", "SMALLEST", "blur"]

BLOCKS = 6
"""Blocks across a zone's longer side. A number plate has seven characters and a face needs about
twelve samples across to be told from others, both across a part of their zone."""

SMALLEST = 8
"""Pixels of a block's side at least."""


def blur(picture: Picture, regions: Sequence[Region], pad: float = 0.06) -> Picture:
    """A copy of `picture`, (h, w, 3) BGR, whose `regions`, each padded by the share `pad` of its
    sides (two pixels at least), are unreadable.

    The largest is destroyed first, smaller ones on what it left: no pixel of the original stays.
    """
    out = picture.copy()
    height, width = picture.shape[:2]
    for box in sorted(regions, key=lambda box: box.area, reverse=True):
        dx, dy = max(2, round(box.width * pad)), max(2, round(box.height * pad))
        x0, y0 = max(0, box.x0 - dx), max(0, box.y0 - dy)
        x1, y1 = min(width, box.x1 + dx), min(height, box.y1 + dy)
        if x0 < x1 and y0 < y1:
            out[y0:y1, x0:x1] = _destroyed(out[y0:y1, x0:x1])
    return out


def _destroyed(zone: Picture) -> Picture:
    """The zone as at most BLOCKS x BLOCKS means, enlarged and smoothed."""
    height, width = zone.shape[:2]
    side = max(SMALLEST, -(-max(height, width) // BLOCKS))
    size = (max(1, width // side), max(1, height // side))
    small = cv2.resize(zone, size, interpolation=cv2.INTER_AREA)
    blocks = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
    smooth = cv2.blur(blocks, (side | 1, side | 1), borderType=cv2.BORDER_REPLICATE)
    return smooth.astype(np.uint8, copy=False)
