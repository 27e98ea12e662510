"""Fixtures that every room's tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.databases import catalog_url, postgresql

__all__ = ["catalog_url", "postgresql", "real_data", "untrimmed"]

# Machines are shared and noisy: a law is tested by its examples, never by the clock.
# The same examples each time, so that a change is refused for what it changed; others are looked
# for with `pytest --hypothesis-profile=search`.
settings.register_profile("roadcomb", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2_000)
settings.load_profile("roadcomb")


@pytest.fixture(scope="session", autouse=True)
def untrimmed() -> Iterator[None]:
    """Contributors of tests agree, and their drives are shorter than the 1 km that trip ends would
    cost; the tests of trimming say what they cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROADCOMB_TRIM_RADIUS_M", "0")
        patch.setenv("ROADCOMB_CONSENT", "1")
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real drives; skips, saying so, where it is absent."""
    folder = Path(os.environ.get("ROADCOMB_REAL_DATA", "../shared/data"))
    if not folder.is_dir():
        pytest.skip(f"no real drives: ROADCOMB_REAL_DATA names no folder ({folder})")
    return folder.resolve()
