"""Where the networks' weights lie."""

from pathlib import Path

from pydantic import Field

from quality.masking.weights import WEIGHTS
from quality.masking.weights.plates import PLATE_WEIGHTS
from roadcomb.environment import FromEnvironment

__all__ = ["MaskingSettings"]


class MaskingSettings(FromEnvironment):
    """Settings of masking; environment variables ROADCOMB_MASKING_<NAME>."""

    PREFIX = "ROADCOMB_MASKING_"

    weights: Path = Field(
        default=WEIGHTS, description="the network's file, put there by the set-up"
    )
    plates: Path = Field(
        default=PLATE_WEIGHTS, description="the plate network's file, put there by the set-up"
    )
