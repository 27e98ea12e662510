"""Asking a node as this machine's contributor: the way of every verb that signs its requests."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.nodeclient import NodeClient
    from roadcomb.keys import Key

__all__ = ["asking"]

_ATTEMPTS = 3


@contextmanager
def asking(to: str) -> "Iterator[tuple[NodeClient, Key]]":
    """(client of the node at an address, which must be the known one; this machine's key)."""
    from ingest.knownnodes import pinned
    from ingest.localstate import open_state
    from ingest.nodeclient import NodeClient, open_http
    from ingest.settings import UploadSettings
    from roadcomb.keys import load_key
    from roadcomb.settings import ClientSettings

    ours, settings = ClientSettings(), UploadSettings(attempts=_ATTEMPTS)
    with open_http(to, settings) as http, open_state(ours.state) as state:
        pin = pinned(ours.state, state.node_at)
        yield NodeClient(http, settings, pin), load_key(ours.key_file)
