"""How cameras hand over time and place: EXIF, GPX, CSV, file names.

EXIF is spliced into the encoded JPEG as its own segment, so tagging never re-encodes pixels.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from sample_data.timeline import Fix

EXIF_IFD, GPS_IFD = 0x8769, 0x8825

Rationals = tuple[IFDRational, IFDRational, IFDRational]


def _moment(t_ms: int) -> datetime:
    return datetime.fromtimestamp(t_ms // 1000, UTC)


def _rational(value: float, scale: int) -> IFDRational:
    return IFDRational(round(value * scale), scale)


def _sexagesimal(value: float) -> Rationals:
    """Degrees as degrees, minutes and seconds to 1e-5 of a second (0.3 mm)."""
    exact = Fraction(round(abs(value) * 10**8), 10**8)
    degrees = int(exact)
    minutes = int((exact - degrees) * 60)
    seconds = (exact - degrees - Fraction(minutes, 60)) * 3600
    return IFDRational(degrees, 1), IFDRational(minutes, 1), _rational(float(seconds), 100000)


def _gps(fix: Fix) -> dict[int, object]:
    moment = _moment(fix.t_ms)
    seconds = IFDRational(moment.second * 1000 + fix.t_ms % 1000, 1000)
    return {
        0: b"\x02\x03\x00\x00",
        1: "N" if fix.lat >= 0 else "S",
        2: _sexagesimal(fix.lat),
        3: "E" if fix.lon >= 0 else "W",
        4: _sexagesimal(fix.lon),
        5: b"\x00",
        6: _rational(fix.altitude_m, 10),
        7: (IFDRational(moment.hour, 1), IFDRational(moment.minute, 1), seconds),
        8: str(fix.satellites),
        11: _rational(fix.hdop, 10),
        12: "K",
        13: _rational(fix.speed_mps * 3.6, 100),
        16: "T",
        17: _rational(fix.heading_deg, 10),
        18: "WGS-84",
        29: moment.strftime("%Y:%m:%d"),
    }


def exif(t_ms: int, offset_h: int, make: str, model: str, fix: Fix | None) -> bytes:
    """The payload of an EXIF segment: local time with its offset, camera and, if any, the fix."""
    tags = Image.Exif()
    tags[0x010F], tags[0x0110] = make, model
    local = _moment(t_ms) + timedelta(hours=offset_h)
    sign = "-" if offset_h < 0 else "+"
    inner = tags.get_ifd(EXIF_IFD)
    inner[0x9003] = local.strftime("%Y:%m:%d %H:%M:%S")
    inner[0x9011] = f"{sign}{abs(offset_h):02d}:00"
    inner[0x9291] = f"{t_ms % 1000:03d}"
    if fix is not None:
        tags.get_ifd(GPS_IFD).update(_gps(fix))
    return tags.tobytes()


def tagged(jpeg: bytes, payload: bytes) -> bytes:
    """A JPEG with an EXIF segment right after its start marker."""
    return jpeg[:2] + b"\xff\xe1" + (len(payload) + 2).to_bytes(2, "big") + payload + jpeg[2:]


def bee_name(t_ms: int, fix: Fix | None) -> str:
    """A Bee dashcam's file name; without a fix it writes zeros."""
    lat, lon = (fix.lat, fix.lon) if fix else (0.0, 0.0)
    return f"{t_ms}_{lat:.8f}_{lon:.8f}.jpg" if fix else f"{t_ms}_0.0_0.0.jpg"


def gpx(fixes: Sequence[Fix]) -> str:
    """A GPX 1.1 track."""
    points = "\n".join(
        f'   <trkpt lat="{fix.lat:.8f}" lon="{fix.lon:.8f}"><ele>{fix.altitude_m:.1f}</ele>'
        f"<time>{_moment(fix.t_ms):%Y-%m-%dT%H:%M:%S}.{fix.t_ms % 1000:03d}Z</time>"
        f"<sat>{fix.satellites}</sat><hdop>{fix.hdop:.1f}</hdop></trkpt>"
        for fix in fixes
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="Roadcomb drawn city" '
        'xmlns="http://www.topografix.com/GPX/1/1">\n'
        f" <trk>\n  <trkseg>\n{points}\n  </trkseg>\n </trk>\n</gpx>\n"
    )


def table(header: str, rows: Iterable[Iterable[object]]) -> str:
    """A CSV whose values need no quotes."""
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


FRAMES_HEADER = "file,t_unix,lat,lon,alt,speed,heading,hdop,satellites"


def frame_row(file: str, fix: Fix) -> tuple[object, ...]:
    """One row of a frames.csv: seconds, degrees, metres, m/s."""
    return (
        file, f"{fix.t_ms / 1000:.3f}", f"{fix.lat:.8f}", f"{fix.lon:.8f}", fix.altitude_m,
        fix.speed_mps, fix.heading_deg, fix.hdop, fix.satellites,
    )  # fmt: skip
