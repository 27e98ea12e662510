"""How a zone is made unreadable: few blocks of one colour each, then smoothed.

Law: what stood in a zone cannot be won back. Every block of a zone becomes its mean colour, at most
BLOCKS across either side and none smaller than SMALLEST pixels; the smoothing only hides the edges
between blocks. No random numbers take part: two runs give the same pixels, so that averaging
several publications tells no more than one. Pixels outside the padded zones stay as they are.
"""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from quality.masking.regions import Kind, Picture, Region

__all__ = ["BLOCKS", "SMALLEST", "blur", "padded"]

BLOCKS = 6
"""Blocks across a zone's longer side. A number plate has seven characters and a face needs about
twelve samples across to be told from others, both across a part of their zone."""

SMALLEST = 8
"""Pixels of a block's side at least."""

_PAD = {Kind.PLATE: 0.15, Kind.FACE: 0.15}
"""Share of a box's sides added around it; zones of people and vehicles are wide already."""

_PAD_PIXELS = 2
"""Pixels added at least: boxes are rounded."""


def blur(picture: Picture, regions: Sequence[Region]) -> Picture:
    """A copy of `picture`, (h, w, 3) BGR, whose `regions`, padded, are unreadable.

    The largest is destroyed first, smaller ones on what it left: no pixel of the original stays.
    """
    out = picture.copy()
    height, width = picture.shape[:2]
    zones = [padded(region, width, height) for region in regions]
    for zone in sorted(zones, key=lambda zone: zone.area, reverse=True):
        if zone.area:
            part = out[zone.y0 : zone.y1, zone.x0 : zone.x1]
            out[zone.y0 : zone.y1, zone.x0 : zone.x1] = _destroyed(part)
    return out


def padded(region: Region, width: int, height: int) -> Region:
    """The pixels that are destroyed for a region in a picture of that size."""
    pad = _PAD.get(region.kind, 0.0)
    across = max(_PAD_PIXELS, round(pad * region.width))
    down = max(_PAD_PIXELS, round(pad * region.height))
    return replace(
        region,
        x0=min(width, max(0, region.x0 - across)),
        y0=min(height, max(0, region.y0 - down)),
        x1=max(0, min(width, region.x1 + across)),
        y1=max(0, min(height, region.y1 + down)),
    )


def _destroyed(zone: Picture) -> Picture:
    """The zone as at most BLOCKS x BLOCKS means, enlarged and smoothed."""
    height, width = zone.shape[:2]
    side = max(SMALLEST, -(-max(height, width) // BLOCKS))
    size = (max(1, width // side), max(1, height // side))
    small = cv2.resize(zone, size, interpolation=cv2.INTER_AREA)
    blocks = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
    smooth = cv2.blur(blocks, (side | 1, side | 1), borderType=cv2.BORDER_REPLICATE)
    return smooth.astype(np.uint8, copy=False)
