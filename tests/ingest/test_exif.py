"""Reading EXIF: whatever the file holds, the answer is a record and never an exception."""

import math
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL.ExifTags import GPS, Base
from PIL.TiffImagePlugin import IFDRational

from ingest.exif import ExifRecord, read_exif
from tests.ingest.pictures import exif, gps, jpeg

DAY = {GPS.GPSDateStamp: "2026:01:05"}
LOCAL = {Base.DateTimeOriginal: "2026:01:05 10:00:07"}


def ms(hour: int, minute: int, second: int, millisecond: int = 0) -> int:
    instant = datetime(2026, 1, 5, hour, minute, second, tzinfo=UTC)
    return round(instant.timestamp() * 1000) + millisecond


def record(folder: Path, tags: dict[GPS, Any], camera: dict[Base, Any] | None = None) -> ExifRecord:
    path = folder / "frame.jpg"
    path.write_bytes(jpeg(1, exif(tags, camera)))
    return read_exif(path)


def test_place_and_movement_are_read(tmp_path: Path) -> None:
    movement = {
        GPS.GPSAltitudeRef: b"\1",
        GPS.GPSAltitude: 3.5,
        GPS.GPSSpeedRef: "K",
        GPS.GPSSpeed: 36.0,
        GPS.GPSImgDirectionRef: "T",
        GPS.GPSImgDirection: 271.5,
        GPS.GPSDOP: 0.9,
        GPS.GPSSatellites: "11",
    }
    found = record(tmp_path, gps(0) | movement)
    assert (found.lat_deg, found.lon_deg) == pytest.approx((0.5, -25.0), abs=1e-7)
    assert found.speed_mps == pytest.approx(10.0)
    assert found.hdop == pytest.approx(0.9)
    assert (found.alt_m, found.heading_deg, found.satellites) == (-3.5, 271.5, 11)
    assert found.model == "Drawn Cam 1"


def test_a_real_action_camera_tells_place_movement_and_how_good_its_fix_was(
    real_data: Path,
) -> None:
    found = read_exif(real_data / "stills_mapillary" / "DSC00001.JPG")
    assert (found.lat_deg, found.lon_deg) == pytest.approx((45.5169031, -122.572765), abs=1e-6)
    assert (found.speed_mps, found.heading_deg) == pytest.approx((6.375, 270.89))
    assert (found.hdop, found.dimension, found.model) == (1.78, 3, "SONY HDR-AS300")


@pytest.mark.parametrize(("unit", "mps"), [("K", 1 / 3.6), ("M", 0.44704), ("N", 0.514444)])
def test_speed_is_read_in_its_unit(tmp_path: Path, unit: str, mps: float) -> None:
    found = record(tmp_path, {GPS.GPSSpeedRef: unit, GPS.GPSSpeed: 1.0})
    assert found.speed_mps == pytest.approx(mps, rel=1e-5)


def test_a_magnetic_heading_is_not_taken_for_a_true_one(tmp_path: Path) -> None:
    magnetic = {GPS.GPSImgDirectionRef: "M", GPS.GPSImgDirection: 10.0}
    assert record(tmp_path, magnetic).heading_deg is None
    track = {GPS.GPSTrackRef: "T", GPS.GPSTrack: 33.0}
    assert record(tmp_path, magnetic | track).heading_deg == 33.0


