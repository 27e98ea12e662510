"""Pictures of a video: the right ones, the same bytes each time, and gone when they are sent."""

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest

from ingest.client import Uploader
from ingest.folder import read_recordings
from ingest.localstate import open_state
from ingest.nodeclient import NodeClient, open_http
from ingest.outcome import Outcome
from ingest.planning import plan_recording
from ingest.settings import ReadSettings, ScreenSettings, UploadSettings
from ingest.video.clips import Clip, clip_of
from ingest.video.refusals import Refused
from ingest.video.sandbox import run_job
from ingest.video.settings import VideoSettings
from roadcomb.canonical import Json
from roadcomb.errors import StorageFull
from roadcomb.jpeg import canonical_jpeg
from roadcomb.keys import key_from_seed
from tests.ingest.fakenode import FakeNode
from tests.ingest.video.drawn import FPS, WRAP, column, free_gps, lat_at, video, with_free_gps
from tests.ingest.video.test_reading import reader

KEY = key_from_seed(b"v" * 32)
SETTINGS = VideoSettings(exiftool="no-such-program")


class Quiet:
    def at(self, frames: int) -> None: ...
    def tell(self, event: str, facts: Mapping[str, Json]) -> None: ...


def clip(tmp_path: Path, times_ms: list[int], seconds: int = 10) -> Clip:
    path = tmp_path / "a.mp4"
    if not path.exists():
        video(path, seconds)
    return clip_of(path, times_ms, seconds * 1000, tmp_path / "cache", SETTINGS)


def shown(jpeg: bytes) -> int:
    grey = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    return column(np.asarray(grey))


def test_each_picture_is_the_one_shown_at_its_time_also_after_a_jump(tmp_path: Path) -> None:
    times = [0, 440, 520, 1000, 5560, 5900]
    pictures = clip(tmp_path, times)
    found = [shown(pictures.read(t)) for t in times]
    assert found == [round(t * FPS / 1000) for t in times]


def test_a_real_clips_pictures_are_those_that_another_decoder_took(
    real_data: Path, tmp_path: Path
) -> None:
    """Of nine stills, 1 s apart, each is the one nearest to ours of its time."""
    folder = real_data / "video_highway_nogps"
    theirs = [cv2.imread(str(folder / f"f_{n:03d}.0s.jpg")) for n in range(9)]
    times = [n * 1000 for n in range(9)]
    ours = clip_of(folder / "solidWhiteRight.mp4", times, 8840, tmp_path / "cache", SETTINGS)
    for number, time_ms in enumerate(times):
        picture = cv2.imdecode(np.frombuffer(ours.read(time_ms), np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        away = [cv2.absdiff(picture, still).mean() for still in theirs if still is not None]
        assert int(np.argmin(away)) == number
        assert min(away) < 3


def test_the_bytes_are_canonical_jpegs_and_the_same_again(tmp_path: Path) -> None:
    first, again = clip(tmp_path, [480, 2000]), clip(tmp_path, [480, 2000])
    before = [first.read(480), first.read(2000)]
    first.discard()
    assert not first.folder.exists()
    assert [again.read(480), again.read(2000)] == before
    assert canonical_jpeg(before[0]) == before[0]


def test_what_was_not_filmed_is_an_error_of_that_picture_alone(tmp_path: Path) -> None:
    pictures = clip(tmp_path, [480, 60_000])
    with pytest.raises(OSError, match="60000"):
        pictures.read(60_000)
    assert shown(pictures.read(480)) == 5


def test_damaged_packets_cost_their_pictures_and_no_others(tmp_path: Path) -> None:
    pictures = clip(tmp_path, [0, 9_000], seconds=10)
    data = bytearray(pictures.video.read_bytes())
    middle = data.index(b"mdat") + (data.rindex(b"moov") - data.index(b"mdat")) // 2
    data[middle : middle + 600] = b"\xff" * 600
    pictures.video.write_bytes(data)
    assert [shown(pictures.read(0)), shown(pictures.read(9_000))] == [0, 90 % WRAP]


def test_a_truncated_video_is_refused_and_not_a_crash(tmp_path: Path) -> None:
    pictures = clip(tmp_path, [0])
    pictures.video.write_bytes(pictures.video.read_bytes()[:-300])
    with pytest.raises(OSError, match=r"a\.mp4"):
        pictures.read(0)


def test_pictures_larger_than_any_cameras_are_refused_before_they_are_decoded(
    tmp_path: Path,
) -> None:
    path = video(tmp_path / "a.mp4", 1)
    job = {"do": "probe", "path": str(path), "exiftool": None}
    with pytest.raises(Refused) as refused:
        run_job(job, SETTINGS.model_copy(update={"max_pixels": 1000}))
    assert refused.value.reason == "video-too-much"


@pytest.mark.parametrize("claimed_s", [10.0**9, 9e12, 9e15])
def test_a_header_that_claims_years_buys_no_more_time_than_any(
    tmp_path: Path, claimed_s: float
) -> None:
    path = video(tmp_path / "a.mp4", 1)
    job = {"do": "probe", "path": str(path), "exiftool": None}
    said = run_job(job, SETTINGS, claimed_s)
    assert said["container"]["duration_ms"] == 1000


def test_memory_is_limited(tmp_path: Path) -> None:
    path = video(tmp_path / "a.mp4", 1)
    job = {"do": "probe", "path": str(path), "exiftool": None}
    with pytest.raises(Refused) as refused:
        run_job(job, SETTINGS.model_copy(update={"memory_bytes": 100_000_000}))
    assert refused.value.reason in ("video-too-much", "video-unreadable")


def upload(node: FakeNode, path: Path, state: Path) -> Outcome:
    reading, screening = ReadSettings(), ScreenSettings()
    found = read_recordings(path, reading, reader(state / "cache"))
    plans = [plan_recording(recording, screening, reading) for recording in found]
    settings = UploadSettings(wait_max_s=0)
    with open_state(state) as local, open_http(node.url, settings) as http:
        client = NodeClient(http, settings)
        uploader = Uploader(client, client.info(), KEY, local, Quiet(), 100_000, 3)
        return uploader.upload(plans)


def test_a_video_goes_out_once_and_leaves_nothing_in_the_cache(
    node: FakeNode, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    path = video(tmp_path / "in" / "a.mp4", 10)
    with_free_gps(path, [free_gps(s, lat_at(s)) for s in range(10)])
    first = upload(node, tmp_path / "in", tmp_path / "state")
    assert (first.sent, first.failed, first.troubles) == (first.offered, 0, [])
    assert 12 <= first.sent <= 15
    assert list((tmp_path / "state" / "cache").glob("*/*")) == []
    again = upload(node, tmp_path / "in", tmp_path / "state")
    assert (again.sent, again.already) == (0, first.sent)
    path.rename(tmp_path / "in" / "b.mp4")
    moved = upload(node, tmp_path / "in", tmp_path / "state")
    assert (moved.sent, moved.already, node.frames_taken) == (0, first.sent, first.sent)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", folder], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no small disk: mounting a tmpfs is not possible here ({error})")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_no_broken_video(tmp_path: Path, small_disk: Path) -> None:
    path = video(tmp_path / "a.mp4", 10)
    times = list(range(0, 10_000, 400))
    pictures = clip_of(path, times, 10_000, small_disk / "cache", SETTINGS)
    with pytest.raises(StorageFull):
        pictures.read(9_600)
    pictures.discard()
    assert list((small_disk / "cache").iterdir()) == []
