"""Where the weights lie, and how much a weak guess of the network counts."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from quality.masking.weights import WEIGHTS

__all__ = ["MaskingSettings"]


class MaskingSettings(BaseSettings):
    """Settings of masking; environment variables ROADCOMB_MASKING_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="ROADCOMB_MASKING_", extra="ignore", frozen=True)

    weights: Path = Field(
        default=WEIGHTS, description="the network's file, put there by the set-up"
    )
