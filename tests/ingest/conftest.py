"""A node for the tests of who sends to it."""

from collections.abc import Iterator

import pytest

from tests.ingest.fakenode import FakeNode, fake_node


@pytest.fixture
def node() -> Iterator[FakeNode]:
    """One that keeps what it gets and fails as it is told."""
    with fake_node() as running:
        yield running
