"""A drawn city in which nobody lives, and the drives through it.

The law of this package: the same version and the same seed give the same bytes, on any
machine, on any day. So randomness comes only from named keys (`dice`), pictures are made of
integers and of operations whose result does not depend on the processor (`raster`), and no
module reads a clock. Nothing here imports any other package of the project.
"""

from sample_data.camera import Pose
from sample_data.conditions import Conditions, Device, Light
from sample_data.draw import Drawing, draw, draw_with_truth

VERSION = "1"

__all__ = [
    "VERSION",
    "Conditions",
    "Device",
    "Drawing",
    "Light",
    "Pose",
    "draw",
    "draw_with_truth",
]
