"""Fixtures that every room's tests share."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from roadcomb.node import Node
from tests.databases import KIND, catalog_url, cluster_ends, drop_under, postgresql
from tests.drives import make_node

__all__ = [
    "catalog_url",
    "cluster_ends",
    "node",
    "own_databases",
    "postgresql",
    "real_data",
    "untrimmed",
]

# Machines are shared and noisy: a law is tested by its examples, never by the clock.
# The same examples each time, so that a change is refused for what it changed; others are looked
# for with `pytest --hypothesis-profile=search`.
settings.register_profile("roadcomb", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2_000)
settings.load_profile("roadcomb")


MEMORY = Path("/dev/shm")
ROOM_BYTES = 4_000_000_000
"""Of memory for what tests write; a whole run leaves less than a quarter of it."""


def pytest_configure(config: pytest.Config) -> None:
    """Files of tests are in memory where there is room: what a sync promises is tried by
    tests/torture and by what stands between SQLite and the disk, not by waiting for one.

    A shell's background job ignores SIGINT and hands that on to all it starts; tests interrupt
    what they start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        return
    if os.access(MEMORY, os.W_OK) and config.option.basetemp is None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test of one kind of catalog says why it is (`@pytest.mark.sqlite(reason)`)."""
    for item in items:
        if KIND == "postgresql" and (only := item.get_closest_marker("sqlite")):
            item.add_marker(pytest.mark.skip(f"of SQLite alone: {only.args[0]}"))


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node of the test's own, its clock injected."""
    made = make_node(tmp_path / "node")
    yield made
    made.catalog.close()


@pytest.fixture(autouse=KIND == "postgresql")
def own_databases(tmp_path: Path) -> Iterator[None]:
    """The databases of a test's own nodes go with it."""
    yield
    drop_under(tmp_path)


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
