"""A file that is made to be dear to read costs itself, by name, and none of the others."""

import json
import resource
import signal
import struct
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from ingest.allowance import allowance
from ingest.containers import ContainerReader
from ingest.folder import Recording, read_recordings
from ingest.settings import ReadSettings, ScreenSettings
from ingest.video.reading import VideoReader
from ingest.video.settings import VideoSettings
from roadcomb.errors import InvalidInput
from tests.api.processes import run_cli
from tests.ingest.pictures import jpeg

LITTLE = ReadSettings(cpu_s=0.05, cpu_s_per_mb=0)
POINTS = 30_000
CROWDED = "km_20260105_080000_90000_0"


def loop() -> None:
    while True:
        pass


def stamp(second: int) -> str:
    return f"2026-01-05T{8 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"


def gpx() -> str:
    points = (
        f'<trkpt lat="0.{n:05}" lon="-25"><time>{stamp(n)}</time></trkpt>' for n in range(POINTS)
    )
    head = '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="x"><trk><trkseg>'
    return f"{head}{''.join(points)}</trkseg></trk></gpx>"


def csv(points: int = POINTS) -> str:
    return "t_unix,lat,lon\n" + "".join(f"{1767600000 + n},0.{n:05},-25\n" for n in range(points))


def geojson() -> str:
    geometry = {"type": "LineString", "coordinates": [[-25, n / 1e5] for n in range(POINTS)]}
    times = {"coordTimes": [stamp(n) for n in range(POINTS)]}
    return json.dumps({"type": "Feature", "geometry": geometry, "properties": times})


def nmea() -> str:
    body = "GPRMC,080000.00,A,0001.00000,N,02500.00000,W,20.0,90.0,050126,,,A"
    checksum = 0
    for letter in body:
        checksum ^= ord(letter)
    return f"${body}*{checksum:02X}\r\n" * POINTS


def exif() -> bytes:
    """A picture whose header names 5,000 values of 10 MB each: 12 s of CPU."""
    values = (struct.pack("<HHII", 0x9000 + n, 2, 10_000_000, 100) for n in range(5000))
    body = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 5000) + b"".join(values) + bytes(4)
    segment = b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body
    return b"\xff\xd8" + segment + b"\xff\xfe\0\2" + bytes(11_500_000)


def framekm() -> str:
    bundle = {"version": "1.9", "numFrames": 90_000}
    frames = [{"bytes": 9, "t": 1767600000000, "lat": 0.5, "lon": -25.0}] * 90_000
    return json.dumps({"bundle": bundle, "frames": frames})


def read(folder: Path, settings: ReadSettings) -> list[Recording]:
    videos = VideoReader(folder / "cache", VideoSettings(), ScreenSettings(), settings)
    return list(read_recordings(folder, settings, ContainerReader(videos, settings)))


@pytest.fixture(autouse=True)
def limits_stay() -> Iterator[None]:
    """Whatever was read, nothing is limited and no clock runs afterwards."""
    before = resource.getrlimit(resource.RLIMIT_DATA)
    yield
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


@pytest.mark.parametrize("made", [gpx, csv, geojson, nmea])
def test_a_track_that_takes_too_long_is_named_and_the_pictures_are_read(
    tmp_path: Path, made: Callable[[], str]
) -> None:
    path = tmp_path / f"long.{made.__name__}"
    path.write_text(made())
    (tmp_path / "1.jpg").write_bytes(jpeg(1))
    [recording] = read(tmp_path, LITTLE)
    words = f"{path} is not used: reading it takes more than 0.05 s of CPU"
    assert recording.troubles == (words,)
    assert [still.path.name for still in recording.stills] == ["1.jpg"]


class Grave:
    """Python calls what it does when it dies, and lets nothing be raised out of it."""

    def __del__(self) -> None:
        ends = time.process_time() + 0.05
        while time.process_time() < ends:
            pass


def loop_after(grave: Grave) -> None:
    del grave
    loop()


def test_what_is_late_in_a_callback_of_pythons_own_is_ended_after_it() -> None:
    allowed = allowance(ReadSettings(cpu_s=0.02, cpu_s_per_mb=0))
    with pytest.raises(InvalidInput, match="more than"), allowed.spent_on():
        loop_after(Grave())


def test_a_header_that_takes_too_long_costs_its_picture_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(exif())
    (tmp_path / "2.jpg").write_bytes(jpeg(2))
    [recording] = read(tmp_path, LITTLE)
    assert [(one.item.name, one.reason) for one in recording.rejected] == [("1.jpg", "too-much")]
    assert [still.path.name for still in recording.stills] == ["2.jpg"]


def test_a_framekm_that_takes_too_long_is_named(tmp_path: Path) -> None:
    (tmp_path / CROWDED).write_bytes(bytes(9 * 90_000))
    (tmp_path / f"{CROWDED}.json").write_text(framekm())
    [recording] = read(tmp_path, LITTLE)
    assert [(one.item.name, one.reason) for one in recording.rejected] == [(CROWDED, "too-much")]
    assert CROWDED in recording.troubles[0]


def test_a_file_that_takes_too_much_memory_is_named_by_the_verb(tmp_path: Path) -> None:
    (tmp_path / "large.csv").write_text(csv(200_000))
    (tmp_path / "1.jpg").write_bytes(jpeg(1))
    done = run_cli(["scan", str(tmp_path)], {"ROADCOMB_READ_MEMORY_BYTES": str(50 * 2**20)})
    assert "large.csv is not used: reading it takes more than 50 MB of memory" in done.stderr
    assert done.returncode == 4


def test_each_file_has_an_allowance_of_its_own_which_grows_with_its_size() -> None:
    allowed = allowance(ReadSettings(cpu_s=0.05, cpu_s_per_mb=1e6))
    for _ in range(2):
        with pytest.raises(InvalidInput, match=r"more than 0\.05 s of CPU"), allowed.spent_on():
            loop()
    with allowed.spent_on(2**20):
        sum(range(5_000_000))


def deaf() -> None:
    """A library that goes on when it is first told to end."""
    with suppress(BaseException):
        loop()
    loop()


def test_a_library_that_catches_everything_is_told_again() -> None:
    with pytest.raises(InvalidInput), allowance(LITTLE).spent_on():
        deaf()


def test_beside_the_main_thread_files_are_read_as_well(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(jpeg(1))
    with ThreadPoolExecutor() as pool:
        [recording] = pool.submit(read, tmp_path, LITTLE).result()
    assert len(recording.stills) == 1
