"""Where the weights lie, and how much a weak guess of the network counts."""

from pathlib import Path

from pydantic import Field

from quality.masking.weights import WEIGHTS
from roadcomb.environment import FromEnvironment

__all__ = ["MaskingSettings"]


class MaskingSettings(FromEnvironment):
    """Settings of masking; environment variables ROADCOMB_MASKING_<NAME>."""

    PREFIX = "ROADCOMB_MASKING_"

    weights: Path = Field(
        default=WEIGHTS, description="the network's file, put there by the set-up"
    )
