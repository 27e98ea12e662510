"""Fixes of a u-blox receiver's UBX messages. Pure.

NAV-PVT says all of a fix but its HDOP, which NAV-DOP adds; older receivers say it in NAV-POSLLH,
NAV-VELNED and NAV-SOL or NAV-STATUS, with the day in NAV-TIMEUTC or NAV-TIMEGPS. Messages of one
time of week (iTOW) are one fix. Source: u-blox interface descriptions (M8, F9), class NAV.

Laws: nothing that stands in a log is an exception: a message with a wrong checksum is counted as
damaged and says nothing. What the receiver calls invalid is no fix.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.heldfix import STANDING_MPS
from roadcomb.records import Fix

__all__ = ["MESSAGE", "UBX_HEAD", "ubx_fixes"]

MESSAGE = rb"\xb5\x62\x01[\x02\x03\x04\x06\x07\x12\x20\x21]"
"""How POSLLH, STATUS, DOP, SOL, PVT, VELNED, TIMEGPS and TIMEUTC of class NAV begin."""
UBX_HEAD = 6
"""Bytes before the payload; its length is the last two of them, little-endian."""

_DIMENSION = {1: 0, 2: 2, 3: 3, 4: 3}
"""Of fixType and gpsFix. 4, GNSS with dead reckoning, needs a 3D fix; 1 is dead reckoning alone."""
_GPS_EPOCH = datetime(1980, 1, 6, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_WEEK_MS = 7 * 86_400_000
_REASONABLE_MM = 10**9

Epoch = dict[str, Any]
"""Messages of one iTOW by their names."""


def ubx_fixes(messages: Iterable[bytes]) -> tuple[list[Fix], int]:
    """(fixes in the order of the log, number of damaged messages)."""
    from pyubx2 import UBXReader  # its tables take a while, and few cards hold such logs

    epochs: list[tuple[int, Epoch]] = []
    damaged = 0
    for message in messages:
        try:
            said = UBXReader.parse(message)
            tow_ms, name = int(said.iTOW), str(said.identity)
        except Exception:  # damaged fields break the parser in any way there is
            damaged += 1
            continue
        if not epochs or epochs[-1][0] != tow_ms:
            epochs.append((tow_ms, {}))
        epochs[-1][1][name] = said
    week_ms: int | None = None
    fixes: list[Fix | None] = []
    for tow_ms, epoch in epochs:
        utc_ms = _utc_ms(epoch)
        week_ms = utc_ms - tow_ms if utc_ms is not None else week_ms
        fixes.append(_pvt(epoch) if "NAV-PVT" in epoch else _posllh(epoch, tow_ms, week_ms))
    return [fix for fix in fixes if fix is not None], damaged


def _pvt(epoch: Epoch) -> Fix | None:
    said = epoch["NAV-PVT"]
    t_ms = _calendar_ms(said, said.second) if said.validDate and said.validTime else None
    dimension = _DIMENSION.get(said.fixType)
    if t_ms is None or dimension is None or not said.gnssFixOk:
        return None
    return Fix(
        t_ms,
        said.lat,
        said.lon,
        said.hMSL / 1000,
        said.gSpeed / 1000,
        said.headMot % 360 if said.gSpeed >= STANDING_MPS * 1000 else None,
        _hdop(epoch),
        said.numSV,
        dimension,
        _metres(said.hAcc),
    )


def _posllh(epoch: Epoch, tow_ms: int, week_ms: int | None) -> Fix | None:
    """The fix of a receiver older than NAV-PVT; `week_ms` is UTC at the week's begin."""
    said, kind = epoch.get("NAV-POSLLH"), _kind(epoch)
    if said is None or week_ms is None or kind is None:
        return None
    velocity = epoch.get("NAV-VELNED")
    speed = None if velocity is None else velocity.gSpeed / 100
    moves = speed is not None and speed >= STANDING_MPS
    return Fix(
        week_ms + tow_ms,
        said.lat,
        said.lon,
        said.hMSL / 1000,
        speed,
        velocity.heading % 360 if velocity is not None and moves else None,
        _hdop(epoch),
        epoch["NAV-SOL"].numSV if "NAV-SOL" in epoch else None,
        kind,
        _metres(said.hAcc),
    )


def _kind(epoch: Epoch) -> int | None:
    """Dimension of a valid fix; None where nothing says that it is one."""
    solution, status = epoch.get("NAV-SOL"), epoch.get("NAV-STATUS")
    if solution is not None:
        return _DIMENSION.get(solution.gpsFix) if solution.gpsfixOK else None
    if status is not None:
        return _DIMENSION.get(status.gpsFix) if status.gpsFixOk else None
    return None


def _utc_ms(epoch: Mapping[str, Any]) -> int | None:
    """UTC of an epoch where one of its messages tells it."""
    utc, gps = epoch.get("NAV-TIMEUTC"), epoch.get("NAV-TIMEGPS")
    if utc is not None and utc.validUTC:
        return _calendar_ms(utc, utc.sec)
    if gps is not None and gps.towValid and gps.weekValid and gps.leapSValid:
        weeks = timedelta(weeks=gps.week, seconds=-gps.leapS)
        return round((_GPS_EPOCH + weeks - _EPOCH) / _MS) + int(gps.iTOW) % _WEEK_MS
    return None


def _calendar_ms(said: Any, second: int) -> int | None:
    try:
        minute = datetime(said.year, said.month, said.day, said.hour, said.min, tzinfo=UTC)
    except ValueError:
        return None
    return round((minute - _EPOCH) / _MS + second * 1000 + float(said.nano) / 1e6)


def _hdop(epoch: Mapping[str, Any]) -> float | None:
    said = epoch.get("NAV-DOP")
    return None if said is None else float(said.hDOP)


def _metres(millimetres: int) -> float | None:
    """An estimate of an error; receivers write all ones while they have none."""
    return millimetres / 1000 if millimetres < _REASONABLE_MM else None
