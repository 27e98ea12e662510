"""Which part of a person or vehicle may be readable? The zone to blur; pure.

Law: a zone depends on its box and the picture's size only.
Plates sit on the lower part of a vehicle, faces on the upper part of a person. The shares are
those of docs/blurring.md.
"""

from quality.masking.regions import Kind, Region

__all__ = ["zone_of"]


def zone_of(box: Region, width: int, height: int) -> Region:
    """The zone of a box in a picture of that size; a plate or face is its own zone."""
    if box.kind is Kind.VEHICLE:
        return _part(box, (width, height), side=0.03, top=0.38, bottom=1.05)
    if box.kind is Kind.PERSON:
        return _part(box, (width, height), side=0.08, top=-0.06, bottom=0.33)
    return _part(box, (width, height), side=0.0, top=0.0, bottom=1.0)


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
