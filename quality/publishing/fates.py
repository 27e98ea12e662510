"""What may become of an accepted frame on its way to a picture, and the words for it."""

from dataclasses import dataclass
from enum import StrEnum

from ingest.blurred import WAITS

__all__ = ["WORDS", "Concealed", "Fate", "Named", "Waits"]


class Fate(StrEnum):
    """PUBLISHED: its masked picture is VERIFIED. WAITING: for a reason. SPARED: not chosen."""

    PUBLISHED = "published"
    WAITING = "waiting"
    SPARED = "spared"


class Waits(StrEnum):
    """Why a frame waits unpublished."""

    UNDECODABLE = "blur-undecodable"
    FAILED = "blur-failed"
    LOST = "blur-lost"
    TOO_LARGE = "blur-too-large"
    UNPROVED = "blur-unproved"


WORDS = WAITS
"""Sentences for these, which contributors read, too."""


@dataclass(frozen=True, slots=True)
class Named:
    """A detector that has passed its self-test."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Concealed:
    """A VERIFIED picture and its thumbnail (JPEG), its size, and the share of it that is masked."""

    full: bytes
    thumbnail: bytes
    width: int
    height: int
    masked: float
