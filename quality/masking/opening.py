"""The detector a node blurs with, opened only when its weights are the pinned ones.

Law: no detector is given out that cannot see; without weights, with others, or when the drawn
street of the self-test shows it nothing, an error says so and nothing is published.
"""

from quality.masking.network import LiteRt, weights_in
from quality.masking.objectron import Objectron
from quality.masking.regions import Detector
from quality.masking.settings import MaskingSettings

__all__ = ["open_detector"]


def open_detector(settings: MaskingSettings | None = None) -> Detector:
    """The detector of the settings.

    Raises UsageError without weights, IntegrityError when they are not the pinned ones.
    """
    chosen = settings or MaskingSettings()
    return Objectron(LiteRt(weights_in(chosen.weights)))
