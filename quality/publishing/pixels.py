"""Pixels of a frame, upright and in full; and the two JPEGs that are made of masked ones; pure.

Law: what is encoded here comes from pixels alone, so it carries no EXIF, no preview and no comment;
the thumbnail is made of the masked picture, never of the original.
"""

import cv2
import numpy as np

from quality.decode import Undecodable, read_header
from quality.masking.regions import Picture
from quality.shapes import small, upright
from roadcomb.jpeg import canonical_jpeg

__all__ = ["decoded", "encoded", "thumbnail_of"]

_THUMBNAIL_QUALITY = 75


def decoded(data: bytes, orientation: int = 1) -> Picture:
    """Upright pixels of a JPEG, (h, w, 3) BGR. Raises Undecodable."""
    header = read_header(data)
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise Undecodable("undecodable", "the picture's data is damaged") from error
    if image is None or image.shape[:2] != (header.height, header.width):
        raise Undecodable("undecodable", "the picture's size is not what its header says")
    return upright(image.astype(np.uint8, copy=False), orientation)


def encoded(picture: Picture, quality: int) -> bytes:
    """Canonical JPEG of pixels."""
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return canonical_jpeg(data.tobytes())


def thumbnail_of(picture: Picture) -> bytes:
    """JPEG of at most 320 x 320 px."""
    return encoded(small(picture), _THUMBNAIL_QUALITY)
