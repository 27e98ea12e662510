"""Sampling textures with fixed-point maps: the one place where pixels move.

The law: a sample is the integer bilinear mean of four texels with weights in 1/32, rounded half
up, so it is the same on every processor. cv2.remap does exactly this when it is given fixed-point
maps (a test compares it with the formula); with float maps it would not. Textures shrink by
integer means along each axis apart ("ripmap"), because a facade seen along the street is squeezed
in width and not in height.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from sample_data.dice import Bytes

FRACTION_BITS = 5
"""Bits below the texel in cv2's fixed-point maps (INTER_BITS in OpenCV's imgproc.hpp)."""

LINE_BITS = 14
"""Bits below the texel while a line of coordinates is summed up."""

FARTHEST = 16000
"""Texel coordinates are cut to +-FARTHEST, within the int16 of cv2's maps."""

Line = npt.NDArray[np.float64]
Fixed = npt.NDArray[np.int32]

Mask = npt.NDArray[np.uint8]


def halved(texture: Bytes, axis: int) -> Bytes:
    """Means of pairs of texels along one axis, rounded half up; odd last ones are dropped."""
    even = texture[: texture.shape[0] // 2 * 2, : texture.shape[1] // 2 * 2]
    first, second = (even[::2], even[1::2]) if axis == 0 else (even[:, ::2], even[:, 1::2])
    return ((first.astype(np.uint16) + second + 1) >> 1).astype(np.uint8)


@dataclass(slots=True)
class Ripmap:
    """A texture and its shrunken versions, made when first asked for."""

    texture: Bytes
    _levels: dict[tuple[int, int], Bytes] = field(default_factory=dict)
    _lit: dict[tuple[tuple[int, int], bytes], Bytes] = field(default_factory=dict)

    def level(self, across: int, down: int) -> Bytes:
        """The texture with its width halved `across` times and its height `down` times."""
        if (across, down) == (0, 0):
            return self.texture
        if (across, down) not in self._levels:
            source = self.level(across, down - 1) if down else self.level(across - 1, 0)
            small = min(source.shape[:2]) < 4
            self._levels[across, down] = source if small else halved(source, 0 if down else 1)
        return self._levels[across, down]

    def lit(self, level: tuple[int, int], table: Bytes) -> Bytes:
        """A level seen through a (1, 256, 3) table of light, kept for as long as this is."""
        key = (level, table.tobytes())
        if key not in self._lit:
            self._lit[key] = np.asarray(cv2.LUT(self.level(*level), table), np.uint8)
        return self._lit[key]


def levels(footprint: Line, most: int) -> npt.NDArray[np.int64]:
    """Halvings that fit a footprint in texels per pixel: one more at each doubling past 1.5."""
    steps = 1.5 * np.array([1 << k for k in range(most)], dtype=np.float64)
    return np.asarray((footprint[:, None] >= steps[None, :]).sum(axis=1), dtype=np.int64)


def runs(keys: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """Half-open stretches of equal neighbouring keys."""
    if keys.size == 0:
        return []
    cuts = np.flatnonzero(np.diff(keys)) + 1
    edges = [0, *cuts.tolist(), keys.size]
    return list(pairwise(edges))


def fixed(line: Line) -> Fixed:
    """Coordinates in texels to fixed point with LINE_BITS."""
    limited = np.clip(line, -float(FARTHEST), float(FARTHEST))
    return np.floor(limited * float(1 << LINE_BITS) + 0.5).astype(np.int32)


def sampled(texture: Bytes, x: Fixed, y: Fixed, onto: Bytes | None = None) -> Bytes:
    """Sample at x, y (texels with LINE_BITS, broadcast to one shape of (rows, columns)).

    Pixels whose coordinates lie outside keep what is in `onto`, or become 0 without it.
    """
    drop = LINE_BITS - FRACTION_BITS
    fine_x, fine_y = x >> drop, y >> drop
    rows, columns = np.broadcast_shapes(x.shape, y.shape)
    whole = np.empty((rows, columns, 2), np.int16)
    whole[..., 0] = fine_x >> FRACTION_BITS
    whole[..., 1] = fine_y >> FRACTION_BITS
    mask = (1 << FRACTION_BITS) - 1
    part = np.empty((rows, columns), np.uint16)
    part[...] = (fine_x & mask) + ((fine_y & mask) << FRACTION_BITS)
    if onto is None:
        return np.asarray(cv2.remap(texture, whole, part, cv2.INTER_LINEAR), dtype=np.uint8)
    cv2.remap(texture, whole, part, cv2.INTER_LINEAR, dst=onto, borderMode=cv2.BORDER_TRANSPARENT)
    return onto
