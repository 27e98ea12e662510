"""A node: the seams that its settings chose, opened once and passed in from here on."""

import hashlib
import ipaddress
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from roadcomb.blobs import Blobs, open_blobs
from roadcomb.catalog import Catalog, open_catalog
from roadcomb.clock import Clock, FileClock, SystemClock
from roadcomb.errors import NotFound, UsageError
from roadcomb.files import OWNER_ONLY, make_folder, write_durably
from roadcomb.keys import Key, generate_key, key_from_seed, load_key, save_key
from roadcomb.settings import NodeSettings

__all__ = ["Node", "open_existing", "open_node"]


@dataclass(frozen=True, slots=True)
class Node:
    """What every stage on the server needs; `key` signs receipts, log heads and epochs."""

    settings: NodeSettings
    catalog: Catalog
    blobs: Blobs
    clock: Clock
    key: Key


def open_node(settings: NodeSettings) -> Node:
    """Open (and on first use make) the node that the settings describe.

    Raises UsageError for an injected clock or seed off loopback: whoever can move the clock or
    knows the key can make epochs and receipts at will.
    """
    injected = settings.clock_file is not None or settings.key_seed is not None
    if injected and not _is_loopback(settings.host):
        raise UsageError(
            f"an injected clock or key seed is refused on {settings.host}: "
            "unset ROADCOMB_CLOCK_FILE and ROADCOMB_KEY_SEED, or listen on 127.0.0.1"
        )
    make_folder(settings.data)
    clock = SystemClock() if settings.clock_file is None else FileClock(settings.clock_file)
    blobs = open_blobs(settings.blobs_url)
    catalog = open_catalog(settings.catalog_url)
    _remember(settings.blobs, settings.blobs_file)
    _remember(settings.catalog, settings.catalog_file)
    return Node(settings, catalog, blobs, clock, _node_key(settings))


def open_existing(data: Path | None) -> Node:
    """The node in `data`, or of the settings: made by `serve` before, never here.

    Raises NotFound when there is none: a mistyped folder shall not become a new node, nor a lost
    key be replaced by one that has signed nothing.
    """
    settings = NodeSettings() if data is None else NodeSettings(data=data)
    if not settings.data.is_dir():
        raise NotFound(
            f"there is no node at {settings.data}: give its folder with --data or ROADCOMB_DATA"
        )
    if settings.key_seed is None and not settings.key_file.exists():
        raise NotFound(
            f"{settings.key_file}, the node's key, is missing: bring it back from a backup "
            "(a new node gets one from `roadcomb serve`)"
        )
    return open_node(settings)


def _remember(url: str | None, file: Path) -> None:
    """A verb that is told neither URL shall not make this node a second, empty catalog or store."""
    if url and not (file.exists() and file.read_text() == url):
        write_durably(file, url.encode(), OWNER_ONLY)


def _node_key(settings: NodeSettings) -> Key:
    if settings.key_seed is not None:
        return key_from_seed(hashlib.sha256(settings.key_seed.encode()).digest())
    if not settings.key_file.exists():
        with suppress(UsageError):  # another process of this node made it meanwhile
            save_key(generate_key(), settings.key_file)
    return load_key(settings.key_file)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
