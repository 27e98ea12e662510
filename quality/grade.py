"""Measures to a grade 0..1000 and the reasons why it is not more; pure, integers only.

The law: the grade is the product of three scores (sharpness, exposure, contrast), so that one good
measure never hides a bad one; making any measure worse never raises it. A frame below
`USABLE_GRADE` is rejected for its worst measure; of equals, darkness is named first and blur last.
"""

from dataclasses import dataclass
from itertools import pairwise

from quality.measures import Measures
from quality.settings import (
    CONTRAST_CURVE,
    DARK_CURVE,
    GOOD_SCORE,
    OVER_CURVE,
    SHARPNESS_CURVE,
    USABLE_GRADE,
    Curve,
)

__all__ = ["Grade", "grade"]


@dataclass(frozen=True, slots=True)
class Grade:
    """value: 0..1000. reasons: codes, worst first, of the scores under GOOD_SCORE.

    exposure, contrast, sharpness: the scores, 0..1000. rejected_for: None for a usable frame.
    """

    value: int
    reasons: tuple[str, ...]
    sharpness: int
    exposure: int
    contrast: int
    rejected_for: str | None


def grade(measures: Measures) -> Grade:
    """The grade of a frame's measures."""
    scores = {
        "too-dark": _on_curve(measures.bright, DARK_CURVE),
        "over-exposed": _on_curve(measures.blown, OVER_CURVE),
        "low-contrast": _on_curve(measures.contrast, CONTRAST_CURVE),
        "blurred": _on_curve(measures.sharpness, SHARPNESS_CURVE),
    }
    exposure = min(scores["too-dark"], scores["over-exposed"])
    value = scores["blurred"] * exposure * scores["low-contrast"] // 1_000_000
    worst_first = sorted(scores, key=scores.__getitem__)
    return Grade(
        value,
        tuple(reason for reason in worst_first if scores[reason] < GOOD_SCORE),
        scores["blurred"],
        exposure,
        scores["low-contrast"],
        worst_first[0] if value < USABLE_GRADE else None,
    )


def _on_curve(measure: int, curve: Curve) -> int:
    """Linear between the curve's points, floored; constant outside them."""
    if measure <= curve[0][0]:
        return curve[0][1]
    for (x0, y0), (x1, y1) in pairwise(curve):
        if measure <= x1:
            return y0 + (y1 - y0) * (measure - x0) // (x1 - x0)
    return curve[-1][1]
