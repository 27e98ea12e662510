"""FrameKM: every byte in its frame, or the first frame that does not add up is named."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import Base

from ingest.containers import container_reader
from ingest.folder import Recording, read_recordings
from ingest.framekm import bundle_of
from ingest.planning import plan_recording
from ingest.settings import ReadSettings, ScreenSettings
from roadcomb.errors import InvalidInput
from tests.ingest.pictures import LAT, LON, METRE_DEG, T0_MS, jpeg

NAME = "km_20260105_080000_{}_0"


def framekm(
    folder: Path, frames: int = 6, metadata: Path | None = None, exif: Image.Exif | None = None
) -> Path:
    """A FrameKM as odc-api 5.0.1 writes it, northwards at 36 km/h."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = [jpeg(number, exif) for number in range(frames)]
    path = folder / NAME.format(frames)
    path.write_bytes(b"".join(pictures))
    document = {
        "bundle": {
            "name": path.name,
            "numFrames": frames,
            "size": path.stat().st_size,
            "deviceType": "bee",
            "version": "1.9",
        },
        "frames": [
            {
                "bytes": len(picture),
                "lat": LAT + number * 9 * METRE_DEG,
                "lon": LON,
                "alt": 40.5,
                "hdop": 1.2,
                "speed": 36.0,
                "t": T0_MS + number * 900,
                "satellites": 9,
                "eph": 2.5,
                "acc_z": 0.98,
            }
            for number, picture in enumerate(pictures)
        ],
    }
    beside = metadata or folder
    beside.mkdir(parents=True, exist_ok=True)
    (beside / f"{path.name}.json").write_text(json.dumps(document))
    return path


def change(path: Path, key: str, value: Any, frame: int | None = None) -> None:
    """Say something else in the JSON beside a FrameKM."""
    beside = path.with_name(f"{path.name}.json")
    document = json.loads(beside.read_text())
    (document["bundle"] if frame is None else document["frames"][frame])[key] = value
    beside.write_text(json.dumps(document))


def recording(folder: Path) -> Recording:
    reading = ReadSettings()
    containers = container_reader(folder.parent / "state", ScreenSettings(), reading)
    (only,) = read_recordings(folder, reading, containers)
    return only


def test_frames_have_their_own_bytes_time_place_and_reception(tmp_path: Path) -> None:
    framekm(tmp_path / "in")
    read = recording(tmp_path / "in")
    plan = plan_recording(read, ScreenSettings(), ReadSettings())
    assert (plan.troubles, plan.rejected) == ((), ())
    (drive,) = plan.drives
    assert [shot.read() for shot in drive] == [jpeg(number) for number in range(6)]
    assert [shot.t_ms for shot in drive] == [T0_MS + number * 900 for number in range(6)]
    first = drive[0]
    assert (first.speed_cmps, first.hdop_centi, first.satellites) == (1000, 120, 9)
    assert (first.model, first.alt_cm) == ("Hivemapper Bee", 4050)
    assert read.stills[0].fix is not None
    assert read.stills[0].fix.error_m == 2.5


def test_a_camera_mounted_upside_down_says_so_in_each_frames_exif(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[Base.Orientation] = 3
    framekm(tmp_path / "in", exif=turned)
    assert {still.orientation for still in recording(tmp_path / "in").stills} == {3}


def test_metadata_may_lie_in_its_own_folder_as_on_the_camera(tmp_path: Path) -> None:
    framekm(tmp_path / "in" / "framekm", metadata=tmp_path / "in" / "metadata")
    assert len(recording(tmp_path / "in").stills) == 6


def test_two_framekms_of_a_folder_are_one_recording(tmp_path: Path) -> None:
    framekm(tmp_path / "in", 5)
    framekm(tmp_path / "in", 4)
    assert len(recording(tmp_path / "in").stills) == 9


@pytest.mark.parametrize(
    ("frame", "wrong", "named"), [(0, 1, "frame 0"), (3, -1, "frame 3"), (5, 1, "frame 5")]
)
def test_a_size_that_does_not_add_up_is_refused_with_the_frame_named(
    tmp_path: Path, frame: int, wrong: int, named: str
) -> None:
    path = framekm(tmp_path / "in")
    change(path, "bytes", len(jpeg(frame)) + wrong, frame)
    read = recording(tmp_path / "in")
    assert read.stills == ()
    assert [r.reason for r in read.rejected] == ["framekm-damaged"] * 6
    assert len(read.troubles) == 1
    assert named in read.troubles[0]


def test_a_file_that_was_cut_off_names_the_first_frame_that_lacks(tmp_path: Path) -> None:
    path = framekm(tmp_path / "in")
    path.write_bytes(path.read_bytes()[: -len(jpeg(5)) - 3])
    assert "frame 4" in recording(tmp_path / "in").troubles[0]


def test_bytes_after_the_last_frame_are_refused(tmp_path: Path) -> None:
    path = framekm(tmp_path / "in")
    path.write_bytes(path.read_bytes() + b"\xff\xd9")
    assert "2 bytes lie after frame 5" in recording(tmp_path / "in").troubles[0]


@pytest.mark.parametrize(
    ("key", "value", "frame"),
    [
        ("numFrames", 7, None),
        ("version", "2.0", None),
        ("bytes", 0, 2),
        ("bytes", 10**9, 2),
        ("bytes", "many", 2),
        ("bytes", True, 2),
        ("t", None, 2),
        ("t", True, 2),
        ("t", 10**400, 2),
    ],
)
def test_impossible_metadata_is_refused(
    tmp_path: Path, key: str, value: Any, frame: int | None
) -> None:
    path = framekm(tmp_path / "in")
    change(path, key, value, frame)
    read = recording(tmp_path / "in")
    assert [r.reason for r in read.rejected] == ["framekm-damaged"]
    assert len(read.troubles) == 1


@pytest.mark.parametrize("nowhere", [None, 10**400, "here"])
def test_a_frame_without_a_place_costs_itself(tmp_path: Path, nowhere: Any) -> None:
    path = framekm(tmp_path / "in", 9)
    change(path, "lat", nowhere, 8)
    plan = plan_recording(recording(tmp_path / "in"), ScreenSettings(), ReadSettings())
    assert [r.reason for r in plan.rejected] == ["not-a-number"]
    assert [len(drive) for drive in plan.drives] == [8]


def test_a_framekm_without_its_metadata_says_what_is_missing(tmp_path: Path) -> None:
    path = framekm(tmp_path / "in")
    path.with_name(f"{path.name}.json").unlink()
    read = recording(tmp_path / "in")
    assert [r.item for r in read.rejected] == [path]
    assert "is missing" in read.troubles[0]


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"[" * 100_000, b'{"frames": 3}', b"\xff"])
def test_what_is_no_metadata_is_invalid_input(text: bytes) -> None:
    with pytest.raises(InvalidInput):
        bundle_of(NAME.format(1), text)
