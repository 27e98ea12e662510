"""Drives with pictures, brought to a node through the real intake."""

import random
from collections.abc import Sequence

import cv2
import numpy as np

from ingest.intake import add_frames, open_drive, seal
from ingest.limits import IntakeSettings
from ingest.manifest import Device, Manifest, sign_manifest
from roadcomb.jpeg import image_id
from roadcomb.keys import Key
from roadcomb.node import Node
from roadcomb.records import Frame
from tests.drives import NOW_MS
from tests.quality.pictures import Image, decoded, jpeg

__all__ = ["LIMITS", "METRE_E7", "along", "copied", "deliver", "frames_at"]

LIMITS = IntakeSettings(reserve_bytes=0)
METRE_E7 = 90
"""One metre of latitude in 1e-7 degrees, to 0.1 %."""


def along(count: int, spacing_m: float = 8, jitter_m: float = 0, seed: int = 0) -> list[int]:
    """Latitudes (1e-7 degrees) of frames going north from one place, with seeded noise."""
    noise = random.Random(seed)
    return [
        480_000_000 + round((n * spacing_m + noise.gauss(0, jitter_m)) * METRE_E7)
        for n in range(count)
    ]


def frames_at(
    pictures: Sequence[bytes],
    lats_e7: Sequence[int],
    started_ms: int = NOW_MS - 3_600_000,
    lons_e7: Sequence[int] | None = None,
) -> tuple[Frame, ...]:
    """Manifest's frames of these pictures, one a second; due north when no longitudes are given."""
    lons = lons_e7 or [20_000_000] * len(lats_e7)
    return tuple(
        Frame(image_id(data), len(data), started_ms + 1000 * n, lat_e7, lon_e7)
        for n, (data, lat_e7, lon_e7) in enumerate(zip(pictures, lats_e7, lons, strict=True))
    )


def deliver(
    node: Node,
    key: Key,
    pictures: Sequence[bytes],
    lats_e7: Sequence[int] | None = None,
    model: str = "tests",
    lons_e7: Sequence[int] | None = None,
    started_ms: int = NOW_MS - 3_600_000,
) -> str:
    """Open, fill and seal a drive; answers its id."""
    lats = along(len(pictures)) if lats_e7 is None else lats_e7
    listed = frames_at(pictures, lats, started_ms, lons_e7)
    signed = sign_manifest(Manifest(key.public, Device(model), listed), key)
    open_drive(node, signed, LIMITS)
    add_frames(node, signed.drive_id, pictures, LIMITS)
    seal(node, signed.drive_id)
    return signed.drive_id


def copied(data: bytes, quality: int = 50) -> bytes:
    """What a cheat makes of somebody's picture: re-encoded, smaller, a little brighter."""
    return jpeg(_brighter(_smaller(decoded(data))), quality)


def _smaller(image: Image) -> Image:
    return cv2.resize(image, None, fx=0.9, fy=0.9, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _brighter(image: Image) -> Image:
    return cv2.convertScaleAbs(image, alpha=1.1, beta=5).astype(np.uint8)
