"""A full disk is answered with 507, loses nothing acknowledged, and needs no restart to recover.

On a real, small file system where one can be mounted; elsewhere skipped. ROADCOMB_DISK_MB sets
its size (6; `make torture` asks for 64).
"""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.upkeep.fsck import fsck
from ingest.batches import CONTENT_TYPE, encode_batch
from ingest.intake import read_frames
from roadcomb.canonical import Json
from roadcomb.catalog import open_catalog
from roadcomb.jpeg import image_id
from roadcomb.node import Node, open_node
from roadcomb.settings import NodeSettings
from tests.api.conftest import LIMITS
from tests.api.processes import Served
from tests.api.serving import serving
from tests.api.test_upload import assert_problem
from tests.drives import drive_of, make_node, pictures

pytestmark = pytest.mark.sqlite("fills the disk that its file is on")

SIZE = int(os.environ.get("ROADCOMB_DISK_MB", "6")) * 2**20
FRAMES = 4


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of SIZE bytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no small disk: mounting a tmpfs is not possible here ({error})")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(params=["blobs and catalog", "catalog"])
def small_node(request: pytest.FixtureRequest, tmp_path: Path, small_disk: Path) -> Iterator[Node]:
    """A node with all its things, or only its catalog, on the small disk."""
    made = make_node(small_disk if request.param != "catalog" else tmp_path / "large")
    if request.param == "catalog":
        made.catalog.close()
        made = replace(made, catalog=open_catalog(f"sqlite:///{small_disk / 'c.sqlite'}"))
    yield made
    made.catalog.close()


def upload(client: httpx.Client, number: int) -> httpx.Response | None:
    """Upload a numbered drive; the answer that refused it, None when it was sealed."""
    frames = pictures(FRAMES, first=FRAMES * number, size=50_000)
    signed = drive_of(frames)
    url = f"/v1/drives/{signed.drive_id}"
    steps: tuple[Callable[[], httpx.Response], ...] = (
        lambda: client.post("/v1/drives", json=signed.to_json()),
        lambda: client.post(
            f"{url}/frames", content=encode_batch(frames), headers={"Content-Type": CONTENT_TYPE}
        ),
        lambda: client.post(f"{url}/seal"),
    )
    for step in steps:
        answer = step()
        if answer.is_error:
            return answer
    return None


def fill(folder: Path, leave: int, name: str = "filler") -> Path:
    """Take all but `leave` bytes of the file system with a file that can be removed."""
    filler = folder / name
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                pass
        except OSError:
            file.truncate(max(0, file.tell() - leave))
    return filler


def test_nothing_acknowledged_is_lost_and_space_is_all_it_needs(
    small_node: Node, small_disk: Path
) -> None:
    with serving(create_app(small_node, limits=LIMITS)) as client:
        assert upload(client, 0) is None
        filler = fill(small_disk, leave=150_000)
        sealed, number = [0], 1
        while (refused := upload(client, number)) is None:
            sealed.append(number)
            number += 1
        assert_problem(refused, 507, "storage-full")
        assert client.get("/healthz").status_code == 200
        filler.unlink()
        assert upload(client, number) is None
    assert_kept(small_node, [*sealed, number])


def test_a_server_on_a_full_disk_recovers_within_10_seconds_without_a_restart(
    small_disk: Path,
) -> None:
    """Filled by uploads until the last page is taken; then a tenth is freed."""
    data, sealed = small_disk / "node", list[int]()
    filler = small_disk / "filler"
    filler.write_bytes(bytes(SIZE // 10))
    with Served(data, "--no-judge", patience_s=600) as served, served.client() as client:
        served_by = served.process.pid
        while (refused := upload(client, len(sealed))) is None:
            sealed.append(len(sealed))
        assert_problem(refused, 507, "storage-full")
        fill(small_disk, leave=0, name="the rest")
        assert_problem(client.post("/v1/drives", json=next_drive(sealed)), 507, "storage-full")
        filler.unlink()
        freed = time.monotonic()
        while upload(client, len(sealed)) is not None:
            assert time.monotonic() < freed + 10
        recovered = time.monotonic() - freed
        sealed.append(len(sealed))
        assert (served.process.pid, served.process.poll()) == (served_by, None)
    node = open_node(NodeSettings(data=data))
    assert fsck(node).damages == ()
    assert_kept(node, sealed)
    node.catalog.close()
    print(f"full at {len(sealed)} drives, none lost, first receipt {recovered:.1f} s after space")


def next_drive(sealed: list[int]) -> Json:
    """The manifest of a drive that nobody sent yet."""
    frames = pictures(FRAMES, first=FRAMES * (len(sealed) + 1), size=50_000)
    return drive_of(frames).to_json()


def assert_kept(node: Node, numbers: list[int]) -> None:
    """Every frame of these drives is there, byte for byte."""
    for drive in numbers:
        frames = pictures(FRAMES, first=FRAMES * drive, size=50_000)
        stored = list(read_frames(node, drive_of(frames).drive_id))
        assert [data for _, data in stored] == frames
        assert [frame.image_id for frame, _ in stored] == [image_id(frame) for frame in frames]
