"""What a video may cost and how its pictures are written. ROADCOMB_VIDEO_<NAME>."""

from pydantic import Field

from roadcomb.environment import FromEnvironment

__all__ = ["VideoSettings"]


class VideoSettings(FromEnvironment):
    """Limits of the process that reads a video, and the quality of its pictures."""

    PREFIX = "ROADCOMB_VIDEO_"

    exiftool: str = Field(
        default="exiftool", description="program asked about cameras that nothing else reads"
    )
    quality: int = Field(
        default=92,
        ge=90,
        le=100,
        description="JPEG quality; a Bee writes 80, and a second loss on the video's own is spared",
    )
    max_pixels: int = Field(
        default=64_000_000, gt=0, description="of one picture; the largest action cameras film 8K"
    )
    memory_bytes: int = Field(
        default=4 * 2**30, gt=0, description="address space; 8K decodes in less than 2 GB"
    )
    picture_bytes: int = Field(
        default=50_000_000, gt=0, description="largest file that the process may write"
    )
    lanes: int = Field(
        default=2, ge=1, le=16, description="processes at once; most of a probe is starting one"
    )
    base_s: int = Field(default=30, gt=0, description="CPU and wall seconds of any video")
    share_s: int = Field(
        default=20, gt=0, description="further seconds for each second of the video; 8K on one core"
    )
    most_s: int = Field(
        default=86_400, gt=0, le=10**6, description="seconds whatever length a header claims"
    )
