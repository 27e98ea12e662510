"""Was a screen filmed? Advisory: told to the reviewer and never counted. Pure.

A screen's pixels beat with the camera's into fine stripes (moire) that stand still in the picture
while the scene changes. So the spectra of many pictures are averaged: scenes leave a smooth hill,
stripes a needle. Published detectors reach 80 to 95 % on documents (facts differ by camera), which
is no ground to refuse anybody's drive.
"""

import numpy as np
from numpy.typing import NDArray

from quality.evidence.signals import Signal, bounded

__all__ = ["SIDE", "filmed_screen", "spectrum_of"]

Floats = NDArray[np.float32]

SIDE = 96
"""Pixels of the square in the middle whose spectrum is taken."""
_FINE = 0.2
"""Cycles per pixel from which stripes count."""


def spectrum_of(small: NDArray[np.uint8]) -> Floats:
    """Logarithm of the spectrum of the middle of a grey picture, shape (SIDE, SIDE // 2 + 1)."""
    height, width = small.shape
    top, left = max(0, (height - SIDE) // 2), max(0, (width - SIDE) // 2)
    square = np.zeros((SIDE, SIDE), np.float32)
    seen = small[top : top + SIDE, left : left + SIDE].astype(np.float32)
    square[: seen.shape[0], : seen.shape[1]] = seen - seen.mean()
    window = np.hanning(SIDE).astype(np.float32)
    spectrum: Floats = np.log1p(np.abs(np.fft.rfft2(square * window * window[:, None])))
    return spectrum.astype(np.float32)


def filmed_screen(mean_spectrum: Floats, pictures: int) -> Signal:
    """The signal `screen`: how far the sharpest needle stands above its surroundings."""
    if pictures < 6:
        return Signal("screen", 0, advisory=True)
    down, across = np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None, :]
    fine = (np.hypot(down, across) >= _FINE) & (across > 0.02) & (np.abs(down) > 0.02)
    around = sum(np.roll(mean_spectrum, shift, axis) for shift in (-3, -2, 2, 3) for axis in (0, 1))
    needle = float((mean_spectrum - around / 8)[fine].max())
    facts = {"needle_per_mille": round(1000 * needle)}
    return Signal("screen", bounded(-8 * max(0.0, needle - 0.6), -5, 0), facts, advisory=True)
