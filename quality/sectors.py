"""Where in a picture something is, in the words one uses for it; pure."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["EVERYWHERE", "WORDS", "sector_of"]

EVERYWHERE = "all-over"

_SECTORS = (
    ("upper-left", "above", "upper-right"),
    ("left", "middle", "right"),
    ("lower-left", "below", "lower-right"),
)

WORDS = {
    "upper-left": "in the upper left",
    "above": "above",
    "upper-right": "in the upper right",
    "left": "on the left",
    "middle": "in the middle",
    "right": "on the right",
    "lower-left": "in the lower left",
    "below": "below",
    "lower-right": "in the lower right",
    EVERYWHERE: "all over",
}


def sector_of(place: NDArray[np.bool_]) -> str:
    """Which ninth of the picture has most of a place, shape (h, w); `all-over` without a third."""
    inside = [
        [int(part.sum()) for part in np.array_split(row, 3, axis=1)]
        for row in np.array_split(place, 3, axis=0)
    ]
    counts = np.array(inside)
    row, column = divmod(int(counts.argmax()), 3)
    return _SECTORS[row][column] if 3 * counts[row, column] > counts.sum() else EVERYWHERE
