"""What is written is what other programs read."""

import io

import exifread
import gpxpy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sample_data.formats import bee_name, exif, gpx, tagged
from sample_data.render import encoded
from sample_data.scenario import CAROL
from sample_data.timeline import Fix, Timeline

FIX = Fix(1_767_609_612_345, 0.50123456, -24.99876543, 12.3, 10.5, 271.4, 0.9, 11)
JPEG = encoded(np.full((16, 16, 3), 90, np.uint8), 85)


def tags(jpeg: bytes) -> dict[str, object]:
    return dict(exifread.process_file(io.BytesIO(jpeg), details=False))


@given(st.floats(-0.9, 0.9), st.floats(-26.0, -24.0))
def test_exif_gives_back_the_position_to_a_millimetre(lat: float, lon: float) -> None:
    fix = Fix(FIX.t_ms, round(lat, 8), round(lon, 8), 1.0, 9.0, 0.0, 1.0, 8)
    image = Image.open(io.BytesIO(tagged(JPEG, exif(fix.t_ms, -2, "a", "b", fix))))
    gps = image.getexif().get_ifd(0x8825)
    for value, ref, mark in ((fix.lat, gps[1], "S"), (fix.lon, gps[3], "W")):
        parts = gps[2] if value == fix.lat else gps[4]
        found = float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
        assert (-found if ref == mark else found) == pytest.approx(value, abs=1e-8)


def test_exif_has_local_time_with_its_offset_and_gps_time_in_utc() -> None:
    found = tags(tagged(JPEG, exif(FIX.t_ms, -2, "Roadcomb", "Drawn One", FIX)))
    assert str(found["EXIF DateTimeOriginal"]) == "2026:01:05 08:40:12"
    assert str(found["EXIF SubSecTimeOriginal"]) == "345"
    assert str(found["EXIF OffsetTimeOriginal"]) == "-02:00"
    assert str(found["GPS GPSDate"]) == "2026:01:05"
    assert str(found["GPS GPSTimeStamp"]) == "[10, 40, 2469/200]"


def test_exif_without_a_fix_has_time_and_no_position() -> None:
    found = tags(tagged(JPEG, exif(FIX.t_ms, 0, "a", "b", None)))
    assert "EXIF DateTimeOriginal" in found
    assert not any(name.startswith("GPS ") for name in found)


def test_tagging_changes_no_byte_of_the_picture() -> None:
    payload = exif(FIX.t_ms, 0, "a", "b", FIX)
    marked = tagged(JPEG, payload)
    assert marked[:2] + marked[2 + 4 + len(payload) :] == JPEG


def test_a_bee_writes_zeros_when_it_has_no_fix() -> None:
    assert bee_name(FIX.t_ms, FIX) == "1767609612345_0.50123456_-24.99876543.jpg"
    assert bee_name(FIX.t_ms, None) == "1767609612345_0.0_0.0.jpg"


def test_a_gpx_track_reads_back_as_its_fixes() -> None:
    track = Timeline(7, CAROL).track()
    points = gpxpy.parse(gpx(track)).tracks[0].segments[0].points
    assert [(p.latitude, p.longitude) for p in points] == [(f.lat, f.lon) for f in track]
    first = points[0].time
    assert first is not None
    assert round(first.timestamp() * 1000) == track[0].t_ms
