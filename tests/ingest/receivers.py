"""What receivers write, for tests: sentences with their checksums, UBX messages."""

from functools import reduce
from typing import Any

from pyubx2 import GET, UBXMessage

__all__ = ["log", "nmea", "pvt", "ubx"]


def nmea(body: str) -> bytes:
    """`GPRMC,...` as a sentence."""
    checksum = reduce(lambda a, b: a ^ b, body.encode(), 0)
    return f"${body}*{checksum:02X}".encode()


def log(*bodies: str) -> list[bytes]:
    """Sentences one after the other."""
    return [nmea(body) for body in bodies]


def ubx(name: str, **fields: Any) -> bytes:
    """A message of class NAV; what is not given is 0."""
    data: bytes = UBXMessage("NAV", name, GET, **fields).serialize()
    return data


def pvt(second: int, **fields: Any) -> bytes:
    """A valid 3D fix at 2026-01-05 08:00 and `second`."""
    usual = {
        "iTOW": 115_200_000 + second * 1000,
        "year": 2026,
        "month": 1,
        "day": 5,
        "hour": 8,
        "second": second,
        "validDate": 1,
        "validTime": 1,
        "fixType": 3,
        "gnssFixOk": 1,
        "numSV": 11,
        "lat": 0.5,
        "lon": -25.0,
        "hMSL": 4_000,
        "hAcc": 1_500,
        "gSpeed": 10_000,
        "headMot": 90.0,
    }
    return ubx("NAV-PVT", **(usual | fields))
