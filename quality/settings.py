"""The thresholds of judging, each with the reason for its number.

What enters a grade (curves, `USABLE_GRADE`) is a constant of these rules and no setting: two nodes
of one version must grade a frame alike. What protects the node (sizes) or decides whether a person
has to look (replays) is a setting, environment variables ROADCOMB_QUALITY_<NAME>.

The curves were laid through 90 undegraded frames of six cameras (two dashcams, an action camera, a
360-degree camera, two stills cameras) and the same frames degraded: Gaussian blur of sigma 1..3,
motion blur of 5..15 px in four directions, exposure of -2..+2 stops in linear light, noise.
"""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = [
    "CONTRAST_CURVE",
    "DARK_CURVE",
    "GOOD_SCORE",
    "OVER_CURVE",
    "SHARPNESS_CURVE",
    "USABLE_GRADE",
    "QualitySettings",
]

Curve = tuple[tuple[int, int], ...]
"""Points (measure, score 0..1000), linear between them and constant outside."""

SHARPNESS_CURVE: Curve = ((65, 0), (90, 150), (120, 300), (160, 550), (220, 800), (300, 1000))
"""Measured: undegraded 260..365, soft low-resolution video 146..184, sigma 1 113..216, motion of
9 px 83..113, of 15 px 76..94. In theory 62 is a picture without detail, 250 one of step edges."""

DARK_CURVE: Curve = ((20, 0), (50, 100), (100, 350), (135, 600), (150, 1000))
"""Of the 90th percentile of brightness: undegraded 153..255, at -2 stops 80..137."""

OVER_CURVE: Curve = ((20, 1000), (40, 600), (100, 450), (200, 250), (500, 0))
"""Of blown pixels, per mille: undegraded dashcam frames 0..17, a wide blown sky up to 82, at +2
stops 30 (dim original) to 540."""

CONTRAST_CURVE: Curve = ((10, 0), (40, 500), (80, 1000))
"""Of the 5..95 % spread of brightness, grey levels: undegraded 83..230, at -2 stops 55..127."""

USABLE_GRADE = 60
"""Below it a frame shows too little to be worth keeping. No undegraded frame was under 400."""

GOOD_SCORE = 700
"""A measure that scores less is named to the driver as a reason why the grade is not higher."""


class QualitySettings(BaseSettings):
    """Limits that protect the node and thresholds of suspicion."""

    model_config = SettingsConfigDict(env_prefix="ROADCOMB_QUALITY_", extra="ignore", frozen=True)

    max_pixels: int = Field(
        default=36_000_000,
        description="largest picture decoded; an 8K 360-degree one has 29.5 million",
    )
    max_scans: int = Field(
        default=64,
        description="scans in a JPEG; progressive ones have 10, bombs thousands",
    )
    min_width: int = Field(default=320, description="narrower pictures show no street")
    min_height: int = Field(default=240, description="lower pictures show no street")
    fingerprint_distance: int = Field(
        default=31,
        ge=0,
        le=256,
        description="bits by which two fingerprints of one picture may differ: real neighbours 8 m "
        "apart differ by 54 or more, re-encoded copies by 16, brightened ones by 22 at most",
    )
    replay_rings: int = Field(
        default=6,
        description="cells searched around a frame: 100 m, so that neither GNSS jitter of 30 m nor "
        "a shifted track hides a copy; a wider search costs time but gives no false alarm",
    )
    replay_frames: int = Field(
        default=3,
        description="frames matching another drive's in order, or any others' drives in no order; "
        "two can be chance",
    )
    min_accepted: int = Field(default=1, description="accepted frames a drive needs to be accepted")
    chunk_frames: int = Field(default=64, description="frames of a drive judged at a time")
    chunk_bytes: int = Field(default=64 * 2**20, description="bytes of frames held at a time")
