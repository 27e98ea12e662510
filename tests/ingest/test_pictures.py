"""What was hashed is what is sent: by its seal without hashing, else hashed once more."""

import time
from pathlib import Path

import pytest

from ingest.folder import read_recordings
from ingest.localstate import open_state
from ingest.pictures import ChangedMeanwhile, Hashed, hash_pictures, read_checked, read_promised
from ingest.planning import Shot, plan_recording
from ingest.rested import REST_S
from ingest.settings import ReadSettings, ScreenSettings
from roadcomb.jpeg import canonical_jpeg, image_id
from tests.ingest.pictures import bee_folder, jpeg

LARGEST = 1_000_000


def later() -> int:
    """A moment at which every file of a test has rested."""
    return time.time_ns() + (REST_S + 60) * 10**9


def planned(folder: Path, frames: int = 10) -> list[Shot]:
    bee_folder(folder, range(0, 8 * frames, 8))
    reading = ReadSettings()
    (recording,) = read_recordings(folder, reading)
    ((*drive,),) = plan_recording(recording, ScreenSettings(), reading).drives
    return drive


def hashed(shots: list[Shot], state: Path) -> list[Hashed | str]:
    with open_state(state) as local:
        return [found for _, found in hash_pictures(shots, local, LARGEST, 2, later)]


def one(found: Hashed | str) -> Hashed:
    assert isinstance(found, Hashed)
    return found


def test_pictures_come_in_order_with_the_id_and_size_of_their_canonical_bytes(
    tmp_path: Path,
) -> None:
    shots = planned(tmp_path / "in", 40)
    found = [one(each) for each in hashed(shots, tmp_path)]
    assert [each.shot for each in found] == shots
    for each in found:
        canonical = canonical_jpeg(each.shot.path.read_bytes())
        assert (each.frame.image_id, each.frame.size) == (image_id(canonical), len(canonical))
        assert read_promised(each) == read_checked(each) == canonical


def test_a_sealed_picture_is_sent_without_being_understood_again(tmp_path: Path) -> None:
    """Only the runs' bytes are taken: with other runs, other bytes would come."""
    found = one(hashed(planned(tmp_path / "in"), tmp_path)[0])
    assert found.seal is not None
    other = Hashed(found.shot, found.frame, found.seal, ((0, 7),))
    assert read_promised(other) == found.shot.path.read_bytes()[:7]


def test_a_picture_that_changed_since_it_was_hashed_is_never_sent(tmp_path: Path) -> None:
    found = one(hashed(planned(tmp_path / "in"), tmp_path)[0])
    found.shot.path.write_bytes(jpeg(99))
    with pytest.raises(ChangedMeanwhile, match=found.shot.path.name):
        read_promised(found)
    found.shot.path.unlink()
    with pytest.raises(ChangedMeanwhile, match=found.shot.path.name):
        read_promised(found)


def test_a_picture_that_was_only_touched_is_sent(tmp_path: Path) -> None:
    found = one(hashed(planned(tmp_path / "in"), tmp_path)[0])
    found.shot.path.touch()
    assert image_id(read_promised(found)) == found.frame.image_id


def test_a_picture_that_changed_since_its_place_was_read_is_rejected_alone(tmp_path: Path) -> None:
    shots = planned(tmp_path / "in")
    shots[4].path.write_bytes(jpeg(99))
    found = hashed(shots, tmp_path)
    assert found[4] == "changed-meanwhile"
    assert sum(isinstance(each, Hashed) for each in found) == 9


def test_pictures_hashed_before_a_run_was_killed_are_known_to_the_next(tmp_path: Path) -> None:
    shots = planned(tmp_path / "in", 200)
    with open_state(tmp_path) as local:
        killed = hash_pictures(shots, local, LARGEST, 2, later)
        for _ in range(150):
            next(killed)
        known = [local.image_of(s.path, s.file_size, s.mtime_ns) is not None for s in shots]
        assert sum(known) >= 128
