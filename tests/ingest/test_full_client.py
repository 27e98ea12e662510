"""A full disk under the client's state: the upload says so, loses nothing, goes on with room."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from roadcomb.errors import StorageFull
from tests.api.processes import run_cli
from tests.ingest.fakenode import FakeNode
from tests.ingest.pictures import bee_folder

FRAMES = 300
DISK = "1m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB, full but for some pages."""
    folder = tmp_path / "state"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(words, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount to make a small file system with")
    if mounted.returncode:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path, left: int) -> Path:
    """A file that leaves so many bytes."""
    ballast, free = folder / "ballast", os.statvfs(folder)
    ballast.write_bytes(b"x" * max(0, free.f_bavail * free.f_bsize - left))
    return ballast


@pytest.mark.parametrize("left", [0, 160_000])
def test_an_upload_on_a_full_disk_stops_by_its_exit_code_and_goes_on_with_room(
    small_disk: Path, node: FakeNode, tmp_path: Path, left: int
) -> None:
    bee_folder(tmp_path / "in", range(0, 8 * FRAMES, 8))
    environment = {
        "ROADCOMB_CLIENT_CONFIG": str(tmp_path / "config"),
        "ROADCOMB_CLIENT_STATE": str(small_disk),
    }
    agreed = run_cli(("init", "--consent", "--licence", "CC-BY-SA-4.0"), environment)
    assert agreed.returncode == 0, agreed.stderr
    words = ("upload", str(tmp_path / "in"), "--to", node.url, "--no-trim")
    ballast = fill(small_disk, left)
    full = run_cli(words, environment)
    assert full.returncode == StorageFull.exit_code, (full.stdout, full.stderr)
    assert "make room" in full.stderr
    assert "Traceback" not in full.stderr
    ballast.unlink()
    again = run_cli(words, environment)
    assert again.returncode == 0, again.stderr
    (drive,) = node.receipts
    assert len(node.drives[drive].manifest.frames) == FRAMES
    assert len(list(small_disk.rglob(f"{drive}.json"))) == 1
    third = run_cli(words, environment)
    assert f"0 sent, {FRAMES} sent before" in third.stdout
