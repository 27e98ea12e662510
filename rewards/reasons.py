"""Reason codes in words that a driver understands, with what helps.

The law: every code has words; a code that is not listed here reads as its own words.
"""

from types import MappingProxyType

__all__ = ["WORDS", "in_words"]

WORDS = MappingProxyType(
    {
        "no-fix": "the camera had no GPS position yet: wait for its fix before driving off",
        "null-island": "the position was 0, 0, which receivers write while they have none",
        "not-a-number": "the position was not a number: the receiver's log is damaged",
        "time-backwards": "its time was before that of the frame ahead of it",
        "too-fast": "the way from the frame before is impossible in that time: a GPS jump",
        "too-close": "it is closer to the frame before than one frame is needed: standing traffic",
        "drive-too-short": "too few frames were left to be a drive",
        "duplicate-picture": "the same picture was already in this drive",
        "duplicate-in-drive": "the same picture was already in this drive",
        "already-sent": "this picture was sent before; it counted then",
        "replay-suspected": "it seems to show pictures of another drive again; a person looks",
        "unreadable": "the file could not be read",
        "undecodable": "the picture could not be decoded",
        "too-large": "the file is larger than the node takes",
        "too-dark": "too dark to see the street: check the exposure, or drive by day",
        "too-bright": "over-exposed: check the exposure and the sun in the lens",
        "too-blurred": "too blurred to see the street: clean the lens, fasten the mount",
        "blurred": "blurred: clean the lens, fasten the mount",
        "dark": "dark: parts of the street are black",
        "bright": "over-exposed: parts of the street are white",
        "low-contrast": "low contrast: fog, a dirty windscreen, or the sun in the lens",
    }
)


def in_words(code: str) -> str:
    """The words of a reason code."""
    return WORDS.get(code, code.replace("-", " "))
