"""Which boxes show only a part of a vehicle that is seen whole? Pure.

Law: a box that lies in a larger and surer one and ends no lower is a part of that vehicle or
stands behind it. Its plate is the larger one's own, in whose zone it is, or hidden by it; so it
needs no zone. Whatever ends lower stands nearer and keeps its zone.
"""

from collections.abc import Iterable, Sequence

from quality.masking.regions import Kind, Region

__all__ = ["parts_of"]

_INSIDE = 0.8
"""Share of a box that lies in the one it is a part of."""


def parts_of(boxes: Iterable[Region], sure: Iterable[Region]) -> frozenset[Region]:
    """Those of `boxes` that are parts of vehicles among the `sure` ones of the same picture."""
    whole = _whole(sure)
    return frozenset(box for box in boxes if box.kind is Kind.VEHICLE and _is_part(box, whole))


def _whole(boxes: Iterable[Region]) -> list[Region]:
    """Vehicles that are parts of no other; only they have a zone to rely on."""
    whole: list[Region] = []
    vehicles = (box for box in boxes if box.kind is Kind.VEHICLE)
    for box in sorted(vehicles, key=lambda box: box.area, reverse=True):
        if not _is_part(box, whole):
            whole.append(box)
    return whole


def _is_part(box: Region, vehicles: Sequence[Region]) -> bool:
    return any(
        vehicle.area > box.area
        and vehicle.score >= box.score
        and vehicle.y1 >= box.y1
        and _common(box, vehicle) >= _INSIDE * box.area
        for vehicle in vehicles
    )


def _common(one: Region, other: Region) -> int:
    """Pixels that lie in both boxes."""
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    tall = min(one.y1, other.y1) - max(one.y0, other.y0)
    return max(0, wide) * max(0, tall)
