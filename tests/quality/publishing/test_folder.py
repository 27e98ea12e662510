"""Blurring at home: the new folder uploads like the old one, and holds nothing unblurred."""

import csv
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from ingest.blurred import FILE_NAME, Blurred, blurred_by
from ingest.exif import exif_of, read_exif
from ingest.folder import read_recordings
from ingest.manifest import Manifest, parse_manifest, sign_manifest
from ingest.settings import ReadSettings
from quality.publishing.exif import with_exif_of
from quality.publishing.folder import Left, blur_folder, pictures_in
from quality.publishing.passing import Workers
from quality.publishing.proof import MOST_DETAIL, detail
from quality.publishing.settings import PublishSettings
from quality.publishing.staffing import staffed
from roadcomb.canonical import canonical_json, parse_json
from roadcomb.engine import InlineEngine
from roadcomb.errors import InvalidInput, NotFound, UsageError
from roadcomb.jpeg import canonical_jpeg, image_id
from tests.drives import contributor, drive_of
from tests.quality.pictures import decoded, drawn_frames
from tests.quality.publishing.detectors import Opens
from tests.quality.publishing.test_publisher import in_box

DRAWN = Path(__file__).parents[3] / "sample_data" / "drive"


def workers(kind: str = "plate") -> Workers:
    made = staffed(InlineEngine(), Opens(kind), PublishSettings())
    assert isinstance(made, Workers)
    return made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "card" / "trip"
    folder.mkdir(parents=True)
    for path in [*sorted(DRAWN.glob("*.jpg"))[:4], DRAWN / "frames.csv"]:
        shutil.copyfile(path, folder / path.name)
    return folder.parent


def blur(source: Path, into: Path, kind: str = "plate") -> list[Left]:
    counts: list[int] = []
    left = list(blur_folder(workers(kind), source, into, pictures_in(source, into), counts.append))
    assert counts == [1, 2, 3, 4]
    return left


def tagged(orientation: int = 1) -> bytes:
    """A picture with place, time, orientation and a preview of itself in its EXIF."""
    exif = Image.Exif()
    exif[0x0110], exif[0x0112], exif[0x010E] = "Camera", orientation, "at my grandmother's"
    exif.get_ifd(0x8769).update({0x9003: "2026:01:05 12:00:00", 0x927C: b"maker's note " * 20})
    exif.get_ifd(0x8825).update(
        {1: "N", 2: (48.0, 7.0, 30.0), 3: "E", 4: (2.0, 0.0, 0.0), 18: "WGS-84"}
    )
    sink = io.BytesIO()
    with Image.open(io.BytesIO(drawn_frames()[0])) as picture:
        picture.save(sink, "jpeg", exif=exif, quality=90)
    return sink.getvalue()


def test_pictures_are_blurred_and_their_sidecars_come_along(source: Path, tmp_path: Path) -> None:
    into = tmp_path / "blurred"
    assert blur(source, into) == []
    for path in sorted((source / "trip").glob("*.jpg")):
        twin = into / "trip" / path.name
        assert detail(in_box(decoded(twin.read_bytes()))) <= MOST_DETAIL
    with (into / "trip" / "frames.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 24
    [old] = [one for one in read_recordings(source, ReadSettings()) if one.stills]
    [new] = [one for one in read_recordings(into, ReadSettings()) if one.stills]
    assert [(s.t_ms, s.fix) for s in new.stills] == [(s.t_ms, s.fix) for s in old.stills]


def test_what_was_blurred_once_may_be_blurred_again_and_says_so(
    source: Path, tmp_path: Path
) -> None:
    once, twice = tmp_path / "once", tmp_path / "twice"
    blur(source, once)
    blur(once, twice, "more")
    ids = [image_id(canonical_jpeg(one.read_bytes())) for one in (twice / "trip").glob("*.jpg")]
    assert blurred_by(twice / "trip", ids) == Blurred("fake", "1")


def test_a_picture_that_cannot_be_masked_is_not_written(source: Path, tmp_path: Path) -> None:
    left = blur(source, tmp_path / "blurred", "raises")
    assert [one.reason for one in left] == ["blur-failed"] * 4
    assert not list((tmp_path / "blurred").rglob("*.jpg"))


def test_the_folder_says_who_blurred_each_picture_and_so_does_the_manifest(
    source: Path, tmp_path: Path
) -> None:
    into = tmp_path / "blurred"
    blur(source, into)
    made = [image_id(canonical_jpeg(p.read_bytes())) for p in (into / "trip").glob("*.jpg")]
    by = blurred_by(into / "trip", made)
    assert by == Blurred("fake", "1")
    assert blurred_by(into / "trip", [*made, "0" * 64]) is None, "one that it does not name"
    assert blurred_by(source / "trip", made) is None
    manifest = replace(drive_of(list(drawn_frames()[:3])).manifest, blurred=by)
    body = sign_manifest(manifest, contributor()).body
    assert parse_manifest(parse_json(body)) == manifest
    assert b"blurred" not in canonical_json(replace(manifest, blurred=None).to_json())


@pytest.mark.parametrize("wrong", [{}, {"detector": "x"}, {"detector": "x", "version": "\n"}, "x"])
def test_a_manifest_that_says_it_wrongly_is_refused(wrong: object) -> None:
    signed = drive_of(list(drawn_frames()[:3]))
    said = json.loads(signed.body) | {"blurred": wrong}
    with pytest.raises(InvalidInput, match="blurred"):
        parse_manifest(said)
    assert isinstance(parse_manifest(json.loads(signed.body)), Manifest)


@pytest.mark.parametrize("damage", ["", "{", '{"pictures": 3}', "[1, 2]"])
def test_a_damaged_note_says_nothing(tmp_path: Path, damage: str) -> None:
    (tmp_path / FILE_NAME).write_text(damage)
    assert blurred_by(tmp_path, ["0" * 64]) is None


def test_time_place_and_camera_are_kept_and_nothing_else(tmp_path: Path) -> None:
    original, plain = tagged(orientation=6), drawn_frames()[1]
    made = with_exif_of(original, plain)
    assert canonical_jpeg(made) == plain
    kept, before = exif_of(made), exif_of(original)
    assert (kept.t_ms, kept.lat_deg, kept.lon_deg) == (before.t_ms, before.lat_deg, before.lon_deg)
    assert (kept.model, kept.orientation) == ("Camera", 1)
    assert b"grandmother" not in made
    assert b"maker" not in made
    (tmp_path / "made.jpg").write_bytes(made)
    assert read_exif(tmp_path / "made.jpg") == kept


def test_a_picture_without_readable_exif_is_left_without() -> None:
    assert with_exif_of(drawn_frames()[0], drawn_frames()[1]) == drawn_frames()[1]
    assert with_exif_of(b"no JPEG", drawn_frames()[1]) == drawn_frames()[1]


def test_a_target_that_is_in_use_or_inside_is_refused(source: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="lies in"):
        pictures_in(source, source / "blurred")
    with pytest.raises(UsageError, match="not empty"):
        pictures_in(source / "trip", source)
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFound, match="no JPEG"):
        pictures_in(tmp_path / "empty", tmp_path / "blurred")
