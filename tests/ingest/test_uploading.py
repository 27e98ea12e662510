"""`roadcomb upload` as a program sees it: events, dry runs, watching, limits, any terminal."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ingest.watching import Listing, listing, settled
from roadcomb.errors import UsageError
from tests.ingest.fakenode import FakeNode, problem
from tests.ingest.pictures import bee_folder
from tests.ingest.test_commands import machine, run

__all__ = ["machine"]

ROADCOMB = (sys.executable, "-c", "from api.main import main; main()")


@pytest.fixture
def ready(machine: Path) -> Path:
    """A machine with key, consent and ten pictures."""
    bee_folder(machine / "in", range(0, 80, 8))
    run("init", "--consent", "--licence", "CC-BY-SA-4.0")
    return machine


def events(*words: str | Path, expect: int = 0) -> list[dict[str, Any]]:
    said = run("upload", *words, "--no-trim", "--json", expect=expect).stdout
    return [json.loads(line) for line in said.splitlines()]


def test_each_line_is_an_event_and_the_last_one_the_summary(ready: Path, node: FakeNode) -> None:
    told = events(ready / "in", "--to", node.url)
    assert [one["event"] for one in told] == ["plan", "drive", "batch", "receipt", "summary"]
    plan, drive, batch, receipt, summary = told
    assert (plan["offered"], plan["drives"][0]["frames"]) == (10, 10)
    assert (batch["frames"], batch["done"], batch["offered"]) == (10, 10, 10)
    assert drive["drive_id"] == receipt["drive_id"] in node.receipts
    assert (summary["offered"], summary["sent"], summary["failed"]) == (10, 10, 0)


def test_a_trouble_is_an_event_too(ready: Path, node: FakeNode) -> None:
    refusal = problem(422, "invalid-input", "the clock is wrong")
    node.fault = lambda what, number: refusal if what == "POST drives" else None
    told = events(ready / "in", "--to", node.url, expect=4)
    assert [one["event"] for one in told] == ["plan", "drive", "trouble", "summary"]
    assert "the clock is wrong" in told[2]["trouble"]
    assert told[-1]["failed"] == 10


def test_a_dry_run_sends_nothing_and_remembers_nothing(ready: Path, node: FakeNode) -> None:
    told = events(ready / "in", "--to", node.url, "--dry-run")
    assert [one["event"] for one in told] == ["plan", "summary"]
    assert (told[-1]["would_send"], told[-1]["sent"]) == (10, 0)
    assert node.requests == ["GET node"]
    assert events(ready / "in", "--to", node.url)[-1]["sent"] == 10
    assert events(ready / "in", "--to", node.url, "--dry-run")[-1]["already_sent"] == 10


def test_what_is_no_rate_is_refused_before_anything_is_done(ready: Path) -> None:
    with pytest.raises(UsageError, match="no rate"):
        run("upload", ready / "in", "--to", "http://127.0.0.1:9", "--limit-rate", "fast")


def test_a_limited_upload_arrives_whole(ready: Path, node: FakeNode) -> None:
    told = events(ready / "in", "--to", node.url, "--limit-rate", "200k", "--connections", "2")
    assert told[-1]["sent"] == 10


@pytest.mark.parametrize("name", ["NO_COLOR", "TERM"])
def test_no_colour_codes_reach_a_pipe(ready: Path, node: FakeNode, name: str) -> None:
    environment = {**os.environ, name: "1" if name == "NO_COLOR" else "xterm-256color"}
    words = ("upload", str(ready / "in"), "--to", node.url, "--no-trim")
    said = subprocess.run(
        [*ROADCOMB, *words], env=environment, capture_output=True, check=True, timeout=120
    )
    assert b"\x1b" not in said.stdout + said.stderr
    assert b"10 sent" in said.stdout


def test_a_watched_folder_is_sent_when_it_has_settled(ready: Path, node: FakeNode) -> None:
    environment = {**os.environ, "ROADCOMB_UPLOAD_QUIET_S": "0.3"}
    words = ("upload", str(ready / "in"), "--to", node.url, "--no-trim", "--watch")
    watching = subprocess.Popen(
        [*ROADCOMB, *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: len(node.receipts) == 1)
        bee_folder(ready / "next", range(80, 120, 8), seed=70)
        (ready / "next").rename(ready / "in" / "next")  # all of it at once
        until(lambda: len(node.receipts) == 2)
    finally:
        watching.send_signal(signal.SIGINT)
        _, said = watching.communicate(timeout=60)
    assert watching.returncode == 130, said
    assert node.frames_taken == 15


def test_a_folder_that_is_not_there_is_not_watched(ready: Path, node: FakeNode) -> None:
    words = ("upload", str(ready / "im"), "--to", node.url, "--watch")
    said = subprocess.run([*ROADCOMB, *words], capture_output=True, timeout=60)
    assert (said.returncode, b"is no folder to watch" in said.stderr) == (3, True)


def until(reached: Any) -> None:
    for _ in range(600):
        if reached():
            return
        time.sleep(0.1)
    raise AssertionError("nothing happened within a minute")


def test_a_folder_that_changes_is_left_alone_until_it_does_not() -> None:
    a: Listing = {Path("a"): (1, 1)}
    b: Listing = {Path("a"): (2, 2)}
    c: Listing = {Path("a"): (2, 2), Path("c"): (1, 1)}
    seen = iter([a, b, c, c, c, a, a])
    states = settled(lambda: next(seen), lambda seconds: None, quiet_s=1)
    assert [next(states), next(states)] == [c, a]


def test_a_listing_tells_changed_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.jpg").write_bytes(b"1")
    before = listing(tmp_path)
    assert before == listing(tmp_path)
    (tmp_path / "sub" / "a.jpg").write_bytes(b"12")
    assert listing(tmp_path) != before


def test_a_shell_completes_the_verbs() -> None:
    environment = {**os.environ, "_ROADCOMB_COMPLETE": "complete_bash"}
    environment |= {"COMP_WORDS": "roadcomb upl", "COMP_CWORD": "1"}
    program = "import sys; sys.argv[0] = 'roadcomb'; from api.main import main; main()"
    said = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert said.stdout.split() == ["upload"]
