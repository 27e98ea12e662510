"""The detector a node blurs with, opened only when it can see.

Law: without weights, with others than the pinned ones, or when the drawn street of the self-test
shows it nothing, an error says so and no detector is given out: nothing is published unblurred.
"""

from collections.abc import Sequence

from quality.masking.agreement import overlap
from quality.masking.network import LiteRt
from quality.masking.objectron import Objectron
from quality.masking.regions import Detector, Region
from quality.masking.settings import MaskingSettings
from quality.masking.street import CAR, PERSON, drawn_street
from quality.masking.weights import weights_in
from roadcomb.errors import IntegrityError

__all__ = ["open_detector", "self_test"]

_SURE, _FOUND = 0.4, 0.6
"""Score and share of the union with which each drawn thing must be found: 0.78 and 0.71 or more."""

_MOST = 8
"""Sure boxes of the two things together: 2..5 in order, 25 when an engine scatters them."""


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
    """Show the drawn street. Raises IntegrityError unless its car and its person are found, in few
    boxes and nowhere else.

    This catches an engine that loses or reorders boxes: its scores are right, its boxes scatter.
    """
    sure = [box for box in detector.find(drawn_street()) if box.score >= _SURE]
    missed = [thing.kind for thing in (CAR, PERSON) if not _found(thing, sure)]
    astray = [box for box in sure if not any(overlap(box, thing) for thing in (CAR, PERSON))]
    if missed or astray or len(sure) > _MOST:
        raise IntegrityError(
            f"{detector.name} fails its self-test (missed: {', '.join(missed) or 'nothing'}; boxes "
            f"for two things: {len(sure)}, astray: {len(astray)}): nothing may be published with "
            "it; install the locked versions again (make)"
        )


def _found(thing: Region, sure: Sequence[Region]) -> bool:
    return any(box.kind is thing.kind and overlap(thing, box) >= _FOUND for box in sure)
