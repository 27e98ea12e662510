"""Logs of real receivers and cameras, whole and damaged."""

import shutil
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.folder import read_recordings
from ingest.gpx import read_gpx
from ingest.planning import plan_recording
from ingest.readers import read_sidecar
from ingest.receiverlog import read_log, read_receiver
from ingest.settings import ReadSettings, ScreenSettings
from roadcomb.errors import InvalidInput
from tests.ingest.pictures import LAT, LON, METRE_DEG, T0_MS, bee_folder, jpeg
from tests.ingest.receivers import nmea, pvt

GPSD = "traces/gpsd_logs"
DASHCAMS = "dashcam_logs/src/parsers/__fixtures__"
DAMAGED = (
    f"{GPSD}/neo-m8n.log",
    f"{GPSD}/ublox-neo-m8n.log",
    f"{GPSD}/ublox-8.log",
    f"{DASHCAMS}/blackvue/synthetic.gps",
)


@pytest.mark.parametrize(
    ("name", "fixes", "lat", "lon", "satellites"),
    [
        ("neo-m8n.log", 23, 44.069, -121.314, 12),
        ("sirfstarv-nmea.log", 59, 44.069, -121.314, 10),
        ("ublox-8.log", 72, 44.069, -121.314, 12),
        ("ublox-glo.log", 16, 55.603, 37.598, 3),
        ("ublox-neo-m8l.log", 19, 48.741, 9.312, 14),
        ("ublox-neo-m8n.log", 24, -34.906, 138.608, 14),
    ],
)
def test_real_receivers_are_read(
    real_data: Path, name: str, fixes: int, lat: float, lon: float, satellites: int
) -> None:
    found = read_receiver(real_data / GPSD / name).fixes
    assert len(found) == fixes
    first = found[0]
    assert (first.lat_deg, first.lon_deg) == pytest.approx((lat, lon), abs=5e-4)
    assert first.satellites == satellites
    assert all(a.t_ms < b.t_ms for a, b in pairwise(found))


def test_a_receiver_that_only_keeps_time_gives_no_fix(real_data: Path) -> None:
    with pytest.raises(InvalidInput, match="no dated, valid fix"):
        read_receiver(real_data / GPSD / "ublox-lea-m8f.log")


@pytest.mark.parametrize(
    ("name", "fixes", "t_ms"),
    [
        (f"{DASHCAMS}/mivue/real-anonymized.NMEA", 8, 1_782_362_937_000),
        (f"{DASHCAMS}/blackvue/synthetic.gps", 5, 1_699_963_200_000),
        ("dashcam_logs/tests/testdata/dashcam-viewer-corpus/MOV_0581.nmea", 30, 1_359_437_411_000),
    ],
)
def test_logs_of_real_dashcams_are_read(real_data: Path, name: str, fixes: int, t_ms: int) -> None:
    """Who made them anonymous left the checksums of the true places: read without, and told."""
    found = read_receiver(real_data / name)
    assert (len(found.fixes), found.fixes[0].t_ms) == (fixes, t_ms)
    assert "are damaged" in found.notes[0]


def test_a_real_dashcam_s_log_with_checksums_made_right_has_no_damage(
    real_data: Path, tmp_path: Path
) -> None:
    lines = (real_data / DASHCAMS / "mivue/real-anonymized.NMEA").read_text().splitlines()
    bodies = [line[1:].partition("*")[0] for line in lines if line.startswith("$")]
    (tmp_path / "right.nmea").write_bytes(b"\r\n".join(map(nmea, bodies)))
    found = read_receiver(tmp_path / "right.nmea")
    assert (len(found.fixes), found.notes) == (8, ())


def test_a_drawn_gpx_of_real_streets_is_read(real_data: Path) -> None:
    found = read_gpx(real_data / "traces/sf_30km_h.gpx").fixes
    assert len(found) > 10
    assert (found[0].lat_deg, found[0].lon_deg) == (37.793585, -122.461396)
    assert found[0].t_ms == 1_741_935_600_000


def test_sentences_and_messages_in_one_file_between_noise_are_found(tmp_path: Path) -> None:
    rmc = nmea("GPRMC,080005.00,A,0030.00000,N,02500.00000,W,20.0,271.5,050126,,,A")
    noise = b"\xb5b\x01\x07\xff\xff$GPR\x00\xb5"
    (tmp_path / "port.log").write_bytes(b"".join([noise, pvt(1), noise, rmc, b"\r\n", pvt(3)]))
    times = [fix.t_ms - T0_MS for fix in read_log(tmp_path / "port.log").fixes]
    assert sorted(times) == [1000, 3000, 5000]


