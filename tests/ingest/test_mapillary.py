"""mapillary_image_description.json: each entry by the schema, and what its own tool writes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingest.folder import read_recordings
from ingest.mapillary import FILE_NAME, read_description
from ingest.settings import ReadSettings
from roadcomb.errors import InvalidInput
from roadcomb.records import Fix
from tests.ingest.pictures import T0_MS, exif, gps, jpeg

IMAGE: dict[str, Any] = {
    "filename": "/home/somebody/card/a.jpg",
    "filetype": "image",
    "MAPLatitude": 0.5,
    "MAPLongitude": -25.0,
    "MAPCaptureTime": "2026_01_05_08_00_00_250",
    "MAPAltitude": 4.0,
    "MAPCompassHeading": {"TrueHeading": 271.5, "MagneticHeading": 270.0},
    "MAPGPSAccuracyMeters": 3.5,
}
WHOLE = Fix(T0_MS + 250, 0.5, -25.0, 4.0, heading_deg=271.5, error_m=3.5)


def written(folder: Path, *entries: object) -> Path:
    path = folder / FILE_NAME
    path.write_text(json.dumps(entries))
    return path


def test_an_entry_says_time_place_and_heading_of_its_picture(tmp_path: Path) -> None:
    written(tmp_path, IMAGE)
    (tmp_path / "a.jpg").write_bytes(jpeg(1))
    (recording,) = read_recordings(tmp_path, ReadSettings())
    assert [still.fix for still in recording.stills] == [WHOLE]
    assert (recording.troubles, recording.notes) == ((), ())


def test_the_camera_is_the_one_described_where_the_picture_names_none(tmp_path: Path) -> None:
    described = {"MAPDeviceMake": "Maker", "MAPDeviceModel": "Cam 9"}
    written(tmp_path, IMAGE | described, IMAGE | described | {"filename": "b.jpg"})
    (tmp_path / "a.jpg").write_bytes(jpeg(1))
    (tmp_path / "b.jpg").write_bytes(jpeg(2, exif(gps())))
    (recording,) = read_recordings(tmp_path, ReadSettings())
    assert [still.model for still in recording.stills] == ["Maker Cam 9", "Drawn Cam 1"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"MAPLatitude": 91},
        {"MAPLatitude": "0.5"},
        {"MAPCaptureTime": "2026-01-05"},
        {"MAPCaptureTime": "2026_02_31_08_00_00_250"},
        {"MAPCompassHeading": {"TrueHeading": 1}},
        {"filetype": "zip"},
        {"unheard_of": 1},
        {"error": {"type": "MapillaryNullIslandError", "message": "in Null Island", "vars": {}}},
    ],
)
def test_an_entry_that_breaks_the_schema_is_told_and_the_others_count(
    tmp_path: Path, wrong: dict[str, Any]
) -> None:
    other = IMAGE | {"filename": "C:\\card\\b.jpg"}
    found = read_description(written(tmp_path, IMAGE | wrong, other, 7), tmp_path)
    assert {name: row.fix for name, row in found.rows.items()} == {"b.jpg": WHOLE}
    assert len(found.notes) == 2
    assert "a.jpg" in found.notes[0]


@pytest.mark.parametrize("text", ["", "{}", "[" * 100_000])
def test_a_file_that_is_no_description_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(InvalidInput):
        read_description(tmp_path / FILE_NAME, tmp_path)


def test_of_equal_names_in_several_folders_only_that_of_this_folder_counts(tmp_path: Path) -> None:
    elsewhere = [IMAGE | {"filename": f"/card/{n}/a.jpg", "MAPLatitude": 60} for n in (1, 2)]
    here = IMAGE | {"filename": f"/card/{tmp_path.name}/a.jpg"}
    assert read_description(written(tmp_path, *elsewhere), tmp_path).rows == {}
    found = read_description(written(tmp_path, elsewhere[0], here, elsewhere[1]), tmp_path)
    assert [row.fix for row in found.rows.values()] == [WHOLE]


def test_the_description_of_a_card_counts_for_the_folders_in_it_by_their_names(
    tmp_path: Path,
) -> None:
    entries = [
        IMAGE | {"filename": f"/card/{folder}/a.jpg", "MAPLatitude": lat}
        for folder, lat in (("100CAM", 0.5), ("101CAM", 0.6))
    ]
    written(tmp_path, *entries, IMAGE | {"filename": "/card/102CAM/b.jpg"})
    for folder, name in (("100CAM", "a"), ("101CAM", "a"), ("103CAM", "b")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.jpg").write_bytes(jpeg(1))
    stills = [r.stills[0] for r in read_recordings(tmp_path, ReadSettings())]
    assert [still.fix and still.fix.lat_deg for still in stills] == [0.5, 0.6, None]


def test_the_track_of_a_video_counts_where_it_has_gps_times(tmp_path: Path) -> None:
    points = [[0, -25.0, 0.5, 4.0, 271.5, T0_MS / 1000], [1000, -25.0, 0.5, None, None]]
    video = {"filename": "/a.mp4", "filetype": "video", "MAPGPSTrack": points}
    found = read_description(written(tmp_path, video), tmp_path)
    assert found.fixes == (Fix(T0_MS, 0.5, -25.0, 4.0, heading_deg=271.5),)


def test_what_mapillary_tools_writes_of_real_pictures_is_read(
    tmp_path: Path, real_data: Path
) -> None:
    for path in (real_data / "seq_rennes_sony_road").glob("*.jpg"):
        shutil.copy(path, tmp_path)
    options = ["--desc_path", str(tmp_path / FILE_NAME)]
    tool = [sys.executable, "-m", "mapillary_tools.commands", "process", str(tmp_path), *options]
    subprocess.run(tool, check=True, capture_output=True, timeout=120)
    own = read_description(tmp_path / FILE_NAME, tmp_path)
    (recording,) = read_recordings(tmp_path, ReadSettings())
    assert [still.path.name for still in recording.stills] == [f"e{n}.jpg" for n in range(1, 6)]
    assert [still.fix and still.fix.lat_deg for still in recording.stills] == [
        own.rows[f"e{n}.jpg"].fix.lat_deg for n in range(1, 6)
    ]
    assert recording.stills[0].t_ms == 1_666_166_194_000
    assert recording.notes == ()
