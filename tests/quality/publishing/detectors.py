"""Detectors for tests of what is done with their answers: one sees a fixed box, others fail."""

import os
import time
from dataclasses import dataclass

from quality.masking.regions import Kind, Picture, Region
from roadcomb.errors import UsageError

__all__ = ["BOX", "Fake", "Opens"]

BOX = (0.25, 0.5, 0.5, 0.75)
"""Left, top, right and bottom of what Fake sees, as shares of the picture."""


@dataclass(frozen=True)
class Fake:
    """Sees a plate in BOX; or does what its kind says."""

    kind: str
    name: str = "fake"
    version: str = "1"

    def find(self, picture: Picture) -> tuple[Region, ...]:
        match self.kind:
            case "raises":
                raise RuntimeError("the runtime gave up")
            case "dies":
                os._exit(9)
            case "hangs":
                time.sleep(600)
            case "nothing":
                return ()
            case "crowd":
                return (_box(picture, (0.0, 0.0, 0.9, 0.9)),)
            case "more":
                return (_box(picture, BOX), _box(picture, (0.6, 0.1, 0.9, 0.3)))
        return (_box(picture, BOX),)


def _box(picture: Picture, shares: tuple[float, float, float, float]) -> Region:
    height, width = picture.shape[:2]
    x0, y0, x1, y1 = shares
    sides = round(x0 * width), round(y0 * height), round(x1 * width), round(y1 * height)
    return Region(*sides, Kind.PLATE, 0.9)


@dataclass(frozen=True)
class Opens:
    """Opens a Fake in whatever process asks."""

    kind: str = "plate"
    version: str = "1"

    def __call__(self) -> Fake:
        if self.kind == "missing":
            raise UsageError("no weights to blur with")
        if self.kind == "blind":
            raise RuntimeError("the self-test saw nothing")
        return Fake(self.kind, version=self.version)
