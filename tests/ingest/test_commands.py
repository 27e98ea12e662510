"""The contributor's command line, from a new key to the state of each drive."""

import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from ingest import commands
from roadcomb.canonical import Json
from roadcomb.errors import (
    IntegrityError,
    InvalidInput,
    NotFound,
    RoadcombError,
    Unauthorised,
    Unreachable,
    UsageError,
)
from roadcomb.keys import key_from_seed, load_key
from tests.ingest.fakenode import FakeNode, fake_node, problem
from tests.ingest.pictures import LAT, LON, METRE_DEG, T0_MS, bee_folder

ADDRESS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A contributor's machine whose folders nobody else uses."""
    monkeypatch.setenv("ROADCOMB_CLIENT_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("ROADCOMB_CLIENT_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("ROADCOMB_UPLOAD_WAIT_MAX_S", "0")
    return tmp_path


def run(*words: str | Path, expect: int = 0) -> Result:
    app = typer.Typer()
    commands.register(app)
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == expect, result.output
    return result


def json_of(words: Sequence[str | Path], expect: int = 0) -> Any:
    return json.loads(run(*words, "--json", expect=expect).stdout)


def test_init_makes_a_key_for_its_owners_eyes_and_never_a_second_one(machine: Path) -> None:
    first = run("init").stdout
    path = machine / "config" / "contributor.pem"
    public = load_key(path).public
    assert public in first
    assert "backup" in first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert public in run("init", "--payout", ADDRESS).stdout
    assert ADDRESS.lower() in run("key", "show").stdout


def test_a_mistyped_payout_address_makes_no_key(machine: Path) -> None:
    with pytest.raises(UsageError, match="mistyped"):
        run("init", "--payout", ADDRESS.replace("5aA", "5aa"))
    assert not (machine / "config").exists()


def test_a_backup_opens_with_its_passphrase_alone(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("init")
    monkeypatch.setenv("ROADCOMB_PASSPHRASE", "correct horse")
    run("key", "backup", machine / "backup.pem")
    public = load_key(machine / "config" / "contributor.pem").public
    assert load_key(machine / "backup.pem", "correct horse").public == public
    for wrong in ("wrong horse", None):
        with pytest.raises(InvalidInput):
            load_key(machine / "backup.pem", wrong)
    with pytest.raises(UsageError, match="not overwritten"):
        run("key", "backup", machine / "backup.pem")


def test_a_backup_is_not_written_where_no_folder_is_nor_under_a_short_word(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("init")
    monkeypatch.setenv("ROADCOMB_PASSPHRASE", "correct horse")
    with pytest.raises(UsageError, match="no folder"):
        run("key", "backup", machine / "no" / "stick" / "backup.pem")
    assert not (machine / "no").exists()
    monkeypatch.setenv("ROADCOMB_PASSPHRASE", "horse")
    with pytest.raises(UsageError, match="less than 8"):
        run("key", "backup", machine / "backup.pem")
    assert not (machine / "backup.pem").exists()


def test_a_restored_backup_signs_as_the_lost_key_did_and_overwrites_none(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("init")
    path, copy = machine / "config" / "contributor.pem", machine / "backup.pem"
    public = load_key(path).public
    monkeypatch.setenv("ROADCOMB_PASSPHRASE", "correct horse")
    run("key", "backup", copy)
    with pytest.raises(UsageError, match="not overwritten"):
        run("key", "restore", copy)
    path.unlink()
    monkeypatch.setenv("ROADCOMB_PASSPHRASE", "wrong horse")
    with pytest.raises(InvalidInput):
        run("key", "restore", copy)
    assert not path.exists()
    monkeypatch.setenv("ROADCOMB_PASSPHRASE", "correct horse")
    assert public in run("key", "restore", copy).stdout
    assert load_key(path).public == public


def test_scan_says_what_would_be_sent_and_why_the_rest_would_not(machine: Path) -> None:
    bee_folder(machine / "[red] in", [*range(0, 80, 8), 73, 300, 301])
    told = run("scan", machine / "[red] in").stdout
    assert "11 of 13 pictures make 1 drive" in told
    assert "too-close: 2" in told
    assert "[red] in" in told
    listed = json_of(["scan", machine])
    assert (listed["offered"], listed["kept"]) == (13, 11)
    assert listed["rejected"] == {"too-close": 2}
    frames = [f for d in listed["folders"][0]["drives"] for f in d["frames"]]
    assert len(frames) + len(listed["folders"][0]["rejected"]) == 13


def test_scan_offers_a_time_offset_and_obeys_it(machine: Path) -> None:
    folder = machine / "card"
    bee_folder(folder, [0, 8, 16, 24])
    for path in folder.glob("*.jpg"):
        path.rename(folder / f"{path.name[:13]}.jpg")  # the time alone
    track = [f"{T0_MS / 1000 + 3600 + s},{LAT + s * 10 * METRE_DEG},{LON}" for s in range(-1, 5)]
    (folder / "track.csv").write_text("\n".join(["t_unix,lat,lon", *track]))
    found = json_of(("scan", folder))
    assert found["rejected"] == {"no-fix": 4}
    assert "--time-offset 3600" in found["folders"][0]["notes"][0]
    assert "--time-offset 3600" in run("scan", folder).stdout
    shifted = json_of(("scan", folder, "--time-offset", "3600"))
    assert (shifted["kept"], shifted["folders"][0]["notes"]) == (4, [])
    first = shifted["folders"][0]["drives"][0]["frames"][0]
    assert first["t_ms"] == T0_MS + 3_600_000


def test_a_broken_file_makes_a_scan_end_as_partly_done(machine: Path) -> None:
    paths = bee_folder(machine / "in", range(0, 80, 8))
    paths[3].write_bytes(b"no jpeg")
    (machine / "in" / "track.gpx").write_text("<gpx")
    result = run("scan", machine / "in", expect=4)
    assert paths[3].name in result.stdout
    assert "track.gpx is not used" in result.stderr


def test_what_is_not_there_is_named(machine: Path) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        run("scan", machine / "nowhere")
    with pytest.raises(UsageError, match="roadcomb init"):
        run("upload", machine, "--to", "http://127.0.0.1:9")
    run("init")
    with pytest.raises(Unreachable):
        run("upload", machine, "--to", "http://127.0.0.1:9")


def test_upload_sends_binds_and_status_tells(machine: Path, node: FakeNode) -> None:
    bee_folder(machine / "in", [*range(0, 80, 8), 73])
    run("init", "--payout", ADDRESS)
    told = run("upload", machine / "in", "--to", node.url, "--device", "Cam 7").stdout
    assert "11 pictures: 10 sent, 0 sent before, 1 not for sending, 0 failed" in told
    assert len(node.bindings) == 1
    (drive,) = node.drives.values()
    assert drive.manifest.device.model == "Cam 7"
    lines = run("upload", machine / "in", "--to", node.url, "--json").stdout.splitlines()
    again = json.loads(lines[-1])
    assert (again["sent"], again["already_sent"]) == (0, 10)
    assert len(node.bindings) == 1
    (row,) = json_of(["status"])["drives"]
    assert row["offered"] == row["pending"] + row["held"] + row["accepted"] + row["rejected"]
    assert (row["state"], row["reasons"]) == ("judged", {"duplicate-picture": 1})
    assert "duplicate-picture: 1" in run("status", "--to", node.url).stdout


def test_an_upload_obeys_the_time_offset(machine: Path, node: FakeNode) -> None:
    bee_folder(machine / "in", range(0, 80, 8))
    run("init")
    run("upload", machine / "in", "--to", node.url, "--time-offset", "-2.5")
    (drive,) = node.drives.values()
    assert drive.manifest.frames[0].t_ms == T0_MS - 2_500


def test_a_node_with_another_key_than_before_gets_nothing(machine: Path, node: FakeNode) -> None:
    bee_folder(machine / "in", range(0, 80, 8))
    run("init")
    run("upload", machine / "in", "--to", node.url, "--dry-run")
    node.key = key_from_seed(b"somebody else's, of 32 bytes....")
    with pytest.raises(Unauthorised, match="another node key"):
        run("upload", machine / "in", "--to", node.url)
    assert not node.drives


def test_every_verb_asks_nothing_of_a_node_with_another_key(machine: Path, node: FakeNode) -> None:
    bee_folder(machine / "in", range(0, 80, 8))
    run("init")
    run("upload", machine / "in", "--to", node.url)
    (drive_id,) = node.drives
    public = load_key(machine / "config" / "contributor.pem").signer
    node.key = key_from_seed(b"somebody else's, of 32 bytes....")
    node.requests.clear()
    assert "another node key" in run("status", expect=4).stderr
    for words in (
        ("delete", drive_id, "--yes"),
        ("export-my-data", machine / "mine.tar"),
        ("key", "rotate"),
    ):
        with pytest.raises(Unauthorised, match="another node key"):
            run(*words)
    assert set(node.requests) == {"GET node"}
    assert load_key(machine / "config" / "contributor.pem").signer == public


def test_a_refused_drive_makes_an_upload_end_as_partly_done(machine: Path, node: FakeNode) -> None:
    bee_folder(machine / "in", range(0, 80, 8))
    run("init")
    refusal = problem(422, "invalid-input", "the clock is wrong")
    node.fault = lambda what, number: refusal if what == "POST drives" else None
    result = run("upload", machine / "in", "--to", node.url, expect=4)
    assert "the clock is wrong" in result.stderr
    assert "10 failed" in result.stdout


def test_a_node_that_lost_a_drive_is_told_by_its_receipt(machine: Path, node: FakeNode) -> None:
    bee_folder(machine / "in", range(0, 80, 8))
    run("init")
    run("upload", machine / "in", "--to", node.url)
    node.drives.clear()
    result = run("status", expect=4)
    assert "its receipt proves that the node had it" in result.stderr


def test_status_never_blames_another_node_at_the_address_for_a_drive(
    machine: Path, node: FakeNode
) -> None:
    bee_folder(machine / "in", range(0, 80, 8))
    run("init")
    run("upload", machine / "in", "--to", node.url)
    node.drives.clear()
    node.key = key_from_seed(bytes([9] * 32))
    (pin,) = (machine / "state" / "known-nodes").iterdir()
    pin.write_text(node.key.public)  # its operator said that it is another one now
    told = run("status", expect=4).stderr
    assert "is not the node that has the drive" in told
    assert "proves" not in told


def test_status_without_its_node_still_knows_the_drives(machine: Path) -> None:
    bee_folder(machine / "in", range(0, 80, 8))
    run("init")
    with fake_node() as node:
        run("upload", machine / "in", "--to", node.url)
    (row,) = json_of(["status"], expect=4)["drives"]
    assert (row["state"], row["offered"], row["pending"]) == ("unknown", 10, 10)


def test_an_upload_that_was_stopped_says_what_was_done_before(
    machine: Path, node: FakeNode
) -> None:
    bee_folder(machine / "in", range(0, 80, 8))
    run("init")
    full = problem(507, "storage-full", "the node's disk is full")
    node.fault = lambda what, number: full if what == "POST frames" else None
    with pytest.raises(RoadcombError, match="disk is full") as stopped:
        run("upload", machine / "in", "--to", node.url)
    assert stopped.value.exit_code == 10
    node.fault = lambda what, number: None
    assert "10 sent" in run("upload", machine / "in", "--to", node.url).stdout


def test_names_of_files_move_no_cursor_and_forge_no_line(machine: Path) -> None:
    bee_folder(machine / "\x1b[2Jfrom\nafar", [0, 8, 16])
    (machine / "\x1b[2Jfrom\nafar" / "\x1b]0;owned\a\nroadcomb: done.jpg").write_bytes(b"")
    printed = run("scan", machine, expect=4).output
    assert printed.replace("\n", "").isprintable()
    assert "\nroadcomb: done" not in printed
    assert r"\x1b]0;owned" in printed


def test_names_that_are_no_unicode_are_sent_and_told_like_others(
    machine: Path, node: FakeNode
) -> None:
    folder = machine / os.fsdecode(b"caf\xe9")
    bee_folder(folder, [0, 8, 16])
    (folder / os.fsdecode(b"\xff.jpg")).write_bytes(b"")
    run("init")
    assert "3 sent" in run("upload", folder, "--to", node.url, expect=4).output
    assert "3 sent before" in run("upload", folder, "--to", node.url, expect=4).output
    assert json_of(["scan", folder], expect=4)["folders"][0]["folder"] == str(folder)
    assert len(json_of(["status"])["drives"]) == 1


@pytest.mark.parametrize(
    "odd", [{"offered": "many"}, {"held": None}, {"reasons": 7}, {"reason": []}, {"state": {}}]
)
def test_a_nonsense_state_of_a_drive_is_told_and_stops_nothing(
    machine: Path, node: FakeNode, odd: dict[str, Json]
) -> None:
    bee_folder(machine / "in", [0, 8, 16])
    run("init")
    run("upload", machine / "in", "--to", node.url)
    node.fault = lambda what, number: (200, {}, odd)
    app = typer.Typer()
    commands.register(app)
    told = CliRunner().invoke(app, ["status"])
    assert told.exit_code in (0, 4)
    assert isinstance(told.exception, SystemExit | None)


@pytest.mark.parametrize("damage", ["no database", "damaged pages", "a folder", "not writable"])
def test_a_memory_that_cannot_be_used_is_named_with_what_to_do(
    machine: Path, node: FakeNode, damage: str
) -> None:
    bee_folder(machine / "in", [0, 8, 16])
    run("init")
    run("upload", machine / "in", "--to", node.url)
    path = machine / "state" / "uploads.sqlite"
    whole = path.read_bytes()
    if damage == "no database":
        path.write_bytes(b"nonsense " * 1000)
    elif damage == "damaged pages":
        path.write_bytes(whole[:4096] + b"\xaa" * (len(whole) - 4096))
    else:
        path.unlink()
        path.mkdir() if damage == "a folder" else path.symlink_to("/proc/nothing")
    with pytest.raises((IntegrityError, UsageError), match=r"uploads\.sqlite"):
        run("upload", machine / "in", "--to", node.url)
