"""Damaged files of every kind that reaches us: each is read or refused with a reason of ours.

ROADCOMB_FUZZ sets how many (1,000; `make fuzz` feeds 20,000), ROADCOMB_FUZZ_SEED which. What
crashes is kept in build/fuzz/.
"""

import os
from pathlib import Path

import pytest

from tests.fuzz.corpora import build
from tests.fuzz.harness import Limits, keep, run, shares, summary

INPUTS = int(os.environ.get("ROADCOMB_FUZZ", "1000"))
SEED = int(os.environ.get("ROADCOMB_FUZZ_SEED", "20260105"))
KEPT = Path("build/fuzz")


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    real = Path(os.environ.get("ROADCOMB_REAL_DATA", "../shared/data"))
    build(tmp_path / "corpora", real if real.is_dir() else None)
    return tmp_path / "corpora"


def test_whatever_chance_does_to_a_file_it_is_read_or_refused_with_a_reason(corpora: Path) -> None:
    outcomes = run(corpora, shares(INPUTS), SEED, Limits())
    print(f"\n{summary(outcomes)}")
    crashes = [outcome for outcome in outcomes if outcome.crash]
    kept = [keep(outcome, corpora, SEED, KEPT) for outcome in crashes]
    assert [
        f"{path}: {crash.crash[-1500:]}" for path, crash in zip(kept, crashes, strict=True)
    ] == []
