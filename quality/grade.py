"""Measures to a grade 0..1000 and the reasons why it is not more; pure, integers only.

The law: the grade is the product of five scores (sharpness, exposure, contrast, cleanness of the
signal, view), so that one good measure never hides a bad one; making any measure worse never raises
it. Inside a score the worst of its measures counts, because they are two signs of one fault. A
frame below `USABLE_GRADE` is rejected for its worst measure; of equals, darkness is named first and
blur last.
"""

from dataclasses import dataclass
from itertools import pairwise

from quality import settings
from quality.measures import Measures
from quality.settings import GOOD_SCORE, USABLE_GRADE, Curve

__all__ = ["CLEAR", "Grade", "View", "grade"]

_SMEARED = {0: "smeared-across", 45: "smeared-aslant", 90: "smeared-down", 135: "smeared-aslant"}
_SHAKE_BELOW = 520
"""Sharpness score below which a direction of least sharpness is a smear and not the scene's."""


@dataclass(frozen=True, slots=True)
class View:
    """What a whole drive says of the glass before the lens, per mille of the picture.

    covered: opaque things that stay put; spotted: places that stay out of focus; frosted: texture
    that stays put.
    """

    covered: int = 0
    spotted: int = 0
    frosted: int = 0


CLEAR = View()


@dataclass(frozen=True, slots=True)
class Grade:
    """value: 0..1000. reasons: codes, worst first, of the scores under GOOD_SCORE.

    exposure, contrast, sharpness, signal, view: the scores, 0..1000. rejected_for: None for a
    usable frame. measures: what it came from, None without pixels.
    """

    value: int
    reasons: tuple[str, ...]
    sharpness: int
    exposure: int
    contrast: int
    rejected_for: str | None
    signal: int = 0
    view: int = 0
    measures: Measures | None = None


def grade(measures: Measures, view: View = CLEAR) -> Grade:
    """The grade of a frame's measures, and of what its drive says of the glass."""
    faults = _faults(measures, view)
    scores = {code: score for part in faults.values() for code, score in part.items()}
    parts = {name: min(part.values()) for name, part in faults.items()}
    value = 1000
    for score in parts.values():
        value = value * score // 1000
    worst_first = sorted(scores, key=lambda code: _rank(code, scores))
    return Grade(
        value,
        tuple(code for code in worst_first if scores[code] < GOOD_SCORE),
        parts["sharpness"],
        parts["exposure"],
        parts["contrast"],
        worst_first[0] if value < USABLE_GRADE else None,
        parts["signal"],
        parts["view"],
        measures,
    )


def _faults(measures: Measures, view: View) -> dict[str, dict[str, int]]:
    """Scores of each possible fault, by the part of the grade that they enter."""
    covered = max(measures.covered - settings.OWN_COVER, view.covered)
    sharpness = _on_curve(measures.sharpness, settings.SHARPNESS_CURVE)
    return {
        "exposure": {
            _darkness(measures): _on_curve(measures.bright, settings.DARK_CURVE),
            "over-exposed": _on_curve(measures.blown, settings.OVER_CURVE),
            "glare": _on_curve(measures.glare, settings.GLARE_CURVE),
        },
        "contrast": {
            "low-contrast": _on_curve(measures.contrast, settings.CONTRAST_CURVE),
            "hazy": _on_curve(measures.black, settings.HAZE_CURVE),
        },
        "view": {
            "view-covered": _on_curve(covered, settings.COVER_CURVE),
            "glass-spotted": min(
                _on_curve(measures.soft, settings.SOFT_CURVE),
                _on_curve(view.spotted, settings.SPOTS_CURVE),
            ),
            "glass-frosted": _on_curve(view.frosted, settings.FROST_CURVE),
        },
        "signal": {
            "noisy": _on_curve(measures.noise, settings.NOISE_CURVE),
            "over-compressed": _on_curve(measures.blocking, settings.BLOCKING_CURVE),
        },
        "sharpness": {_blur(measures, sharpness): sharpness},
    }


def _rank(code: str, scores: dict[str, int]) -> int:
    """Too much light lifts the blacks as a veil does: where it burns, it is named before haze."""
    burnt = min(scores["over-exposed"], scores["glare"])
    return max(scores[code], burnt + 1) if code == "hazy" and burnt < GOOD_SCORE else scores[code]


def _darkness(measures: Measures) -> str:
    """Lamps in the dark are night; darkness without them is a camera's fault."""
    lamps = measures.contrast >= settings.NIGHT_CONTRAST or measures.blown > 0
    return "night" if measures.bright < settings.NIGHT_BRIGHT and lamps else "too-dark"


def _blur(measures: Measures, score: int) -> str:
    if measures.smear_deg is None or score >= _SHAKE_BELOW:
        return "blurred"
    return _SMEARED[measures.smear_deg]


def _on_curve(measure: int, curve: Curve) -> int:
    """Linear between the curve's points, floored; constant outside them."""
    if measure <= curve[0][0]:
        return curve[0][1]
    for (x0, y0), (x1, y1) in pairwise(curve):
        if measure <= x1:
            return y0 + (y1 - y0) * (measure - x0) // (x1 - x0)
    return curve[-1][1]
