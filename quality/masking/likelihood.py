"""Is a box likely a person, vehicle or plate of the street, by its place, shape and score? Pure.

Law: the larger a box, the surer it must be, as a mistaken large one hides a map and a missed small
one a plate of few pixels; nothing is judged by what other boxes there are.
"""

from quality.masking.regions import Kind, Region

__all__ = ["is_shaped", "is_sure"]

SMALL, LARGE = 0.01, {Kind.VEHICLE: 0.2, Kind.PERSON: 0.05}
"""Shares of the picture's area."""

WEAK = {Kind.VEHICLE: 0.15, Kind.PERSON: 0.12, Kind.PLATE: 0.05}
FAIR, SURE = 0.24, 0.35
"""Least scores of small, middling and large boxes."""

KNOWN = 0.6
"""What a box needs of that when a neighbouring frame is sure of it."""

PLATE_FROM = 40
"""A vehicle of fewer pixels across has a plate of fewer than 10: its characters are unreadable."""

FACE_FROM = 25
"""A person of fewer pixels has a face of fewer than 4."""

PLATE_TO, PLATE_RATIOS = 0.2, (0.8, 8.0)
"""A plate's width as a share of the picture's, at most; its width by its height, seen askew or on
a motorbike too."""

BONNET = 0.93
"""A vehicle that reaches lower in the picture, as a share of its height, is mostly the camera's
own: such a box must be sure."""

_RAISED = 0.17
"""A vehicle ends at most this share of the height above the horizon: the network takes façades
for trucks."""

_UPHILL, _FEET = 0.05, 0.2
"""A person's feet are lower than the horizon by that part of its own height at least (0.55 to 1.2
on level ground, less behind a parked car), but for that share of the picture's height where the
road climbs: what ends higher is a lamp, a sign or a tree."""


def is_shaped(box: Region, width: int, height: int, line: float) -> bool:
    """Whether a thing on the street can have such a box, in a picture of that size with its horizon
    at the share `line` of its height."""
    if box.kind is Kind.VEHICLE:
        ratio = box.width / max(1, box.height)
        return box.width >= PLATE_FROM and 0.4 < ratio < 4.5 and box.y1 > (line - _RAISED) * height
    if box.kind is Kind.PERSON:
        tall = box.height >= max(FACE_FROM, 1.1 * box.width)
        return tall and box.y1 > (line - _UPHILL) * height + _FEET * box.height
    if box.kind is Kind.PLATE:
        least, most = PLATE_RATIOS
        return box.width <= PLATE_TO * width and least < box.width / max(1, box.height) < most
    return True


def is_sure(box: Region, width: int, height: int, known: bool = False) -> bool:
    """Whether a box's score is enough for its size and place; less is when a neighbouring frame
    shows the same (`known`)."""
    return box.score >= _needed(box, width, height) * (KNOWN if known else 1.0)


def _needed(box: Region, width: int, height: int) -> float:
    share = box.area / (width * height)
    if share < SMALL:
        return WEAK.get(box.kind, 0.0)
    low = box.kind is Kind.VEHICLE and box.y1 >= BONNET * height
    return SURE if low or share >= LARGE.get(box.kind, 1.0) else FAIR
