"""A node and its app behind a socket."""

from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from ingest.limits import IntakeSettings
from roadcomb.node import Node
from tests.api.lived import lived_in_node
from tests.api.serving import serving

LIMITS = IntakeSettings(reserve_bytes=0)


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with judged and paid drives, which no test changes."""
    made = lived_in_node(tmp_path_factory.mktemp("lived") / "node")
    yield made
    made.catalog.close()


@pytest.fixture
def client(node: Node) -> Iterator[httpx.Client]:
    """A client of the node's app."""
    with serving(create_app(node, limits=LIMITS)) as opened:
        yield opened
