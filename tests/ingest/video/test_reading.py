"""Videos become recordings, through the process under limits, whichever camera wrote them."""

import stat
import struct
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.containers import ContainerReader
from ingest.folder import Recording, read_recordings
from ingest.settings import ReadSettings, ScreenSettings
from ingest.video.reading import VideoReader
from ingest.video.settings import VideoSettings
from tests.ingest.pictures import LON, METRE_DEG
from tests.ingest.video.drawn import (
    MPS,
    T0,
    T0_MS,
    free_gps,
    lat_at,
    video,
    with_blackvue,
    with_camm,
    with_free_gps,
)

NO_EXIFTOOL = VideoSettings(exiftool="no-such-program")
UNIX_EPOCH = T0.fromtimestamp(0, T0.tzinfo)


def reader(
    cache: Path, settings: VideoSettings = NO_EXIFTOOL, reading: ReadSettings | None = None
) -> ContainerReader:
    reading = reading or ReadSettings()
    return ContainerReader(VideoReader(cache, settings, ScreenSettings(), reading), reading)


def recordings(folder: Path, containers: ContainerReader | None = None) -> list[Recording]:
    containers = containers or reader(folder.parent / "cache")
    return list(read_recordings(folder, ReadSettings(), containers))


def gpx(path: Path, seconds: int, late_s: float = 0) -> None:
    points = "".join(
        f'<trkpt lat="{lat_at(s)}" lon="{LON}">'
        f"<time>{(T0 + timedelta(seconds=s + late_s)).isoformat()}</time></trkpt>"
        for s in range(seconds)
    )
    path.write_text(f'<gpx version="1.1" creator="t"><trk><trkseg>{points}</trkseg></trk></gpx>')


