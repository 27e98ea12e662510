"""The detector in use: who sees people and vehicles, and who sees near plates, together.

Law: neither hides what the other sees. A plate that is found does not spare its vehicle's zone,
and where no vehicle is seen the plate is masked all the same.
"""

from typing import Protocol

from quality.masking.objectron import Objectron
from quality.masking.regions import Picture, Region
from quality.masking.tiles import eye_line
from quality.masking.weights import WEIGHTS_SHA256
from quality.masking.weights.plates import PLATE_SHA256

__all__ = ["RULES", "Finder", "Plates"]

RULES = 4
"""Counts changes of tiles, zones and tracks: it stands in the detector's version."""


class Plates(Protocol):
    """Who finds near plates; a better network is one file with such a class."""

    def find(self, picture: Picture, line: float) -> tuple[Region, ...]:
        """Plates in a picture whose horizon lies at the share `line` of its height."""
        ...


class Finder:
    """Objectron's network over tiles, and the plate network over the strip below the horizon."""

    def __init__(self, things: Objectron, plates: Plates) -> None:
        self._things, self._plates = things, plates

    @property
    def name(self) -> str:
        """The models' names."""
        return "objectron-ssd-mobilenetv2-oidv4+clp_det"

    @property
    def version(self) -> str:
        """Digests of the weights and number of the rules."""
        return f"{WEIGHTS_SHA256[:16]}-{PLATE_SHA256[:16]}-r{RULES}"

    def find(self, picture: Picture) -> tuple[Region, ...]:
        """People, vehicles and near plates in a picture, (h, w, 3) BGR."""
        height, width = picture.shape[:2]
        things = self._things.find(picture)
        return (*things, *self._plates.find(picture, eye_line(things, width, height)))
