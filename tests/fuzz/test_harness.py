"""The harness notices whatever goes wrong, and blames the input that it went wrong with."""

import re
from pathlib import Path

import pytest

from tests.fuzz.harness import Limits, Outcome, keep, run, shares, summary
from tests.fuzz.targets import TARGETS
from tests.fuzz.worker import damaged

BAD, INPUTS, SEED = b"\xff", 3, 15


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    """One byte, which is cut off or not: each input is the bad one or nothing."""
    for name in ("hangs", "waits", "dies", "eats", "raises", "is-silent"):
        (tmp_path / name / "beside").mkdir(parents=True)
        (tmp_path / name / "samples").mkdir()
        (tmp_path / name / "samples" / "byte").write_bytes(BAD)
    return tmp_path


def crashes(corpora: Path, name: str) -> list[Outcome]:
    """Those of the inputs; asserts that they are the bad ones, and that all were fed."""
    outcomes = run(corpora, {name: INPUTS}, SEED, Limits(seconds=1))
    assert [outcome.number for outcome in outcomes] == list(range(INPUTS))
    bad = [n for n in range(INPUTS) if damaged(corpora / name, "cut", SEED, n)[1] == BAD]
    assert bad == [1]
    assert [outcome.number for outcome in outcomes if outcome.crash] == bad
    return [outcome for outcome in outcomes if outcome.crash]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hangs", "SIGXCPU|SIGALRM"),  # the latter where others leave it no second of a processor
        ("waits", "SIGALRM"),
        ("dies", "SIGSEGV"),
        ("eats", "MemoryError"),
        ("raises", "ZeroDivisionError"),
        ("is-silent", "no reason in one line"),
    ],
)
def test_the_input_that_breaks_something_is_blamed_and_no_other(
    corpora: Path, name: str, words: str
) -> None:
    assert all(re.search(words, crash.crash) for crash in crashes(corpora, name))


def test_what_crashed_is_kept_as_it_was_fed(corpora: Path, tmp_path: Path) -> None:
    crash = crashes(corpora, "raises")[0]
    kept = keep(crash, corpora, SEED, tmp_path / "kept")
    assert (kept / "byte").read_bytes() == BAD
    assert "ZeroDivisionError" in (kept / "crash.txt").read_text()


def test_every_target_gets_its_share_and_none_gets_nothing() -> None:
    assert sum(target.share for target in TARGETS.values()) == 1000
    assert sum(shares(20_000).values()) == 20_000
    assert set(shares(1).values()) == {1}


def test_the_summary_counts_each_input_once() -> None:
    outcomes = [
        Outcome("gpx", 0, 0.5),
        Outcome("gpx", 1, 0.25, reason="a.gpx is not used: no readable GPX: line 7"),
        Outcome("gpx", 2, crash="KeyError"),
    ]
    lines = summary(outcomes).splitlines()
    assert lines[1].split() == ["gpx", "3", "1", "1", "1", "0.50"]
    assert lines[2].split() == ["all", "3", "1", "1", "1", "0.50"]
    assert lines[-1].split(maxsplit=1) == ["1", "no readable GPX"]
