"""What the generator writes is whole, told once, and true."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from sample_data import Device
from sample_data.generate import write
from sample_data.scenario import ALICE, BOB, CAROL, MALLORY, Scenario

SMALL = Device(640, 360)


def brief() -> Scenario:
    """The demo's first four uploads with few and small frames."""
    alice = replace(ALICE, frames=8, device=SMALL, stop_after=2, fault_after=4)
    bob = replace(BOB, frames=4, device=SMALL, stop_after=None, fault_after=1)
    carol = replace(CAROL, frames=3, device=SMALL, stop_after=None)
    mallory = replace(MALLORY, frames=4, first=2)
    return Scenario(7, (alice, bob, carol, mallory))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    assert write(brief(), folder, "test", workers=1)
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_frame_has_one_pose_and_every_pose_a_frame(out: Path) -> None:
    told = sorted(f"drives/{row['drive']}/{row['file']}" for row in rows(out / "truth/poses.csv"))
    there = sorted(path.relative_to(out).as_posix() for path in out.rglob("*.jpg"))
    assert told == there


def test_the_manifest_counts_what_is_there(out: Path) -> None:
    for upload in json.loads((out / "manifest.json").read_text()):
        frames = list((out / upload["folder"]).glob("*.jpg"))
        assert upload["frames"] == len(frames) == sum(upload["expected"].values())


def test_a_second_run_does_nothing(out: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    assert not write(brief(), out, "test", workers=1)
    assert before == {path: path.stat().st_mtime_ns for path in out.rglob("*")}


@pytest.mark.parametrize("left", [None, 100], ids=["lost", "cut short"])
def test_a_file_that_is_not_whole_is_drawn_again_with_the_same_bytes(
    out: Path, left: int | None
) -> None:
    victim = min(out.rglob("*.jpg"))
    before = victim.read_bytes()
    if left is None:
        victim.unlink()
    else:
        victim.write_bytes(before[:left])
    assert write(brief(), out, "test", workers=1)
    assert victim.read_bytes() == before


def test_two_workers_draw_what_one_draws(out: Path, tmp_path: Path) -> None:
    assert write(brief(), tmp_path, "test", workers=2)
    for path in out.rglob("*.jpg"):
        assert (tmp_path / path.relative_to(out)).read_bytes() == path.read_bytes()


def test_mallorys_pictures_are_alices_under_another_encoding(out: Path) -> None:
    alice = [row for row in rows(out / "truth/poses.csv") if row["drive"] == ALICE.name]
    source = [row["file"] for row in alice if row["expected"] == "kept"][2]
    original = cv2.imread(str(out / "drives" / ALICE.name / source))
    copy = cv2.imread(str(out / "drives" / MALLORY.name / "frame_0001.jpg"))
    assert original is not None
    assert copy is not None
    assert original.shape == copy.shape
    gap = np.abs(original.astype(np.int16) - copy.astype(np.int16))
    assert 0.0 < float(gap.mean()) < 12.0


def test_a_wide_plates_box_holds_a_bright_plate(out: Path) -> None:
    wide = [row for row in rows(out / "truth/plates.csv") if int(row["x1"]) - int(row["x0"]) > 20]
    assert wide
    for row in wide:
        picture = cv2.imread(str(out / "drives" / row["drive"] / row["file"]))
        assert picture is not None
        box = picture[int(row["y0"]) : int(row["y1"]), int(row["x0"]) : int(row["x1"])]
        assert float(np.percentile(box, 75)) > 130


def test_a_table_beside_the_frames_names_each_of_them(out: Path) -> None:
    table = rows(out / "drives" / MALLORY.name / "frames.csv")
    assert [row["file"] for row in table] == [f"frame_{n:04d}.jpg" for n in range(1, 5)]


def test_the_plan_of_the_city_is_kept(out: Path) -> None:
    city = json.loads((out / "truth/city.json").read_text())
    assert len(city["walls"]) > 1000
    assert city["origin"] == {"lat": 0.5, "lon": -25.0}
