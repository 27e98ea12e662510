"""Reason codes in words that a driver understands, with what helps.

The law: every code of every room has words. The rooms' own tables (videos, judging) stand behind
this one, so that a code which is new there is never without.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ingest.video.refusals import REASONS as VIDEOS
from quality.reasons import WORDS as JUDGING
from roadcomb.records import Verdict

__all__ = ["WORDS", "in_words", "of_drive"]

WORDS = MappingProxyType(
    {
        **VIDEOS,
        **JUDGING,
        # of the recording (ingest)
        "no-fix": "the camera had no GPS position yet: wait for its fix before driving off",
        "no-time": "it carries no time: set the camera to write one",
        "null-island": "the position was 0, 0, which receivers write while they have none",
        "not-a-number": "the position was not a number: the receiver's log is damaged",
        "not-on-earth": "the position was not on Earth: the receiver's log is damaged",
        "time-backwards": "its time was before that of the frame ahead of it",
        "too-fast": "the way from the frame before is impossible in that time: a GPS jump",
        "too-close": "it is closer to the frame before than a new frame is needed: slow traffic",
        "trip-end": "it was taken near an end of the trip: hidden, so that nobody's home is shown",
        "privacy-zone": "it was taken in a privacy zone",
        "deleted": "its contributor had the drive deleted",
        "drive-too-short": "too few frames were left to be a drive",
        "no-3d-fix": "the receiver saw too few satellites for a height: wait for its full fix",
        "few-satellites": "the receiver saw fewer satellites than a good position needs",
        "poor-hdop": "the satellites stood badly for a good position (HDOP)",
        "poor-position": "the receiver itself took its position for too inexact",
        "zig-zag": "its position jumped away and back: a GPS jump",
        "stationary": "the car did not move",
        "changed-meanwhile": "the file changed while it was sent",
        "not-a-jpeg": "the file is no JPEG",
        "unreadable": "the file could not be read",
        "framekm-damaged": "the FrameKM does not add up: copy it from the camera again",
        "too-large": "the picture is larger than the node takes",
        "too-much": "reading the picture takes more time or memory than any camera's does",
        "too-small": "the picture is too small to show a street",
        "too-narrow": "the picture is a narrow strip that shows no street",
        # of the picture (quality)
        "undecodable": "the picture could not be decoded",
        "truncated": "the lower part of the picture is missing",
        "too-dark": "too dark to see the street well: check the exposure, or drive by day",
        "over-exposed": "over-exposed: check the exposure, and the sun in the lens",
        "low-contrast": "low contrast: a dirty lens or windscreen, fog, or the sun in the lens",
        "blurred": "blurred: clean the lens, fasten the mount",
        "night": "night: lamps show, the street does not; drive by day",
        "glare": "glare: the sun or a lamp shines into the lens",
        "hazy": "a veil over the picture: fog, or a fogged, frosted or dirty windscreen",
        "smeared-across": "smeared from side to side: slow down in turns, fasten the mount",
        "smeared-down": "smeared up and down: the mount shakes, fasten it",
        "smeared-aslant": "smeared aslant: the mount shakes, fasten it",
        "noisy": "grainy: too little light, or too much gain",
        "over-compressed": "compressed too hard: choose a higher quality in the camera",
        "view-covered": "something hides the view: a wiper, the bonnet, dirt, a thing on the dash",
        "glass-spotted": "drops or dirt on the glass: clean lens and windscreen",
        "glass-frosted": "frost or dirt on the glass: clean lens and windscreen",
        # of what was sent before
        "duplicate-picture": "the same picture was already in this drive",
        "duplicate-in-drive": "the same picture was already in this drive",
        "standing-still": "the car stood: an earlier picture shows the same",
        "already-sent": "this picture was sent before; it counted then",
        "authenticity-doubted": "pictures, track and light do not fit each other",
        "replay-suspected": "it seems to show pictures of another drive again",
        "replay": "these are another drive's pictures, bit by bit, and they are paid once",
    }
)

_SUSPICIONS = {"authenticity-doubted", "replay-suspected"}
"""They hold a drive; only a person rejects it for them."""

_A_PERSON = {
    Verdict.HELD.value: "; a person looks",
    Verdict.REJECTED.value: "; a person looked, and rejected it",
}


def in_words(code: str) -> str:
    """The words of a reason code."""
    return WORDS.get(code, code.replace("-", " "))


def of_drive(code: str, verdict: str | None) -> str:
    """The words of why a drive is held or rejected, and whose decision that is."""
    known: Mapping[str, str] = _A_PERSON if code in _SUSPICIONS else {}
    return in_words(code) + known.get(verdict or "", "")
