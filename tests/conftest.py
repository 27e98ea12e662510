"""Fixtures that every room's tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.databases import catalog_url, postgresql

__all__ = ["catalog_url", "postgresql", "real_data"]

# Machines are shared and noisy: a law is tested by its examples, never by the clock.
settings.register_profile("roadcomb", deadline=None)
settings.load_profile("roadcomb")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real drives; skips, saying so, where it is absent."""
    folder = Path(os.environ.get("ROADCOMB_REAL_DATA", "../shared/data"))
    if not folder.is_dir():
        pytest.skip(f"no real drives: ROADCOMB_REAL_DATA names no folder ({folder})")
    return folder.resolve()
