"""Regions: what a cell counts by where it lies, and by how far its region has come; pure.

The law: a cell's worth is multiplied by its region's weight times the step that the region's
progress has reached, over the largest product that the policy can give, so it is never more than
whole and figures of any size mean their ratios. Progress is, per mille, the region's cells that
were seen less than `fresh_days` before the epoch, as the coverage of the epoch before has them, of
its `whole` number. It depends on no account, so nothing is gained by splitting one.

``[regional]``: `elsewhere`: weight of what lies in no region, whose step is 1000; `fresh_days`, and
`steps` as [[from a progress, per mille], ..], both left out where progress changes nothing.
``[[regional.regions]]``: `name`, `weight`, `whole` (cells; with `steps` only), `cells`: H3 cells of
resolution 12 or coarser whose descendants the region is, which no two regions share.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rewards.sections import Section
from roadcomb.cells import PAID_RESOLUTION, Cells, descendants, parse_cell, resolution
from roadcomb.errors import InvalidInput

__all__ = ["Region", "Regional", "regional_of"]

_WHOLE = 1000
_MOST_WEIGHT = 1000
_MOST_STEP = 10_000
"""Products of weight, step and the worth of a cell stay far below 2**63."""

_ALWAYS = ((0, _WHOLE),)


@dataclass(frozen=True, slots=True)
class Region:
    """whole: cells that make a progress of 1000; spans: first and last paid cell, rising."""

    name: str
    weight: int
    whole: int
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Regional:
    """steps: (from this progress on, the step), both per mille, rising from progress 0."""

    elsewhere: int
    fresh_days: int
    steps: tuple[tuple[int, int], ...]
    regions: tuple[Region, ...]

    @property
    def most(self) -> int:
        """The largest product of a weight and a step that a cell can have."""
        highest = max(step for _, step in self.steps)
        weights = [region.weight * highest for region in self.regions]
        return max(self.elsewhere * _WHOLE, *weights)

    def region_of(self, cells: Cells) -> NDArray[np.intp]:
        """Number of the region that holds each of n paid cells, shape (n,); after the last one:
        none."""
        spans = sorted(
            (first, last, number)
            for number, region in enumerate(self.regions)
            for first, last in region.spans
        )
        firsts = np.array([first for first, _, _ in spans], np.uint64)
        lasts = np.array([last for _, last, _ in spans], np.uint64)
        numbers = np.array([number for _, _, number in spans], np.intp)
        span = np.searchsorted(firsts, cells, side="right") - 1
        inside = (span >= 0) & (cells <= lasts[span])
        return np.where(inside, numbers[span], len(self.regions))

    def progress(self, coverage: pa.Table, epoch: int) -> list[int]:
        """Of each region, per mille; coverage: COVERAGE of paid cells before the epoch."""
        fresh = coverage["last_day"].to_numpy() > epoch - self.fresh_days
        region = self.region_of(coverage["cell"].to_numpy()[fresh])
        found = np.bincount(region, minlength=len(self.regions) + 1).tolist()
        return [
            min(_WHOLE, cells * _WHOLE // region.whole)
            for cells, region in zip(found, self.regions, strict=False)
        ]

    def products(self, coverage: pa.Table, epoch: int) -> list[int]:
        """Weight times step of each region, and of what lies in none; of `most`."""
        reached = self.progress(coverage, epoch) if self.fresh_days else [0] * len(self.regions)
        return [
            *(
                region.weight * self._step(progress)
                for region, progress in zip(self.regions, reached, strict=True)
            ),
            self.elsewhere * _WHOLE,
        ]

    def scaled(
        self, worth: NDArray[np.int64], cells: Cells, products: Sequence[int]
    ) -> NDArray[np.int64]:
        """The worth of n cells where they lie, floored, shape (n,)."""
        product = np.array(products, np.int64)[self.region_of(cells)]
        found: NDArray[np.int64] = worth * product // self.most
        return found

    def _step(self, progress: int) -> int:
        return next(step for start, step in reversed(self.steps) if start <= progress)


def regional_of(section: Section | None) -> Regional | None:
    """Regions of a policy's section. Raises InvalidInput naming what is wrong, and where."""
    if section is None:
        return None
    elsewhere = section.integer("elsewhere", 0, _MOST_WEIGHT)
    stepped = "steps" in section.entries
    steps = _steps(section) if stepped else _ALWAYS
    fresh_days = section.integer("fresh_days", 1, 3650) if stepped else 0
    regions = tuple(_region(each, stepped) for each in section.each("regions"))
    if len({region.name for region in regions}) != len(regions) or not regions:
        raise section.refused("regions", "regions are asked for, each with its own name")
    spans = sorted(span for region in regions for span in region.spans)
    if any(last >= first for (_, last), (first, _) in pairwise(spans)):
        raise section.refused("regions", "a cell lies in two regions, or twice in one")
    if not elsewhere and not any(region.weight for region in regions):
        raise section.refused("elsewhere", "nothing counts anywhere")
    section.end()
    return Regional(elsewhere, fresh_days, steps, regions)


def _steps(section: Section) -> tuple[tuple[int, int], ...]:
    steps = section.pairs("steps")
    rising = all(before < after for (before, _), (after, _) in pairwise(steps))
    known = all(start <= _WHOLE and 1 <= step <= _MOST_STEP for start, step in steps)
    if not rising or steps[0][0] != 0 or not known:
        raise section.refused("steps", "[[0, step], ..] is asked for, progress rising to 1000")
    return steps


def _region(section: Section, stepped: bool) -> Region:
    region = Region(
        section.text("name"),
        section.integer("weight", 0, _MOST_WEIGHT),
        section.integer("whole", 1, 10**12) if stepped else 1,
        tuple(sorted(_span(section, text) for text in section.texts("cells"))),
    )
    if not region.spans:
        raise section.refused("cells", "a region has cells")
    section.end()
    return region


def _span(section: Section, text: str) -> tuple[int, int]:
    try:
        cell = parse_cell(text)
    except InvalidInput as error:
        raise section.refused("cells", f"{text[:20]!r} is no cell") from error
    if resolution(cell) > PAID_RESOLUTION:
        raise section.refused("cells", f"{text} is finer than what is paid")
    return descendants(cell, PAID_RESOLUTION)
