"""Does a published picture bear out the grade that its frame was paid by? Pure.

The law: the picture is graded twice by the judge's own measures, as it stands and without what its
masks destroyed; the least of both is what it bears at least. What it bears at most counts each
measure where it is kinder, and adds what the zones may have held: tiles as dark as the darkest that
is seen, and `_RICHNESS` times as much structure as elsewhere, half as sharp again. So a mask
excuses in proportion to its area, and less in a foggy or a blurred picture; one without zones bears
one grade. What only the drive as a whole told of the glass comes from its album. All is integers: a
stranger finds the node's numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from quality.decode import Image, half_scale
from quality.grade import CLEAR, View, grade
from quality.masking.blurring import padded
from quality.masking.regions import Region
from quality.measures import Measures, measure
from quality.settings import QualitySettings
from quality.tiling import BLACK_PERCENT, SIDE, darkest_tiles, narrowed, nth, seen_tiles

__all__ = ["TOLERANCE", "Borne", "borne_grades"]

TOLERANCE = 50
"""Of 1000: by how much a grade may lie outside what its published picture bears."""

_EDGE = 4
"""Pixels at half scale around a zone that encoding smears it over: half a block of JPEG's."""
_RICHNESS = 4
"""Cars and people hold more edges than road and sky: on 6 real highway stills up to 2.2 times the
structure of the rest, if they were as sharp as steps; 4 times, if they were 1.34 times as sharp."""
_SHARPER = 150
"""Per cent of the sharpness of what is seen."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Borne:
    """Grades 0..1000 between which the frame's own must lie, give or take TOLERANCE."""

    least: int
    most: int

    def bears(self, grade: int) -> bool:
        """Whether the picture bears out a grade."""
        return self.least - TOLERANCE <= grade <= self.most + TOLERANCE


def borne_grades(jpeg: bytes, zones: Sequence[Region], view: View = CLEAR) -> Borne:
    """What a published, upright JPEG bears out; zones: in its pixels, as they were masked.

    Raises Undecodable for what is no picture.
    """
    header, grey = half_scale(jpeg, QualitySettings())
    plain = measure(grey)
    if not zones:
        only = grade(plain, view).value
        return Borne(only, only)
    hidden = _hidden(grey, [padded(zone, header.width, header.height) for zone in zones])
    outside = measure(grey, hidden)
    values = [grade(each, view).value for each in (plain, outside)]
    kindest = grade(_kindest(plain, outside, grey, hidden), view).value
    return Borne(min(values), max(*values, kindest))


def _hidden(grey: Image, zones: Sequence[Region]) -> Mask:
    hidden = np.zeros(grey.shape, np.bool_)
    for zone in zones:
        top, left = (max(0, side // 2 - _EDGE) for side in (zone.y0, zone.x0))
        hidden[top : zone.y1 // 2 + 1 + _EDGE, left : zone.x1 // 2 + 1 + _EDGE] = True
    return hidden


def _kindest(plain: Measures, outside: Measures, grey: Image, hidden: Mask) -> Measures:
    least, most = (
        {name: pick(getattr(plain, name), getattr(outside, name)) for name in names}
        for pick, names in ((min, _BETTER_BELOW), (max, _BETTER_ABOVE))
    )
    kind = replace(plain, **least, **most)
    sharpness = max(kind.sharpness, _with_zones(outside.sharpness, hidden))
    return replace(kind, sharpness=sharpness, black=min(kind.black, _black(grey, hidden)))


_BETTER_BELOW = ("blown", "noise", "blocking", "covered", "soft", "black", "glare")
_BETTER_ABOVE = ("sharpness", "bright", "contrast")


def _with_zones(sharpness: int, hidden: Mask) -> int:
    """The sharpness of what is seen together with what is sharper where it is not."""
    unseen = _RICHNESS * int(hidden.sum())
    seen = hidden.size - int(hidden.sum())
    sharper = _SHARPER * sharpness // 100
    return (sharpness * seen + sharper * unseen) // max(1, seen + unseen)


def _black(grey: Image, hidden: Mask) -> int:
    """The black of the picture if its zones held the darkest tiles."""
    small = narrowed(grey)
    whole = small[: small.shape[0] // SIDE * SIDE, : small.shape[1] // SIDE * SIDE]
    unseen = narrowed(255 * hidden.astype(np.uint8)) > 0
    darkest = darkest_tiles(whole)
    seen = seen_tiles(unseen, whole.shape)
    darkest[~seen] = int(darkest[seen].min()) if seen.any() else 0
    return nth(darkest.ravel(), BLACK_PERCENT)
