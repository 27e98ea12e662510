"""What a node takes at most; beyond it an upload is refused before a byte is stored.

The day's quota counts what a contributor's drives will take, when they are opened: the bytes that
their manifests promise, and for what is stored beside them (manifest, indices, judgement) a fixed
charge for each frame and drive that no manifest exceeds, so that many tiny frames are not free. A
drive that was opened can always be finished, and only the holder of the key can use the quota up.
"""

from typing import Final

from pydantic import Field

from ingest.manifest import Manifest
from roadcomb.environment import FromEnvironment
from roadcomb.errors import InvalidInput, QuotaExceeded, StorageFull, TooLarge

__all__ = [
    "DRIVE_BYTES",
    "FRAME_BYTES",
    "IntakeSettings",
    "charged_bytes",
    "check_manifest",
    "check_parts",
    "check_quota",
    "check_reserve",
]

MB: Final = 10**6
FRAME_BYTES: Final = 256
"""Charged for a frame beside its bytes: at most 150 in the manifest, 44 in an index, 60 judged."""
DRIVE_BYTES: Final = 16_384
"""Charged for a drive: the longest manifest of one frame has 12,000, its receipt 2,000."""


_PARTS: Final = ((b"[{", 1, 1_000), (b",", 16, 1_000), (b":", 0, 10_000))
"""Characters that begin or part values of JSON; how many a manifest has at most for each frame, and
beside its frames (a frame is one list of eleven; the longest names have under 10,000 colons)."""


class IntakeSettings(FromEnvironment):
    """Limits of the intake; environment variables ROADCOMB_INTAKE_<NAME>."""

    PREFIX = "ROADCOMB_INTAKE_"

    day_bytes: int = Field(
        default=200_000 * MB, ge=1, description="bytes a contributor may offer in one UTC day"
    )
    reserve_bytes: int = Field(
        default=500 * MB, ge=0, description="free space on a local disk that uploads may not touch"
    )
    frame_bytes: int = Field(default=12 * MB, ge=1, description="largest frame")
    batch_bytes: int = Field(
        default=16 * MB, ge=1, le=16 * MB, description="largest batch: it becomes one pack"
    )
    drive_frames: int = Field(default=20_000, ge=1, description="most frames of a drive")
    manifest_bytes: int = Field(default=4 * MB, ge=1, description="largest manifest, unpacked")
    held_bytes: int = Field(
        default=256 * MB,
        ge=32 * MB,
        description="bytes of request bodies in memory at the same time; more is answered 503",
    )
    future_ms: int = Field(
        default=300_000, ge=0, description="how far ahead of the node's clock a frame's time may be"
    )


def check_parts(body: bytes, limits: IntakeSettings) -> None:
    """Raise TooLarge for JSON of more parts than a manifest that is taken can have.

    Before it is read: an empty list is three bytes, a twentieth of what it takes once read, and
    packed a thousand times smaller still.
    """
    for characters, of_frame, beside in _PARTS:
        found = sum(body.count(bytes([character])) for character in characters)
        if found > of_frame * limits.drive_frames + beside:
            raise TooLarge(
                f"the manifest has more parts than one of {limits.drive_frames} frames: split the "
                "drive"
            )


def check_manifest(manifest: Manifest, limits: IntakeSettings, now_ms: int) -> None:
    """Raise TooLarge or InvalidInput for a drive that this node will never take."""
    if len(manifest.frames) > limits.drive_frames:
        raise TooLarge(
            f"the drive has {len(manifest.frames)} frames, at most {limits.drive_frames} are "
            "taken: split it"
        )
    for n, frame in enumerate(manifest.frames):
        if frame.size > limits.frame_bytes:
            raise TooLarge(
                f"frames[{n}] has {frame.size} bytes, at most {limits.frame_bytes} are taken"
            )
    if manifest.frames[-1].t_ms > now_ms + limits.future_ms:
        raise InvalidInput(
            f"frames[{len(manifest.frames) - 1}].t_ms lies in the future: the camera's clock is "
            "wrong"
        )


def charged_bytes(drives: int, frames: int, frame_bytes: int) -> int:
    """What drives with so many frames, `frame_bytes` long together, take of a quota."""
    return drives * DRIVE_BYTES + frames * FRAME_BYTES + frame_bytes


def check_quota(offered_today: int, offered: int, limits: IntakeSettings, wait_s: int) -> None:
    """Raise QuotaExceeded, telling the seconds until the next day begins."""
    if offered_today + offered > limits.day_bytes:
        raise QuotaExceeded(
            f"{offered_today} of {limits.day_bytes} bytes a day are used, {offered} more do not "
            f"fit: try again in {wait_s} s",
            retry_after_s=wait_s,
        )


def check_reserve(free_bytes: int | None, wanted: int, limits: IntakeSettings) -> None:
    """Raise StorageFull when `wanted` bytes would eat into the reserve; None: space is no limit."""
    if free_bytes is not None and free_bytes - wanted < limits.reserve_bytes:
        raise StorageFull("the node's disk is full; nothing was stored, try again later")
