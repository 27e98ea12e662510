"""The settings of publishing, in one place; every default is the one that shows least."""

from pydantic import Field

from roadcomb.environment import FromEnvironment

__all__ = ["PublishSettings"]


class PublishSettings(FromEnvironment):
    """What is published and what is kept; environment variables ROADCOMB_PUBLISH_<NAME>."""

    PREFIX = "ROADCOMB_PUBLISH_"

    retention_days: int = Field(
        default=0,
        ge=0,
        description="days that unblurred originals are kept, encrypted, after publishing; "
        "0: they are destroyed at once",
    )
    every: int = Field(
        default=1,
        ge=1,
        description="each n-th accepted frame is published: looking for faces and plates costs "
        "some twenty decodes",
    )
    most_masked: float = Field(
        default=0.25,
        gt=0,
        le=1,
        description="share of a picture that may be masked: beyond it the detector has rather "
        "lost its way than found a crowd, and a person should look",
    )
    doubt_score: float = Field(
        default=0.6,
        ge=0,
        le=1,
        description="what the rules of size and place would not mask is masked all the same from "
        "this score on",
    )
    jpeg_quality: int = Field(default=85, ge=50, le=95, description="of published pictures")
    seconds: int = Field(
        default=60,
        ge=1,
        description="for one frame, then its worker is ended: two hundred times what it takes",
    )
    memory_bytes: int = Field(
        default=3 * 2**30,
        gt=0,
        description="of a worker; the model takes 0.1 GB, a decoded picture of 36 megapixels 0.1",
    )
    chunk_frames: int = Field(default=16, ge=1, description="frames held in memory at a time")
