"""A town's node, and the published vectors where they are."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rewards.policy import Policy, read_policy
from roadcomb.node import Node
from tests.rewards.town import open_town


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node on SQLite, its clock one hour into the day after DAY."""
    opened = open_town(tmp_path / "node")
    yield opened
    opened.catalog.close()


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The policy that comes along."""
    return read_policy()


@pytest.fixture(scope="session")
def vectors() -> Path:
    """Folder of published vectors; skips, saying so, where it is absent."""
    folder = Path(os.environ.get("ROADCOMB_VECTORS", "../shared/vectors"))
    if not folder.is_dir():
        pytest.skip(f"no published vectors: ROADCOMB_VECTORS names no folder ({folder})")
    return folder
