"""The detector as a worker opens it: the pinned weights, and the self-test passed, or nothing."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import parent_process
from pathlib import Path

from quality.masking.regions import Detector
from quality.masking.settings import MaskingSettings

__all__ = ["OpenDetector"]


@dataclass(frozen=True, slots=True)
class OpenDetector:
    """Opens the detector of the settings. Each worker opens its own; equal settings, one model."""

    settings: MaskingSettings

    def __call__(self) -> Detector:
        """Raises what open_detector raises, the self-test included: then nothing is published."""
        with _without_greetings():
            from quality.masking.opening import open_detector  # the runtime: in workers only

            return open_detector(self.settings)


@contextmanager
def _without_greetings() -> Iterator[None]:
    """A worker's runtime writes a line about itself straight to the terminal; its errors are
    raised."""
    if parent_process() is None:
        yield
        return
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(Path(os.devnull), os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
