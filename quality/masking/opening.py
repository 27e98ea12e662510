"""The detector a node blurs with, opened only when it can see.

Law: without weights, with others than the pinned ones, or when the drawn street of the self-test
shows it nothing, an error says so and no detector is given out: nothing is published unblurred.
"""

from collections.abc import Sequence

from quality.masking.agreement import overlap
from quality.masking.finder import Finder
from quality.masking.network import LiteRt
from quality.masking.objectron import Objectron
from quality.masking.plates import PlateFinder
from quality.masking.regions import Detector, Region
from quality.masking.settings import MaskingSettings
from quality.masking.street import CAR, PERSON, PLATE, drawn_street
from quality.masking.weights import weights_in
from quality.masking.weights.plates import plate_weights_in
from roadcomb.errors import IntegrityError

__all__ = ["open_detector", "self_test"]

_THINGS = (CAR, PERSON, PLATE)

_SURE, _FOUND = 0.4, 0.6
"""Score and share of the union with which each drawn thing must be found: 0.78 and 0.71 or more."""

_MOST = 8
"""Sure boxes of the three things together: 3..6 in order, 25 when an engine scatters them."""


def open_detector(settings: MaskingSettings | None = None) -> Detector:
    """The detector of the settings, self-tested (a seventh of a second).

    Raises UsageError without weights, IntegrityError when they are not the pinned ones or the
    drawn street is not seen.
    """
    chosen = settings or MaskingSettings()
    things = Objectron(LiteRt(weights_in(chosen.weights)))
    detector = Finder(things, PlateFinder(plate_weights_in(chosen.plates)))
    self_test(detector)
    return detector


def self_test(detector: Detector) -> None:
    """Show the drawn street. Raises IntegrityError unless its car, the car's plate and its person
    are found, in few boxes and nowhere else.

    This catches an engine that loses or reorders boxes: its scores are right, its boxes scatter.
    """
    sure = [box for box in detector.find(drawn_street()) if box.score >= _SURE]
    missed = [thing.kind for thing in _THINGS if not _found(thing, sure)]
    astray = [box for box in sure if not any(overlap(box, thing) for thing in _THINGS)]
    if missed or astray or len(sure) > _MOST:
        raise IntegrityError(
            f"{detector.name} fails its self-test (missed: {', '.join(missed) or 'nothing'}; boxes "
            f"for three things: {len(sure)}, astray: {len(astray)}): nothing may be published with "
            "it; install the locked versions again (make)"
        )


def _found(thing: Region, sure: Sequence[Region]) -> bool:
    return any(box.kind is thing.kind and overlap(thing, box) >= _FOUND for box in sure)
