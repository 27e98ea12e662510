"""Reading folders: who says where a picture was, and that a broken file never stops the others."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL.ExifTags import GPS, Base

from ingest.folder import Recording, read_recordings
from ingest.settings import ReadSettings
from ingest.stills import Still
from roadcomb.errors import NotFound
from tests.ingest.pictures import LAT, LON, METRE_DEG, T0_MS, bee_folder, exif, gps, jpeg

GPX = """<?xml version="1.0"?>{dtd}<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">
<trk><trkseg>{points}</trkseg></trk></gpx>"""
POINT = """<trkpt lat="{lat}" lon="-25.0"><ele>4</ele><time>2026-01-05T08:00:{s:02}Z</time>
<hdop>1.5</hdop><sat>9</sat><extensions><x:speed xmlns:x="urn:x">10</x:speed></extensions></trkpt>
"""


def recording(folder: Path) -> Recording:
    found = list(read_recordings(folder, ReadSettings()))
    assert len(found) == 1
    return found[0]


def places_m(stills: Sequence[Still]) -> list[float]:
    fixes = [still.fix for still in stills if still.fix is not None]
    return [round((fix.lat_deg - LAT) / METRE_DEG, 2) for fix in fixes]


def exif_folder(folder: Path, count: int = 4) -> None:
    """Frames a second apart from 08:00:00.500 UTC on, their EXIF 1000 m north of the truth."""
    for n in range(count):
        camera = {
            Base.DateTimeOriginal: f"2026:01:05 08:00:{n:02}",
            Base.SubsecTimeOriginal: "500",
            Base.OffsetTimeOriginal: "+00:00",
        }
        tags = gps(1000) | {GPS.GPSDOP: 0.7, GPS.GPSSpeedRef: "K", GPS.GPSSpeed: 3.6}
        (folder / f"f{n + 8}.jpg").write_bytes(jpeg(n, exif(tags, camera)))


def write_gpx(folder: Path, dtd: str = "") -> None:
    points = "".join(POINT.format(lat=LAT + n * 10 * METRE_DEG, s=n) for n in range(6))
    (folder / "track.gpx").write_text(GPX.format(points=points, dtd=dtd))


def test_exif_alone_says_where_a_picture_was(tmp_path: Path) -> None:
    exif_folder(tmp_path)
    stills = recording(tmp_path).stills
    assert places_m(stills) == pytest.approx([1000] * 4, abs=0.02)
    assert [still.t_ms for still in stills] == [T0_MS + 500 + n * 1000 for n in range(4)]


def test_pictures_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    exif_folder(tmp_path)
    assert [s.path.name for s in recording(tmp_path).stills] == [f"f{n}.jpg" for n in range(8, 12)]


def test_a_counter_that_starts_again_does_not_turn_the_drive_round(tmp_path: Path) -> None:
    exif_folder(tmp_path)
    (tmp_path / "f11.jpg").rename(tmp_path / "f1.jpg")
    times = [still.t_ms or 0 for still in recording(tmp_path).stills]
    assert times == sorted(times)


def test_a_gpx_places_frames_at_their_own_time_and_exif_fills_in_the_rest(tmp_path: Path) -> None:
    exif_folder(tmp_path)
    write_gpx(tmp_path)
    stills = recording(tmp_path).stills
    assert places_m(stills) == [5, 15, 25, 35]
    fix = stills[0].fix
    assert fix is not None
    assert (fix.alt_m, fix.hdop, fix.satellites, fix.speed_mps) == (4, 1.5, 9, 10)
    assert fix.t_ms == T0_MS + 500


def test_a_gpx_with_a_dtd_is_refused_and_the_pictures_go_on(tmp_path: Path) -> None:
    exif_folder(tmp_path)
    write_gpx(tmp_path, dtd='<!DOCTYPE gpx [<!ENTITY a "aaaa">]>')
    found = recording(tmp_path)
    assert places_m(found.stills) == pytest.approx([1000] * 4, abs=0.02)
    assert len(found.troubles) == 1
    assert "track.gpx is not used" in found.troubles[0]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("file,t_unix,lat,lon,alt,speed", "{f},{s},{lat},{lon},7,9"),
        ("File;T_MS;LAT;LON;alt;speed", "{f};{ms};{lat};{lon};7;9"),
        ("\ufefffile,lat,lon,alt,speed", "DCIM\\{f},{lat},{lon},7,9"),
    ],
)
def test_a_csv_wins_over_everything_else(tmp_path: Path, header: str, row: str) -> None:
    exif_folder(tmp_path)
    write_gpx(tmp_path)
    rows = [
        row.format(
            f=f"f{n + 8}.jpg",
            s=T0_MS / 1000 + n + 0.5,
            ms=T0_MS + n * 1000 + 500,
            lat=LAT + n * 8 * METRE_DEG,
            lon=LON,
        )
        for n in range(4)
    ]
    (tmp_path / "frames.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    stills = recording(tmp_path).stills
    assert places_m(stills) == [0, 8, 16, 24]
    assert [still.t_ms for still in stills] == [T0_MS + 500 + n * 1000 for n in range(4)]
    assert {(s.fix.alt_m, s.fix.speed_mps) for s in stills if s.fix} == {(7.0, 9.0)}
    assert {s.fix.hdop for s in stills if s.fix} == {None}  # EXIF's is that of EXIF's place


def test_a_csv_without_file_names_is_a_track(tmp_path: Path) -> None:
    exif_folder(tmp_path)
    rows = [f"{T0_MS / 1000 + n},{LAT + n * 10 * METRE_DEG},{LON}" for n in range(6)]
    (tmp_path / "gnss.csv").write_text("\n".join(["t_unix,lat,lon", *rows]))
    assert places_m(recording(tmp_path).stills) == [5, 15, 25, 35]


@pytest.mark.parametrize("text", ["", "a,b\n1,2", "file,lat\nx.jpg,1", "\0,\0", "lat,lon\n1,2"])
def test_a_csv_that_says_nothing_is_named_and_not_used(tmp_path: Path, text: str) -> None:
    exif_folder(tmp_path)
    (tmp_path / "odd.csv").write_text(text)
    found = recording(tmp_path)
    assert len(found.stills) == 4
    assert len(found.troubles) == 1
    assert "odd.csv" in found.troubles[0]


def test_a_name_says_time_and_place_and_its_json_is_not_read(tmp_path: Path) -> None:
    for path in bee_folder(tmp_path, [0, 8, 16]):
        path.with_suffix(".json").write_text('{"lat": 0.5, "lon": 139}')
    stills = recording(tmp_path).stills
    assert places_m(stills) == [0, 8, 16]
    assert [still.t_ms for still in stills] == [T0_MS, T0_MS + 800, T0_MS + 1600]


def test_broken_files_are_rejected_by_name_and_the_others_read(tmp_path: Path) -> None:
    exif_folder(tmp_path)
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "text.JPG").write_text("no picture")
    (tmp_path / "gone.jpeg").symlink_to(tmp_path / "nowhere")
    with (tmp_path / "huge.jpg").open("wb") as huge:
        os.truncate(huge.fileno(), 20_000_000)
    found = recording(tmp_path)
    assert {r.item.name: r.reason for r in found.rejected} == {
        "empty.jpg": "not-a-jpeg",
        "text.JPG": "not-a-jpeg",
        "gone.jpeg": "unreadable",
        "huge.jpg": "too-large",
    }
    assert len(found.stills) == 4


def test_each_folder_is_a_recording_of_its_own(tmp_path: Path) -> None:
    bee_folder(tmp_path / "b", [0, 8])
    bee_folder(tmp_path / "a" / "deep", [0, 8])
    bee_folder(tmp_path / ".hidden", [0, 8])
    folders = [r.folder for r in read_recordings(tmp_path, ReadSettings())]
    assert folders == [tmp_path / "a" / "deep", tmp_path / "b"]


def test_a_folder_without_pictures_is_said_to_be_so(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(NotFound, match=str(tmp_path)):
            list(read_recordings(path, ReadSettings()))


@pytest.mark.parametrize("name", ["x.jpg", "x.csv", "x.gpx"])
def test_a_pipe_or_a_device_is_named_and_never_opened(tmp_path: Path, name: str) -> None:
    bee_folder(tmp_path, range(0, 40, 8))
    (tmp_path / "cam").mkdir()
    bee_folder(tmp_path / "cam", range(0, 40, 8))
    os.mkfifo(tmp_path / name)
    (tmp_path / "cam" / name).symlink_to("/dev/zero")
    for folder in read_recordings(tmp_path, ReadSettings()):
        assert len(folder.stills) == 5
        named = [f"{r.item} {r.reason}" for r in folder.rejected] + list(folder.troubles)
        assert len(named) == 1
        assert name in named[0]
