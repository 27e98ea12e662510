"""Fixes of a receiver's NMEA 0183 sentences. Pure.

RMC, GGA, GSA, VTG and ZDA of any talker (GP, GN, GL, ...); all others are passed over. Sentences
of one time of day are one fix; GSA and VTG, which carry no time, speak of the time before them. The
day comes from RMC and ZDA; a fix without one gets that of its neighbours, across midnight too.

Laws: nothing that stands in a log is an exception: a sentence with a wrong or missing checksum, or
out of its form, is counted as damaged and says nothing. What the receiver calls void is no fix.
Only where most checksums of a log are wrong, and so their writer is, the sentences count without.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from itertools import compress
from operator import xor
from typing import Any

from ingest.heldfix import STANDING_MPS
from roadcomb.records import Fix

__all__ = ["SENTENCE", "nmea_fixes"]

SENTENCE = rb"\$[A-Z]{2}(?:RMC|GGA|GSA|VTG|ZDA),[ -#%-~]{0,160}"
"""From the dollar sign to the end of the line, or to the next sentence that ran into it."""

_CHECKED = re.compile(rb"\$(.*)\*([0-9A-Fa-f]{2})\s*", re.DOTALL)
_LAST_NEEDED = {"RMC": "spd", "GGA": "HDOP", "GSA": "navMode", "VTG": "cogt", "ZDA": "year"}
"""The field up to which a sentence must reach; the parser gives what stands before a cut."""
_KNOT_MPS = 1852 / 3600
_HALF_DAY_S = 12 * 3600
_DAY = timedelta(days=1)


@dataclass(slots=True)
class _Epoch:
    """What the sentences of one time of day say together."""

    clock: time
    day: date | None = None
    void: bool = False
    lat_deg: float | None = None
    lon_deg: float | None = None
    alt_m: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None
    hdop: float | None = None
    dimension: int | None = None
    satellites: dict[str, int] = field(default_factory=dict)


def nmea_fixes(sentences: Sequence[bytes]) -> tuple[list[Fix], int]:
    """(fixes in the order of the log, number of damaged sentences)."""
    whole = [_is_whole(sentence) for sentence in sentences]
    damaged = whole.count(False)
    heeded = sentences if 2 * damaged > len(sentences) else list(compress(sentences, whole))
    epochs: list[_Epoch] = []
    for sentence in heeded:
        said = _parsed(sentence)
        damaged += said is None and heeded is not sentences
        clock = getattr(said, "time", None)
        if isinstance(clock, time) and not (epochs and epochs[-1].clock == clock):
            epochs.append(_Epoch(clock))
        if epochs and said is not None and (clock is None or isinstance(clock, time)):
            _READ[said.msgID](epochs[-1], said)
    _date(epochs)
    _date_back(epochs)
    fixes = [_fix(epoch, epoch.day) for epoch in epochs if epoch.day and not epoch.void]
    return [fix for fix in fixes if fix is not None], damaged


def _is_whole(sentence: bytes) -> bool:
    """Whether the checksum, the exclusive or of all letters between $ and *, is there and right."""
    match = _CHECKED.fullmatch(sentence)
    return match is not None and reduce(xor, match[1], 0) == int(match[2], 16)


def _parsed(sentence: bytes) -> Any:
    """The sentence with its fields as attributes; None where they have no sense."""
    from pynmeagps import NMEAReader  # its tables take a while, and few cards hold such logs

    try:
        said = NMEAReader.parse(sentence.strip() + b"\r\n", validate=0)
    except Exception:  # damaged fields break the parser in any way there is
        return None
    needed = _LAST_NEEDED.get(getattr(said, "msgID", ""))
    return said if needed is not None and hasattr(said, needed) else None


def _rmc(epoch: _Epoch, said: Any) -> None:
    epoch.void |= said.status != "A" or getattr(said, "posMode", "A") == "N"
    _place(epoch, said)
    if isinstance(getattr(said, "date", None), date):
        epoch.day = said.date
    _motion(epoch, said, (("spd", _KNOT_MPS),), "cog")


def _gga(epoch: _Epoch, said: Any) -> None:
    epoch.void |= said.quality == 0
    _place(epoch, said)
    epoch.alt_m = _number(said, "alt", epoch.alt_m)
    epoch.hdop = _number(said, "HDOP", epoch.hdop)
    satellites = _number(said, "numSV")
    if satellites is not None:
        epoch.satellites[said.talker] = int(satellites)


def _gsa(epoch: _Epoch, said: Any) -> None:
    mode = _number(said, "navMode")
    if mode is not None:
        epoch.dimension = max(epoch.dimension or 0, 0 if mode < 2 else int(mode))
    if epoch.hdop is None:
        epoch.hdop = _number(said, "HDOP")


def _vtg(epoch: _Epoch, said: Any) -> None:
    _motion(epoch, said, (("sogk", 1 / 3.6), ("sogn", _KNOT_MPS)), "cogt")


def _zda(epoch: _Epoch, said: Any) -> None:
    try:
        epoch.day = date(int(said.year), int(said.month), int(said.day))
    except ValueError:
        return


_READ = {"RMC": _rmc, "GGA": _gga, "GSA": _gsa, "VTG": _vtg, "ZDA": _zda}


def _place(epoch: _Epoch, said: Any) -> None:
    if epoch.lat_deg is None or epoch.lon_deg is None:
        epoch.lat_deg, epoch.lon_deg = _number(said, "lat"), _number(said, "lon")


def _motion(epoch: _Epoch, said: Any, speeds: Sequence[tuple[str, float]], course: str) -> None:
    for name, factor in speeds:
        speed = _number(said, name)
        if epoch.speed_mps is None and speed is not None:
            epoch.speed_mps = speed * factor
    epoch.course_deg = _number(said, course, epoch.course_deg)


def _number(said: Any, name: str, otherwise: float | None = None) -> float | None:
    value = getattr(said, name, None)
    return value if isinstance(value, (int, float)) and math.isfinite(value) else otherwise


def _date(epochs: Sequence[_Epoch]) -> None:
    """Each epoch without a day gets that of the one before it, or the day after."""
    last: _Epoch | None = None
    for epoch in epochs:
        if epoch.day is None and last is not None and last.day is not None:
            past_midnight = _seconds(last.clock) - _seconds(epoch.clock) > _HALF_DAY_S
            epoch.day = last.day + _DAY if past_midnight else last.day
        last = epoch


def _date_back(epochs: Sequence[_Epoch]) -> None:
    """Those before the first day that was told get it, or the day before."""
    last: _Epoch | None = None
    for epoch in reversed(epochs):
        if epoch.day is None and last is not None and last.day is not None:
            past_midnight = _seconds(epoch.clock) - _seconds(last.clock) > _HALF_DAY_S
            epoch.day = last.day - _DAY if past_midnight else last.day
        last = epoch


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def _fix(epoch: _Epoch, day: date) -> Fix | None:
    if epoch.lat_deg is None or epoch.lon_deg is None:
        return None
    instant = datetime.combine(day, epoch.clock, UTC)
    since = instant - datetime(1970, 1, 1, tzinfo=UTC)
    stands = epoch.speed_mps is not None and epoch.speed_mps < STANDING_MPS
    return Fix(
        round(since / timedelta(milliseconds=1)),
        epoch.lat_deg,
        epoch.lon_deg,
        epoch.alt_m,
        epoch.speed_mps,
        None if stands else epoch.course_deg,  # the course of a standing receiver is noise
        epoch.hdop,
        _satellites(epoch.satellites),
        epoch.dimension,
    )


def _satellites(by_talker: dict[str, int]) -> int | None:
    """GN counts all systems together, the others each their own."""
    if not by_talker:
        return None
    return by_talker["GN"] if "GN" in by_talker else sum(by_talker.values())
