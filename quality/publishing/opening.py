"""The detector as a worker opens it: the pinned weights, and the self-test passed, or nothing."""

from dataclasses import dataclass

from quality.masking.regions import Detector
from quality.masking.settings import MaskingSettings

__all__ = ["OpenDetector"]


@dataclass(frozen=True, slots=True)
class OpenDetector:
    """Opens the detector of the settings. Each worker opens its own; equal settings, one model."""

    settings: MaskingSettings

    def __call__(self) -> Detector:
        """Raises what open_detector and the self-test raise: then nothing is published."""
        from quality.masking.opening import open_detector  # the runtime: in workers only

        return open_detector(self.settings)
