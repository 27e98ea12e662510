"""Which part of a person or vehicle may be readable? The zone to blur; pure.

Law: a zone depends on its box, the picture's size and its horizon only, and knowing the horizon
never makes it larger.
Plates sit on the lower part of a vehicle, faces on the upper part of a person. The nearer a
vehicle, the more its box can be trusted: one that fills a large share of the picture shows the
road below its bumper, the glass above its boot, and beside our lane its flank, where no plate
hangs. The shares are those of docs/blurring.md.
"""

from dataclasses import replace

from quality.masking.regions import Kind, Region

__all__ = ["zone_of"]

_VEHICLES = ((0.03, 0.45), (0.01, 0.42), (0.0, 0.38))
"""(share of the picture from which it holds, top of the zone as a share of the box's height)."""

_PLATE = 0.15
"""Share of its sides by which a found plate's zone is wider: its finder cuts letters off."""

_CUT = (0.01, 0.02)
"""A box of that share of the picture that ends this near to its left or right edge, as a share of
its width, shows a vehicle that the edge cuts."""

_NEAR = 0.02
"""Share of the picture from which a box's foot is the vehicle's own and its flank can be told."""

_LOWEST = 0.18
"""No plate hangs lower, as a share of the camera's height: 0.25 m of 1.2 to 1.5 m. The horizon is
as high as the camera everywhere, so the box's way down from it is that height at the vehicle."""

_FLANK, _OBLIQUE = 0.4, 1.3
"""A vehicle beside our lane turns its near end outwards: so much of its box's inner side is flank,
if the box is that many times as wide as high (an end alone is 0.6 to 1.25)."""


def zone_of(box: Region, width: int, height: int, line: float | None = None) -> Region:
    """The zone of a box in a picture of that size, its horizon at the share `line` of its height
    where that is known; a face is its own zone."""
    if box.kind is Kind.VEHICLE:
        share = box.area / (width * height)
        top = next(top for least, top in _VEHICLES if share >= least)
        zone = _part(box, (width, height), side=0.03, top=top, bottom=1.0)
        whole = _to_the_edge(zone, width) if share >= _CUT[0] else zone
        if line is None or share < _NEAR:
            return whole
        return _without_flank(_above_the_road(whole, box, line * height), box, width, height)
    if box.kind is Kind.PERSON:
        return _part(box, (width, height), side=0.0, top=-0.06, bottom=0.33)
    pad = _PLATE if box.kind is Kind.PLATE else 0.0
    return _part(box, (width, height), side=pad, top=-pad, bottom=1.0 + pad)


def _above_the_road(zone: Region, box: Region, horizon: float) -> Region:
    lowest = round(box.y1 - _LOWEST * max(0.0, box.y1 - horizon))
    return replace(zone, y1=max(zone.y0, min(zone.y1, lowest)))


def _without_flank(zone: Region, box: Region, width: int, height: int) -> Region:
    """Not in a picture of 360 degrees, whose sides lie behind the camera."""
    if box.width < _OBLIQUE * box.height or width == 2 * height:
        return zone
    flank = round(_FLANK * box.width)
    if 2 * box.x0 > width:
        return replace(zone, x0=box.x0 + flank)
    return replace(zone, x1=box.x1 - flank) if 2 * box.x1 < width else zone


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