@pytest.mark.parametrize(
    ("clock", "camera", "expected", "zoned"),
    [
        ((9.0, 0.0, 7.25), LOCAL, ms(9, 0, 7, 250), True),  # GPS with fractions is best
        ((9.0, 0.0, 7.0), LOCAL, ms(9, 0, 7), True),
        ((9.0, 0.0, 7.0), LOCAL | {Base.SubsecTimeOriginal: "4"}, ms(9, 0, 7, 400), True),
        ((9.0, 0.0, 50.0), LOCAL | {Base.SubsecTimeOriginal: "4"}, ms(9, 0, 50), True),
        (None, LOCAL | {Base.OffsetTimeOriginal: "-07:00"}, ms(17, 0, 7), True),
        (None, LOCAL | {Base.SubsecTimeOriginal: "045"}, ms(10, 0, 7, 45), False),
        (None, {Base.DateTimeOriginal: "2026:02:31 10:00:07"}, None, False),
        (None, {Base.DateTimeOriginal: "0000:00:00 00:00:00"}, None, False),
    ],
)
def test_the_best_of_the_clocks_is_believed(
    tmp_path: Path,
    clock: tuple[float, float, float] | None,
    camera: dict[Base, Any],
    expected: int | None,
    zoned: bool,
) -> None:
    stamp: dict[GPS, Any] = {} if clock is None else {**DAY, GPS.GPSTimeStamp: clock}
    found = record(tmp_path, stamp, camera)
    assert (found.t_ms, found.zoned) == (expected, zoned)


def test_what_the_receiver_says_of_its_fix_is_kept(tmp_path: Path) -> None:
    found = record(tmp_path, {GPS.GPSMeasureMode: "2", GPS.GPSHPositioningError: 7.5})
    assert (found.dimension, found.error_m) == (2, 7.5)
    plain = record(tmp_path, gps(0) | {GPS.GPSMeasureMode: "x", GPS.GPSSatellites: "0"})
    assert (plain.dimension, plain.error_m, plain.satellites) == (None, None, None)


def test_a_void_fix_is_none(tmp_path: Path) -> None:
    assert record(tmp_path, gps(0) | {GPS.GPSStatus: "V"}).lat_deg is None


def test_an_unknown_hemisphere_makes_the_place_no_number(tmp_path: Path) -> None:
    lat = record(tmp_path, gps(0) | {GPS.GPSLatitudeRef: ""}).lat_deg
    assert lat is not None
    assert math.isnan(lat)


def test_a_picture_without_exif_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "plain.jpg").write_bytes(jpeg(1))
    assert read_exif(tmp_path / "plain.jpg") == ExifRecord()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(data=st.data())
def test_a_damaged_header_is_never_an_exception(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(jpeg(1, exif(gps(0) | {**DAY, GPS.GPSTimeStamp: (9.0, 0.0, 7.0)}, LOCAL)))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(2, 600))] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.jpg"
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    assert read_exif(path).orientation in range(1, 9)


def test_a_header_that_names_one_directory_thousands_of_times_is_given_up(tmp_path: Path) -> None:
    entries, at = 5_000, 8
    pointer = struct.pack("<HHII", 0x8825, 4, 1, at)  # GPS tags: in this very directory
    tiff = b"II*\0" + struct.pack("<IH", at, entries) + pointer * entries
    header = struct.pack(">BBH", 0xFF, 0xE1, len(tiff) + 8) + b"Exif\0\0" + tiff
    path = tmp_path / "bomb.jpg"
    path.write_bytes(jpeg(1)[:2] + header + jpeg(1)[2:])
    assert read_exif(path) == ExifRecord()


def test_a_lens_is_told_by_its_equivalent_or_by_its_length_on_the_sensor(tmp_path: Path) -> None:
    assert record(tmp_path, gps(), {Base.FocalLengthIn35mmFilm: 28}).focal_35mm == 28
    sensor: dict[Base, Any] = {  # 6.4 mm wide: 640 pixels at 1,000 a centimetre
        Base.FocalLength: IFDRational(4),
        Base.ExifImageWidth: 640,
        Base.FocalPlaneXResolution: IFDRational(1000),
        Base.FocalPlaneResolutionUnit: 3,
        Base.FocalLengthIn35mmFilm: 0,
    }
    assert record(tmp_path, gps(), sensor).focal_35mm == 22  # 36 * 4 / 6.4 = 22.5, to even
    assert (
        record(tmp_path, gps(), sensor | {Base.FocalPlaneXResolution: IFDRational(0)}).focal_35mm
        is None
    )
    assert record(tmp_path, gps(), sensor | {Base.FocalLength: IFDRational(0)}).focal_35mm is None
    assert record(tmp_path, gps(), {Base.FocalLength: IFDRational(4)}).focal_35mm is None
