"""A dashcam's FrameKMs: copied whole, sent on, and deleted there only under a receipt."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from ingest import commands
from ingest.dashcam import open_dashcam
from ingest.odcstream import PipeReader
from ingest.pulling import Pulled, pull
from roadcomb.errors import InvalidInput, RoadcombError, Unreachable, UsageError
from tests.ingest.fakecamera import FakeCamera, fake_camera
from tests.ingest.fakenode import FakeNode, problem
from tests.ingest.test_framekm import change, framekm


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[FakeCamera]:
    with fake_camera(tmp_path / "camera") as running:
        yield running


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROADCOMB_CLIENT_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("ROADCOMB_CLIENT_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("ROADCOMB_UPLOAD_WAIT_MAX_S", "0")
    run("init", "--consent", "--licence", "CC-BY-SA-4.0")
    return tmp_path


def run(*words: str | Path) -> Result:
    app = typer.Typer()
    commands.register(app)
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def on_camera(camera: FakeCamera, frames: int = 6) -> str:
    folder = camera.folder
    return framekm(folder / "framekm", frames, metadata=folder / "metadata").name


def copied(camera: FakeCamera, folder: Path) -> Pulled:
    with open_dashcam(camera.host) as dashcam:
        return pull(dashcam, folder)


def test_every_framekm_arrives_byte_for_byte_and_once(camera: FakeCamera, tmp_path: Path) -> None:
    names = sorted([on_camera(camera, 5), on_camera(camera, 6)])
    first = copied(camera, tmp_path / "in")
    assert (sorted(first.whole), sorted(first.fresh), first.troubles) == (names, names, ())
    for name in names:
        here, there = tmp_path / "in" / name, camera.folder / "framekm" / name
        assert here.read_bytes() == there.read_bytes()
    assert copied(camera, tmp_path / "in").fresh == ()
    assert sum("request" in request for request in camera.requests) == 2


@pytest.mark.parametrize("damage", ["short", "long"])
def test_a_damaged_stream_is_asked_for_again(
    camera: FakeCamera, tmp_path: Path, damage: str
) -> None:
    name = on_camera(camera)
    camera.damage = [damage, damage]
    assert copied(camera, tmp_path / "in").fresh == (name,)


def test_three_damaged_streams_are_a_trouble_and_leave_nothing(
    camera: FakeCamera, tmp_path: Path
) -> None:
    on_camera(camera)
    camera.damage = ["short"] * 3
    pulled = copied(camera, tmp_path / "in")
    assert (pulled.whole, len(pulled.troubles)) == ((), 1)
    assert list((tmp_path / "in").iterdir()) == []


def test_a_framekm_that_does_not_add_up_on_the_camera_is_named(
    camera: FakeCamera, tmp_path: Path
) -> None:
    framekm(camera.folder / "framekm")
    name = on_camera(camera, 5)
    beside = camera.folder / "framekm" / name  # its metadata says one byte too much
    (camera.folder / "metadata" / f"{name}.json").rename(beside.with_name(f"{name}.json"))
    change(beside, "bytes", 777, 3)
    beside.with_name(f"{name}.json").rename(camera.folder / "metadata" / f"{name}.json")
    assert name in copied(camera, tmp_path / "in").troubles[0]


def test_hostile_names_are_passed_over(camera: FakeCamera, tmp_path: Path) -> None:
    for name in ("..%2fx.json", "km_x.json", "km_20260105_080000_3_0;reboot.json"):
        (camera.folder / "metadata" / name).write_text("{}")
    assert copied(camera, tmp_path / "in") == Pulled((), (), ())


def test_a_request_left_over_from_another_phone_does_no_harm(
    camera: FakeCamera, tmp_path: Path
) -> None:
    names = {on_camera(camera, 5), on_camera(camera, 6)}
    camera.asked = [*names, "km_20260101_000000_3_0"]
    assert set(copied(camera, tmp_path / "in").fresh) == names


def test_no_camera_is_unreachable(camera: FakeCamera, tmp_path: Path) -> None:
    with open_dashcam("127.0.0.1:1") as dashcam, pytest.raises(Unreachable, match="no camera"):
        pull(dashcam, tmp_path / "in")


@pytest.mark.parametrize("host", ["", "a/b", "me@a", "a:b"])
def test_what_is_no_address_is_told(host: str) -> None:
    with pytest.raises(UsageError), open_dashcam(host):
        pass


def test_deleted_on_the_camera_only_under_the_nodes_receipt(
    camera: FakeCamera, node: FakeNode, machine: Path
) -> None:
    name = on_camera(camera, 6)
    words = ("pull", "--dashcam", camera.host, "--into", machine / "in", "--no-trim")
    assert run(*words).exit_code == 0
    assert (camera.folder / "framekm" / name).exists()
    node.fault = lambda what, number: problem(503, "x", "away") if what == "POST seal" else None
    with pytest.raises(RoadcombError):
        run(*words, "--to", node.url)
    assert (camera.folder / "framekm" / name).exists()
    node.fault = lambda what, number: None
    result = run(*words, "--to", node.url)
    assert (result.exit_code, node.frames_taken) == (0, 6)
    assert list((camera.folder / "framekm").iterdir()) == []
    assert list((camera.folder / "metadata").iterdir()) == []
    assert (machine / "in" / name).exists()


def test_a_framekm_of_which_nothing_was_sent_stays_on_the_camera(
    camera: FakeCamera, node: FakeNode, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADCOMB_TRIM_RADIUS_M", "500")
    name = on_camera(camera, 6)  # 45 m: all of it lies within the trip's trimmed ends
    result = run("pull", "--dashcam", camera.host, "--into", machine / "in", "--to", node.url)
    assert (result.exit_code, node.frames_taken) == (0, 0)
    assert (camera.folder / "framekm" / name).exists()


def test_keep_deletes_nothing(camera: FakeCamera, node: FakeNode, machine: Path) -> None:
    name = on_camera(camera, 6)
    words = ("--into", machine / "in", "--to", node.url, "--no-trim", "--keep")
    assert run("pull", "--dashcam", camera.host, *words).exit_code == 0
    assert node.frames_taken == 6
    assert (camera.folder / "framekm" / name).exists()


PIPE = b'{"keepAlive":1}{"name":"km","bytes":7}AAECAwQFBg=={"name":"km","done":true}{"e":{"a":"}"}}'


@given(st.lists(st.integers(0, len(PIPE)), max_size=20))
def test_a_pipe_cut_anywhere_says_the_same(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(PIPE)]
    reader = PipeReader()
    parts = [p for a, b in pairwise(edges) for p in reader.feed(PIPE[a:b])]
    assert b"".join(p for p in parts if isinstance(p, bytes)) == bytes(range(7))
    objects = [p for p in parts if isinstance(p, dict)]
    assert [sorted(p) for p in objects] == [
        ["keepAlive"],
        ["bytes", "name"],
        ["done", "name"],
        ["e"],
    ]


def test_an_endless_object_is_given_up() -> None:
    with pytest.raises(InvalidInput):
        list(PipeReader().feed(b'{"a":"' + b"x" * 20_000))


@given(st.binary(max_size=300))
def test_any_other_bytes_are_invalid_input_at_worst(data: bytes) -> None:
    with suppress(InvalidInput):
        list(PipeReader().feed(data))


def test_objects_within_objects_without_end_are_refused() -> None:
    deep = b'{"a":' * 1500 + b"}"
    with pytest.raises(InvalidInput, match="no odc-api stream"):
        list(PipeReader().feed(deep))