def test_a_log_beside_frames_places_them_and_other_text_is_left_alone(tmp_path: Path) -> None:
    for n in range(4):
        (tmp_path / f"{T0_MS + 500 + n * 1000}.jpg").write_bytes(jpeg(n))
    lats = [LAT + n * 10 * METRE_DEG for n in range(6)]
    (tmp_path / "track.ubx").write_bytes(b"".join(pvt(n, lat=lat) for n, lat in enumerate(lats)))
    (tmp_path / "readme.txt").write_text("nothing of a track")
    (recording,) = read_recordings(tmp_path, ReadSettings())
    places = [(s.fix.lat_deg - LAT) / METRE_DEG for s in recording.stills if s.fix]
    assert places == pytest.approx([5, 15, 25, 35], abs=0.02)
    assert recording.troubles == ()


def test_frames_beside_a_real_receiver_that_just_woke_up_are_not_believed(
    real_data: Path, tmp_path: Path
) -> None:
    """Indoors in Moscow: two and three dimensions, HDOP 13 to 25, 40 m off by its own account."""
    log = real_data / GPSD / "ublox-glo.log"
    for n, fix in enumerate(read_receiver(log).fixes):
        (tmp_path / f"{fix.t_ms}.jpg").write_bytes(jpeg(n))
    shutil.copy(log, tmp_path)
    (recording,) = read_recordings(tmp_path, ReadSettings())
    plan = plan_recording(recording, ScreenSettings(), ReadSettings())
    reasons = Counter(rejected.reason for rejected in plan.rejected)
    assert plan.drives == ()
    assert set(reasons) == {"no-3d-fix", "poor-position"}


def test_a_track_without_fixes_is_named_and_stops_nothing(tmp_path: Path) -> None:
    bee_folder(tmp_path, [0, 8, 16])
    (tmp_path / "empty.nmea").write_text("$GPRMC,080000.00,V")
    (tmp_path / "none.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    (recording,) = read_recordings(tmp_path, ReadSettings())
    assert len(recording.stills) == 3
    assert [trouble.partition(" is not used")[0] for trouble in recording.troubles] == [
        str(tmp_path / name) for name in ("empty.nmea", "none.geojson")
    ]


def test_a_camera_in_another_time_zone_is_told_the_offset_and_with_it_lies_on_the_track(
    tmp_path: Path,
) -> None:
    for n in range(4):
        (tmp_path / f"{T0_MS + 7_200_500 + n * 1000}.jpg").write_bytes(jpeg(n))
    fixes = [pvt(n, lat=LAT + n * 10 * METRE_DEG, lon=LON) for n in range(6)]
    (tmp_path / "track.ubx").write_bytes(b"".join(fixes))
    (recording,) = read_recordings(tmp_path, ReadSettings())
    assert [still.fix for still in recording.stills] == [None] * 4
    assert "--time-offset -7200" in recording.notes[0]
    (recording,) = read_recordings(tmp_path, ReadSettings(time_offset_s=-7200))
    assert [s.fix.t_ms - T0_MS for s in recording.stills if s.fix] == [500, 1500, 2500, 3500]
    assert recording.notes == ()


def test_pictures_that_know_their_place_are_offered_no_offset(tmp_path: Path) -> None:
    bee_folder(tmp_path, [0, 8, 16])
    later = [pvt(n, hour=10, iTOW=n) for n in range(6)]
    (tmp_path / "track.ubx").write_bytes(b"".join(later))
    (recording,) = read_recordings(tmp_path, ReadSettings())
    assert recording.notes == ()


def test_a_huge_log_about_anything_is_told_and_no_trouble(tmp_path: Path) -> None:
    bee_folder(tmp_path, [0, 8, 16])
    with (tmp_path / "huge.log").open("wb") as huge:
        huge.truncate(65 * 2**20)
    (recording,) = read_recordings(tmp_path, ReadSettings())
    assert (recording.troubles, len(recording.notes)) == ((), 1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data(), name=st.sampled_from(DAMAGED))
def test_a_damaged_log_is_never_an_exception(
    tmp_path: Path, real_data: Path, data: st.DataObject, name: str
) -> None:
    whole = bytearray((real_data / name).read_bytes()[:6000])
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=40)):
        whole[place] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path / "damaged.log"
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    found = read_sidecar(path, tmp_path)
    assert all(abs(fix.lat_deg) <= 90 for fix in found.fixes)


def test_the_checksum_of_a_sentence_is_the_xor_of_its_letters() -> None:
    """The tests' own writer, against a sentence of a real receiver."""
    assert nmea("GNVTG,,T,,M,0.117,N,0.216,K,A") == b"$GNVTG,,T,,M,0.117,N,0.216,K,A*3F"


def test_a_real_track_beside_real_frames_covers_them(real_data: Path) -> None:
    track = read_gpx(real_data / "bee_tokyo" / "track.gpx")
    times = [fix.t_ms for fix in track.fixes]
    assert (len(times), track.notes, sorted(times)) == (67, (), times)
    first, last = track.fixes[0], track.fixes[-1]
    assert (first.lat_deg, first.lon_deg) == pytest.approx((35.6578207, 139.7321853), abs=1e-6)
    assert (last.lat_deg, last.lon_deg) == pytest.approx((35.6589169, 139.7283758), abs=1e-6)
