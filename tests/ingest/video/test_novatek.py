"""freeGPS blocks: found where the list says, believed only where they are places."""

import io
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.video.novatek import read_novatek
from ingest.video.refusals import Refused
from ingest.video.telemetry import Telemetry
from roadcomb.geo import distance_m
from tests.ingest.pictures import LAT, LON
from tests.ingest.video.drawn import MPS, T0_MS, box, free_gps, lat_at, with_free_gps

FTYP = box(b"ftyp", b"isom\0\0\0\0")
CLOSE_DEG = 3e-6
"""ddmm.mmmm as a 32-bit float holds 0.2 m at 2500."""


def bare(tmp_path: Path, blocks: list[bytes]) -> io.BytesIO:
    path = tmp_path / "a.mp4"
    path.write_bytes(FTYP + box(b"mdat", b"\0" * 64) + box(b"moov", box(b"mvhd", b"\0" * 100)))
    return io.BytesIO(with_free_gps(path, blocks).read_bytes())


def read(tmp_path: Path, blocks: list[bytes]) -> Telemetry:
    telemetry = read_novatek(bare(tmp_path, blocks))
    assert telemetry is not None
    return telemetry


@pytest.mark.parametrize("at", [36, 4])
def test_blocks_of_both_layouts_give_place_time_speed_and_course(tmp_path: Path, at: int) -> None:
    telemetry = read(tmp_path, [free_gps(s, lat_at(s), at=at) for s in range(10)])
    assert (telemetry.start_ms, telemetry.zoned) == (T0_MS, False)
    assert [fix.t_ms for fix in telemetry.fixes] == [s * 1000 for s in range(10)]
    for second, fix in enumerate(telemetry.fixes):
        assert fix.lat_deg == pytest.approx(lat_at(second), abs=CLOSE_DEG)
        assert fix.lon_deg == LON
        assert fix.speed_mps == pytest.approx(MPS, rel=1e-5)
        assert fix.heading_deg == 359.5


def test_seconds_without_a_fix_are_passed_over_but_counted(tmp_path: Path) -> None:
    blocks = [free_gps(s, 0, status=b"V") for s in range(3)]
    telemetry = read(tmp_path, [*blocks, *(free_gps(s, lat_at(s)) for s in range(3, 8))])
    assert [fix.t_ms for fix in telemetry.fixes] == [s * 1000 for s in range(3, 8)]
    assert telemetry.start_ms == T0_MS


def test_a_receiver_that_never_had_a_fix_is_not_a_camera_that_hides_it(tmp_path: Path) -> None:
    assert read(tmp_path, [free_gps(s, 0, status=b"V") for s in range(9)]).fixes == ()


def test_a_clock_that_jumps_to_its_zone_at_the_first_fix_moves_no_picture(tmp_path: Path) -> None:
    blocks = [free_gps(0, 0, b"V", hour=5), *(free_gps(s, lat_at(s)) for s in range(1, 9))]
    assert read(tmp_path, blocks).start_ms == T0_MS


@pytest.mark.parametrize("minutes", [77.0, 99.0])
def test_places_that_are_no_angles_are_refused_as_hidden(tmp_path: Path, minutes: float) -> None:
    blocks = []
    for second in range(5):
        block = bytearray(free_gps(second, 37))
        at = block.index(b"ANW\0") + 4
        block[at : at + 4] = struct.pack("<f", 3700 + minutes)
        blocks.append(bytes(block))
    with pytest.raises(Refused) as refused:
        read(tmp_path, blocks)
    assert refused.value.reason == "video-gps-hidden"


def test_places_that_do_not_move_at_the_speed_beside_them_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="speed"):
        read(tmp_path, [free_gps(s, LAT + 3 * (lat_at(s) - LAT)) for s in range(10)])


def test_other_bytes_after_the_magic_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="enciphered"):
        read(tmp_path, [b"\0\0\0\xf8freeGPS " + b"\x9c" * 240 for _ in range(5)])


def test_a_file_without_such_blocks_is_another_cameras(tmp_path: Path) -> None:
    assert read_novatek(io.BytesIO(FTYP + box(b"moov", b""))) is None


@given(st.binary(max_size=400), st.integers(0, 3000))
def test_damaged_lists_and_blocks_never_raise_anything_else(damage: bytes, at: int) -> None:
    blocks = b"".join(free_gps(s, lat_at(s)) for s in range(6))
    table = b"\0" * 8 + b"".join(
        (16 + i * 252).to_bytes(4, "big") + b"\0\0\0\xfc" for i in range(6)
    )
    data = bytearray(FTYP + blocks + box(b"moov", box(b"gps ", table)))
    data[at : at + len(damage)] = damage
    with suppress(Refused):
        read_novatek(io.BytesIO(bytes(data)))


def test_the_blocks_of_three_real_cameras_are_read(real_data: Path) -> None:
    """Coordinates are replaced by 50 N 30 E; bytes, clocks, speeds and courses are theirs."""
    folder = real_data / "dashcam_logs/tests/testdata/novatek-real-anonymized"
    drive, silver, viofo = (
        read_novatek(io.BytesIO((folder / name).read_bytes()))
        for name in ("2e-drive-730.mp4", "silverstone-a80.mp4", "viofo-a119-mini2-coldstart.mp4")
    )
    assert drive is not None
    assert silver is not None
    assert viofo is not None
    assert [len(t.fixes) for t in (drive, silver, viofo)] == [3, 3, 4]
    assert drive.start_ms == 1634139477000  # 2021-10-13 15:37:57 on the camera's clock
    assert drive.fixes[0].speed_mps == pytest.approx(48.59 * 1852 / 3600, rel=1e-3)
    assert viofo.fixes[0].heading_deg == pytest.approx(207.44)
    for telemetry in (drive, silver, viofo):
        first = telemetry.fixes[0]
        assert distance_m(first.lat_deg, first.lon_deg, 50, 30) < 1