def runs(pid: int) -> bool:
    """Whether a process is alive; one that ended and that nobody has waited for is not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return state.stdout.strip()[:1] not in ("", "Z")


def assert_the_drive(recording: Recording, within_m: float = 0.3) -> None:
    """Northwards at MPS from T0 on, one picture each spacing."""
    assert recording.rejected == ()
    stills = recording.stills
    assert len(stills) == pytest.approx(9 * MPS / 8, abs=2)
    for still in stills:
        assert still.t_ms is not None
        assert still.fix is not None
        assert still.fix.t_ms == still.t_ms
        second = (still.t_ms - T0_MS) / 1000
        assert abs(still.fix.lat_deg - lat_at(second)) < within_m * METRE_DEG
        assert still.fix.lon_deg == pytest.approx(LON, abs=1e-6)
    times = [still.t_ms or 0 for still in stills]
    assert all(600 <= b - a <= 760 for a, b in pairwise(times))


def test_camm_with_the_specified_epoch_and_with_the_other_in_use(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name, seconds, epoch in (("1a.mp4", 10, None), ("2b.mp4", 10, UNIX_EPOCH)):
        path = video(tmp_path / "in" / name, seconds)
        with_camm(path, seconds, epoch) if epoch else with_camm(path, seconds)
    for recording in recordings(tmp_path / "in"):
        assert_the_drive(recording)
        assert {still.model for still in recording.stills} == {"Drawn CAMM 1"}
        assert {still.zoned for still in recording.stills} == {True}
        assert recording.stills[3].fix is not None
        assert recording.stills[3].fix.speed_mps == pytest.approx(MPS)


def test_blackvue_is_placed_by_its_satellites_clock_and_not_the_cameras(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with_blackvue(video(tmp_path / "in" / "20260105_170000_NF.mp4", 10), 10)
    (recording,) = recordings(tmp_path / "in")
    assert_the_drive(recording)
    assert recording.stills[0].model == "BlackVue DR900S-1CH"


def test_novatek_counts_on_the_cameras_clock_in_its_zone(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    path = video(tmp_path / "in" / "a.mp4", 10, created=None)
    with_free_gps(path, [free_gps(s, lat_at(s), hour=10) for s in range(10)])
    reading = ReadSettings(clock_offset_min=120)
    (recording,) = recordings(tmp_path / "in", reader(tmp_path, reading=reading))
    assert_the_drive(recording)
    assert {still.zoned for still in recording.stills} == {False}


@pytest.mark.parametrize("stretched", [1, 5])
def test_a_track_beside_the_video_wins_also_where_the_video_hides_its_own(
    tmp_path: Path, stretched: int
) -> None:
    (tmp_path / "in").mkdir()
    path = video(tmp_path / "in" / "a.mp4", 10)
    with_free_gps(path, [free_gps(s, 1 + lat_at(s * stretched)) for s in range(10)])
    gpx(tmp_path / "in" / "a.gpx", 10)
    (recording,) = recordings(tmp_path / "in")
    assert_the_drive(recording)


def test_a_video_without_gps_is_rejected_with_the_way_out_in_words(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    path = video(tmp_path / "in" / "a.mp4", 1)
    (recording,) = recordings(tmp_path / "in")
    assert [(r.item, r.reason) for r in recording.rejected] == [(path, "video-no-gps")]
    assert "install it" in recording.troubles[0]
    assert recording.stills == ()


def test_a_track_of_another_hour_is_told_and_used_when_the_clock_is_set_right(
    tmp_path: Path,
) -> None:
    (tmp_path / "in").mkdir()
    video(tmp_path / "in" / "a.mp4", 10, created=T0 - timedelta(hours=1))
    gpx(tmp_path / "in" / "a.gpx", 12)
    (recording,) = recordings(tmp_path / "in")
    assert [r.reason for r in recording.rejected] == ["video-no-gps"]
    assert "--time-offset 3600" in recording.troubles[0]
    reading = ReadSettings(time_offset_s=3600)
    (recording,) = recordings(tmp_path / "in", reader(tmp_path, reading=reading))
    assert_the_drive(recording)


def test_other_cameras_are_read_by_exiftool_where_it_is(tmp_path: Path) -> None:
    """A stand-in for the program that answers as `exiftool -X -n -ee` does."""
    (tmp_path / "in").mkdir()
    video(tmp_path / "in" / "a.mp4", 10)
    tags = "".join(
        f"<QuickTime:GPSDateTime>2026:01:05 08:00:{s:02d}Z</QuickTime:GPSDateTime>"
        f"<QuickTime:GPSLatitude>{lat_at(s)}</QuickTime:GPSLatitude>"
        f"<QuickTime:GPSLongitude>{LON}</QuickTime:GPSLongitude>"
        for s in range(10)
    )
    (tmp_path / "answer.xml").write_text(
        "<?xml version='1.0' encoding='UTF-8'?>"
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        "<rdf:Description rdf:about='a.mp4'"
        " xmlns:QuickTime='http://ns.exiftool.org/QuickTime/QuickTime/1.0/'>"
        f"{tags}</rdf:Description></rdf:RDF>"
    )
    program = tmp_path / "exiftool"
    program.write_text(f"#!/bin/sh\ncat {tmp_path}/answer.xml\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    settings = VideoSettings(exiftool=str(program))
    (recording,) = recordings(tmp_path / "in", reader(tmp_path, settings))
    assert_the_drive(recording)


@pytest.mark.parametrize(
    ("matrix", "orientation"),
    [((0, 1, -1, 0), 6), ((-1, 0, 0, -1), 3), ((0, -1, 1, 0), 8)],
)
def test_a_video_that_is_turned_for_display_says_so_in_its_stills(
    tmp_path: Path, matrix: tuple[int, int, int, int], orientation: int
) -> None:
    (tmp_path / "in").mkdir()
    path = with_camm(video(tmp_path / "in" / "a.mp4", 3), 3)
    data = bytearray(path.read_bytes())
    a, b, c, d = (part << 16 for part in matrix)
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    (recording,) = recordings(tmp_path / "in")
    assert {still.orientation for still in recording.stills} == {orientation}


def test_clips_of_one_camera_are_one_recording_and_the_rear_camera_is_another(
    tmp_path: Path,
) -> None:
    (tmp_path / "in").mkdir()
    for name in ("0001F.mp4", "0002F.mp4", "0001R.mp4"):
        path = video(tmp_path / "in" / name, 2)
        with_free_gps(path, [free_gps(s + 2 * (name[3] == "2"), lat_at(s)) for s in range(2)])
    found = recordings(tmp_path / "in")
    clips = [{still.path.parent.name for still in recording.stills} for recording in found]
    assert clips == [{"0001F.mp4", "0002F.mp4"}, {"0001R.mp4"}]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "video-unreadable"), (b"\0\0\0\x18ftypmp42" + b"\xff" * 500, "video-unreadable")],
)
def test_what_is_no_video_is_rejected_alone(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.mp4").write_bytes(content)
    (recording,) = recordings(tmp_path / "in")
    assert [r.reason for r in recording.rejected] == [reason]
    assert len(recording.troubles) == 1


def test_a_video_that_cannot_be_opened_is_rejected_alone(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.mp4").symlink_to(tmp_path / "gone.mp4")
    (recording,) = recordings(tmp_path / "in")
    assert [r.reason for r in recording.rejected] == ["unreadable"]


def test_a_video_that_costs_too_much_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    video(tmp_path / "in" / "a.mp4", 1)
    program = tmp_path / "exiftool"
    nap = f"{sys.executable} -c 'import time; time.sleep(60)'"
    program.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec {nap}\n")
    program.chmod(0o755)
    settings = VideoSettings(exiftool=str(program), base_s=8, share_s=1)
    (recording,) = recordings(tmp_path / "in", reader(tmp_path, settings))
    assert [r.reason for r in recording.rejected] == ["video-too-much"]
    assert not runs(int((tmp_path / "pid").read_text()))


def test_gopros_real_clips(real_data: Path, tmp_path: Path) -> None:
    """max-heromode: 191 fixes of a standing camera; karma: telemetry without any fix."""
    (tmp_path / "in").mkdir()
    for name in ("max-heromode.mp4", "karma.mp4"):
        (tmp_path / "in" / name).symlink_to(real_data / "gpmf" / name)
    karma, hero = sorted(recordings(tmp_path / "in"), key=lambda r: len(r.stills))
    assert [r.reason for r in karma.rejected] == ["video-no-gps"]
    first = hero.stills[0]
    assert first.model.startswith("GoPro")
    assert first.zoned
    assert first.t_ms == pytest.approx(1574120714000, abs=2000)  # 2019-11-18 23:45:14 UTC
    assert first.fix is not None
    assert (first.fix.lat_deg, first.fix.lon_deg) == pytest.approx((33.1267, -117.3273), abs=1e-3)
    assert first.fix.hdop == pytest.approx(1.54)


def test_a_real_drive_without_gps_says_so(real_data: Path, tmp_path: Path) -> None:
    (recording,) = recordings(real_data / "video_highway_nogps", reader(tmp_path))[1:]
    assert [r.reason for r in recording.rejected] == ["video-no-gps"]
