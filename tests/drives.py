"""Drives for tests that need no pixels: frames that are canonical JPEGs by their syntax alone."""

from pathlib import Path

from ingest.manifest import Device, Manifest, SignedManifest, sign_manifest
from roadcomb.blobs import open_blobs
from roadcomb.catalog import open_catalog
from roadcomb.clock import FileClock
from roadcomb.jpeg import image_id
from roadcomb.keys import Key, key_from_seed
from roadcomb.node import Node
from roadcomb.records import Frame
from roadcomb.settings import NodeSettings
from tests.databases import ready_folder

__all__ = ["NOW_MS", "contributor", "drive_of", "make_node", "pictures"]

NOW_MS = 1_767_614_400_000
"""2026-01-05 12:00 UTC, the tests' injected "now"."""


def make_node(folder: Path, catalog_url: str | None = None, now_ms: int = NOW_MS) -> Node:
    """A real node in a folder, its clock injected."""
    folder.mkdir(parents=True, exist_ok=True)
    if catalog_url is None:
        ready_folder(folder)
    clock = FileClock(folder / "clock")
    clock.set_ms(now_ms)
    settings = NodeSettings(data=folder, catalog=catalog_url)
    blobs = open_blobs(settings.blobs_url)
    return Node(settings, open_catalog(settings.catalog_url), blobs, clock, contributor(999))


def contributor(number: int = 0) -> Key:
    """The key of a numbered somebody."""
    return key_from_seed(number.to_bytes(32, "big"))


def pictures(count: int, first: int = 0, size: int = 200) -> list[bytes]:
    """Different canonical "JPEGs" of at least `size` bytes each; pure syntax, nothing to see."""
    return [_picture(number, size) for number in range(first, first + count)]


def drive_of(
    frames: list[bytes], key: Key | None = None, started_ms: int = NOW_MS - 3_600_000
) -> SignedManifest:
    """A signed drive of these frames, one a second, going north by 8 m each."""
    listed = tuple(
        Frame(image_id(frame), len(frame), started_ms + 1000 * n, 480_000_000 + 720 * n, 0)
        for n, frame in enumerate(frames)
    )
    key = key or contributor()
    return sign_manifest(Manifest(key.public, Device("tests"), listed), key)


def _picture(number: int, size: int) -> bytes:
    scan = f"picture {number} ".encode().ljust(size - 8, b".")
    return b"\xff\xd8\xff\xda\x00\x02" + scan + b"\xff\xd9"
