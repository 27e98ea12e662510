"""Albums of an epoch: what it commits to before anybody can know which pictures are drawn; pure.

The law: albums.json names the albums (quality/publishing/album.py) that were shown first in an
epoch, each with its number of pictures and the epoch whose rows its drive is in, in the order of
their digests, which tell nothing of time or drive. What is drawn from them hangs on a log head that
did not exist yet.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from roadcomb.canonical import Json, canonical_json, digest_of_bytes, parse_json
from roadcomb.errors import IntegrityError

__all__ = ["NO_ALBUMS", "Listed", "albums_digest", "albums_document", "parse_albums"]

_VERSION = 1
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, order=True)
class Listed:
    """album: digest; epoch: whose rows its drive is in; pictures: how many it shows, 1 or more."""

    album: str
    epoch: int
    pictures: int


def albums_document(albums: Iterable[Listed]) -> bytes:
    """albums.json."""
    listed: list[Json] = [[each.album, each.epoch, each.pictures] for each in sorted(albums)]
    return canonical_json({"v": _VERSION, "albums": listed})


def albums_digest(albums: Iterable[Listed]) -> str:
    """SHA-256 of the file."""
    return digest_of_bytes(albums_document(albums))


NO_ALBUMS = albums_digest(())
"""Of a day on which nothing was published."""


def parse_albums(data: bytes) -> tuple[Listed, ...]:
    """Albums of their file. Raises IntegrityError for anything else."""
    match parse_json(data):
        case {"v": 1, "albums": list() as listed, **nothing} if not nothing:
            albums = tuple(_listed(each) for each in listed)
            if list(albums) == sorted(set(albums)):
                return albums
    raise IntegrityError("albums.json holds no albums in order that this version can read")


def _listed(value: Json) -> Listed:
    match value:
        case [str(album), int(epoch), int(pictures)] if _DIGEST.fullmatch(album):
            if epoch >= 0 and pictures > 0 and bool not in (type(epoch), type(pictures)):
                return Listed(album, epoch, pictures)
    raise IntegrityError(f"albums.json: {str(value)[:80]} is no album")
