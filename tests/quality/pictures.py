"""Pictures for the tests of judging: the drawn drive in git, drawn worse in memory on purpose."""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from quality.examine import Examined, FrameTask, examine
from quality.settings import QualitySettings
from roadcomb.jpeg import canonical_jpeg
from roadcomb.records import e7

__all__ = [
    "Image",
    "blurred",
    "decoded",
    "drawn_frames",
    "exposed",
    "grey_half",
    "jpeg",
    "look_at",
    "motion_blurred",
    "real_frames",
    "real_places",
]

Image = NDArray[np.uint8]
_DRIVE = Path(__file__).parents[2] / "sample_data" / "drive"


@lru_cache
def drawn_frames() -> tuple[bytes, ...]:
    """The 24 canonical JPEGs of the drawn drive, in their order."""
    return tuple(canonical_jpeg(path.read_bytes()) for path in sorted(_DRIVE.glob("*.jpg")))


def real_frames(folder: Path, every: int = 1) -> list[bytes]:
    """Each n-th canonical JPEG of a real drive."""
    return [canonical_jpeg(path.read_bytes()) for path in sorted(folder.rglob("*.jpg"))[::every]]


def decoded(data: bytes) -> Image:
    """Pixels of a JPEG, BGR, full size."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image.astype(np.uint8)


def jpeg(image: Image, quality: int = 90, *flags: int) -> bytes:
    """Canonical JPEG of pixels."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality, *flags])
    return canonical_jpeg(data.tobytes())


def grey_half(data: bytes) -> Image:
    """Grey pixels at half scale, as judging sees them."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_2)
    assert image is not None
    return image.astype(np.uint8)


def blurred(image: Image, sigma: float) -> Image:
    """Out of focus: Gaussian of sigma pixels."""
    return cv2.GaussianBlur(image, (0, 0), sigma).astype(np.uint8)


def motion_blurred(image: Image, pixels: int, degrees: int = 0) -> Image:
    """Moved by an odd number of pixels while the shutter was open, across (0), down (90), both."""
    kernel = np.zeros((pixels, pixels), np.float32)
    if degrees == 45:
        np.fill_diagonal(kernel, 1 / pixels)
    else:
        kernel[pixels // 2] = 1 / pixels
        kernel = kernel.T.copy() if degrees == 90 else kernel
    return cv2.filter2D(image, -1, kernel).astype(np.uint8)


def exposed(image: Image, stops: float) -> Image:
    """Exposed by so many stops more, in linear light, with the sRGB curve (IEC 61966-2-1)."""
    code = np.arange(256) / 255
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    light = np.clip(linear * 2.0**stops, 0, 1)
    coded = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    curve: Image = np.round(coded * 255).astype(np.uint8)
    return curve[image]


def look_at(data: bytes, orientation: int = 1) -> Examined:
    """What judging sees in one frame."""
    return examine(FrameTask(data, orientation, QualitySettings()))


def real_places(folder: Path, count: int) -> tuple[list[int], list[int]]:
    """Latitudes and longitudes (1e-7 degrees) of the first frames of a Bee's drive, from their
    names `<t ms>_<lat>_<lon>.jpg`."""
    names = [path.stem.split("_") for path in sorted(folder.rglob("*.jpg"))[:count]]
    return [e7(float(lat)) for _, lat, _ in names], [e7(float(lon)) for _, _, lon in names]
