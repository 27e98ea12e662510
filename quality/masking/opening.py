"""The detector a node blurs with, opened only when it can see.

Law: without weights, with others than the pinned ones, or when the drawn street of the self-test
shows it nothing, an error says so and no detector is given out: nothing is published unblurred.
"""

from quality.masking.agreement import overlap
from quality.masking.network import LiteRt
from quality.masking.objectron import Objectron
from quality.masking.regions import Detector, Region
from quality.masking.settings import MaskingSettings
from quality.masking.street import CAR, PERSON, drawn_street
from quality.masking.weights import weights_in
from roadcomb.errors import IntegrityError

__all__ = ["open_detector", "self_test"]

_SURE, _FOUND = 0.4, 0.5
"""Score and share of the union with which each drawn thing must be found: 0.75 and 0.8 or more."""


def open_detector(settings: MaskingSettings | None = None) -> Detector:
    """The detector of the settings, self-tested (a seventh of a second).

    Raises UsageError without weights, IntegrityError when they are not the pinned ones or the
    drawn street is not seen.
    """
    chosen = settings or MaskingSettings()
    detector = Objectron(LiteRt(weights_in(chosen.weights)))
    self_test(detector)
    return detector


def self_test(detector: Detector) -> None:
    """Show the drawn street. Raises IntegrityError unless its car and its person are found.

    This catches an engine that loses or reorders boxes, which gives answers, only elsewhere.
    """
    seen = detector.find(drawn_street())
    for thing in (CAR, PERSON):
        if not any(_is_found(thing, box) for box in seen):
            raise IntegrityError(
                f"{detector.name} does not find the {thing.kind} of its self-test: nothing may be "
                "published with it; install the locked versions again (make)"
            )


def _is_found(thing: Region, box: Region) -> bool:
    return box.kind is thing.kind and box.score >= _SURE and overlap(thing, box) >= _FOUND
