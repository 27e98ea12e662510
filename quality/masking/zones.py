"""Which part of a person or vehicle may be readable? The zone to blur; pure.

Law: a zone depends on its box and the picture's size only.
Plates sit on the lower part of a vehicle, faces on the upper part of a person. The nearer a
vehicle, the more its box can be trusted: one that fills a large share of the picture shows the
road below its bumper and the glass above its boot, where no plate hangs. The shares are those of
docs/blurring.md.
"""

from dataclasses import replace

from quality.masking.regions import Kind, Region

__all__ = ["zone_of"]

_VEHICLES = ((0.03, 0.42, 0.95), (0.01, 0.42, 1.0), (0.0, 0.38, 1.0))
"""(share of the picture from which it holds, top, bottom as shares of the box's height)."""

_PLATE = 0.15
"""Share of its sides by which a found plate's zone is wider: its finder cuts letters off."""

_CUT = (0.01, 0.02)
"""A box of that share of the picture that ends this near to its left or right edge, as a share of
its width, shows a vehicle that the edge cuts."""


def zone_of(box: Region, width: int, height: int) -> Region:
    """The zone of a box in a picture of that size; a face is its own zone."""
    if box.kind is Kind.VEHICLE:
        share = box.area / (width * height)
        top, bottom = next((top, bottom) for least, top, bottom in _VEHICLES if share >= least)
        zone = _part(box, (width, height), side=0.03, top=top, bottom=bottom)
        return _to_the_edge(zone, width) if share >= _CUT[0] else zone
    if box.kind is Kind.PERSON:
        return _part(box, (width, height), side=0.08, top=-0.06, bottom=0.33)
    pad = _PLATE if box.kind is Kind.PLATE else 0.0
    return _part(box, (width, height), side=pad, top=-pad, bottom=1.0 + pad)


def _to_the_edge(zone: Region, width: int) -> Region:
    near = _CUT[1] * width
    return replace(
        zone, x0=zone.x0 if zone.x0 >= near else 0, x1=zone.x1 if zone.x1 <= width - near else width
    )


def _part(box: Region, picture: tuple[int, int], side: float, top: float, bottom: float) -> Region:
    """A box cut or padded: `side` as a share of its width, `top` and `bottom` of its height."""
    width, height = picture
    return Region(
        max(0, round(box.x0 - side * box.width)),
        max(0, round(box.y0 + top * box.height)),
        min(width, round(box.x1 + side * box.width)),
        min(height, round(box.y0 + bottom * box.height)),
        box.kind,
        box.score,
    )
