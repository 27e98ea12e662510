"""The words of masking: a box in a picture, what it shows, and who finds such boxes.

Law: a box lies in pixels of the full picture, left and top inside, right and bottom outside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Detector", "Kind", "Picture", "Region", "covered", "masked_share"]

Picture = NDArray[np.uint8]
"""Pixels in BGR order, shape (height, width, 3)."""


class Kind(StrEnum):
    """What a box shows; as a zone to blur: which part of it may be readable."""

    PLATE = "plate"
    FACE = "face"
    PERSON = "person"
    VEHICLE = "vehicle"


@dataclass(frozen=True, slots=True)
class Region:
    """A box in pixels of the full picture; `score` 0..1 is how sure its finder is."""

    x0: int
    y0: int
    x1: int
    y1: int
    kind: Kind
    score: float

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.y1 - self.y0

    @property
    def area(self) -> int:
        """Pixels inside."""
        return max(0, self.width) * max(0, self.height)


class Detector(Protocol):
    """Who finds people and vehicles. A better model is one file with such a class."""

    @property
    def name(self) -> str:
        """Which model, for the masks' record."""
        ...

    @property
    def version(self) -> str:
        """Changes when the same picture may give other boxes: digest of weights and rules."""
        ...

    def find(self, picture: Picture) -> tuple[Region, ...]:
        """What a picture shows, weak guesses included: whole bodies and vehicles, not zones."""
        ...


def covered(width: int, height: int, regions: Sequence[Region]) -> NDArray[np.bool_]:
    """Which pixels of a picture lie in any of the regions, shape (height, width)."""
    mask = np.zeros((height, width), np.bool_)
    for box in regions:
        mask[max(0, box.y0) : max(0, box.y1), max(0, box.x0) : max(0, box.x1)] = True
    return mask


def masked_share(width: int, height: int, regions: Sequence[Region]) -> float:
    """The share of a picture's area that regions cover together, 0..1."""
    return float(covered(width, height, regions).mean())
