"""A seal tells without reading whether a file is still the one that was read."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.rested import REST_S, read_by_seal, read_sealed

TEXT = b"0123456789"
RUNS = ((0, 2), (4, 10))


def later() -> int:
    """A moment at which every file of a test has rested."""
    return time.time_ns() + (REST_S + 60) * 10**9


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(TEXT)
    return tmp_path / "file"


def test_a_file_that_rested_is_read_by_its_seal_run_by_run(path: Path) -> None:
    data, seal, firm = read_sealed(path, later)
    assert (data, firm) == (TEXT, True)
    assert read_by_seal(path, seal, RUNS) == b"01456789"
    assert read_by_seal(path, seal, ((0, len(TEXT)),)) == TEXT


def test_a_file_written_a_moment_ago_gets_no_firm_seal(path: Path) -> None:
    assert not read_sealed(path, time.time_ns)[2]
    os.utime(path, ns=(0, 0))  # an old time of change that was set says nothing
    assert not read_sealed(path, time.time_ns)[2]


def test_a_file_that_changes_while_it_is_read_gets_no_firm_seal(path: Path) -> None:
    def changing() -> int:
        path.write_bytes(TEXT + TEXT)
        return later()

    assert not read_sealed(path, changing)[2]


def rewritten(path: Path) -> None:
    path.write_bytes(TEXT[::-1])


def rewritten_under_the_old_time(path: Path) -> None:
    times = path.stat()
    time.sleep(0.02)  # past the step of the file system's clock
    path.write_bytes(TEXT[::-1])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(TEXT)
    other.replace(path)


def shortened(path: Path) -> None:
    os.truncate(path, 3)


@pytest.mark.parametrize(
    "change",
    [rewritten, rewritten_under_the_old_time, replaced, shortened],
    ids=lambda f: f.__name__,
)
def test_whatever_is_done_to_a_file_breaks_its_seal(
    path: Path, change: Callable[[Path], None]
) -> None:
    os.utime(path, ns=(0, 0))
    _, seal, _ = read_sealed(path, later)
    change(path)
    assert read_by_seal(path, seal, RUNS) is None
