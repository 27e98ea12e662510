"""What a thief, a phone or a node makes of a picture: the copies that judging has to find."""

from collections.abc import Callable

import cv2
import numpy as np

from quality.masking.blurring import blur
from quality.masking.regions import Kind, Region
from roadcomb.jpeg import canonical_jpeg
from tests.quality.pictures import decoded, jpeg

__all__ = ["COPIES", "WANTED"]

QUALITY = 85


def _cropped(left: float, top: float, right: float, bottom: float) -> Callable[[bytes], bytes]:
    """Shares of the picture cut off each side."""

    def crop(data: bytes) -> bytes:
        image = decoded(data)
        height, width = image.shape[:2]
        rows = slice(round(top * height), height - round(bottom * height))
        columns = slice(round(left * width), width - round(right * width))
        return jpeg(np.ascontiguousarray(image[rows, columns]), QUALITY)

    return crop


def _halved(data: bytes) -> bytes:
    image = cv2.resize(decoded(data), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return jpeg(image.astype(np.uint8), QUALITY)


def _lit(factor: float) -> Callable[[bytes], bytes]:
    return lambda data: jpeg(cv2.convertScaleAbs(decoded(data), alpha=factor).astype(np.uint8))


def _mirrored(data: bytes) -> bytes:
    return jpeg(np.ascontiguousarray(decoded(data)[:, ::-1]), QUALITY)


def _stamped(data: bytes) -> bytes:
    """A white logo of a fifth by an eighth of the picture in its lower right corner."""
    image = decoded(data)
    height, width = image.shape[:2]
    corner = (int(0.78 * width), int(0.85 * height))
    cv2.rectangle(image, corner, (int(0.98 * width), int(0.975 * height)), (250, 250, 250), -1)
    at = (corner[0] + width // 60, int(0.94 * height))
    cv2.putText(image, "CAM", at, cv2.FONT_HERSHEY_SIMPLEX, width / 500, (20, 20, 180), 3)
    return jpeg(image, QUALITY)


_KIND = Kind.VEHICLE
_BLURRED = ((0.1, 0.5, 0.22, 0.62), (0.4, 0.52, 0.52, 0.62), (0.66, 0.48, 0.86, 0.66))
"""Boxes as shares: 6 % of the picture."""


def _masked(data: bytes) -> bytes:
    image = decoded(data)
    height, width = image.shape[:2]
    regions = tuple(
        Region(int(x0 * width), int(y0 * height), int(x1 * width), int(y1 * height), _KIND, 1)
        for x0, y0, x1, y1 in _BLURRED
    )
    return jpeg(blur(image, regions), QUALITY)


def _retagged(data: bytes) -> bytes:
    """With a comment and an application segment that the original has not."""
    comment = b"\xff\xfe\x00\x0ataken now"[:12]
    exif = b"\xff\xe1\x00\x10Exif\0\0" + bytes(8)
    return canonical_jpeg(data[:2] + exif + comment + data[2:])


def _disguised(data: bytes) -> bytes:
    return jpeg(decoded(_mirrored(_cropped(0.05, 0.05, 0.05, 0.05)(_lit(1.15)(data)))), 60)


WANTED: dict[str, Callable[[bytes], bytes]] = {
    "exact": lambda data: data,
    "re-tagged": _retagged,
    "re-encoded at quality 50": lambda data: jpeg(decoded(data), 50),
    "resized to 50 %": _halved,
    "cropped 2 % a side": _cropped(0.02, 0.02, 0.02, 0.02),
    "cropped 5 % a side": _cropped(0.05, 0.05, 0.05, 0.05),
    "cropped 10 % a side": _cropped(0.1, 0.1, 0.1, 0.1),
    "mirrored": _mirrored,
    "brightness +25 %": _lit(1.25),
    "brightness -25 %": _lit(0.75),
    "logo added": _stamped,
    "privacy-blurred twin": _masked,
    "every second frame": lambda data: jpeg(decoded(data), 70),
}
"""The copies that the project promises to find."""

COPIES: dict[str, Callable[[bytes], bytes]] = WANTED | {
    "cropped 3.5 % a side": _cropped(0.035, 0.035, 0.035, 0.035),
    "cropped 7 % a side": _cropped(0.07, 0.07, 0.07, 0.07),
    "2 % off the bottom": _cropped(0, 0, 0, 0.02),
    "5 % off the bottom": _cropped(0, 0, 0, 0.05),
    "10 % off the bottom": _cropped(0, 0, 0, 0.1),
    "mirrored, 5 % a side, brighter, quality 60": _disguised,
}
"""And others, to know where that ends."""
