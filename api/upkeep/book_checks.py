"""Is every committed epoch there: in the catalog, in the store, and as it was published?"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from api.upkeep.checks import Check, addressed, summed
from rewards.chain import Committed, committed
from rewards.documents import DERIVED, FILES, stem_of
from rewards.folders import Folder
from rewards.shelf import file_of
from roadcomb.canonical import canonical_json, digest_of_json, parse_json
from roadcomb.errors import IntegrityError, RoadcombError
from roadcomb.node import Node
from tiles import snapshot

__all__ = ["book_checks"]

_BOOKS = ("inputs", "policy", *map(stem_of, DERIVED))
_FROZEN = ("log", "events", "albums")


def book_checks(node: Node) -> Iterator[Check]:
    """Checks of all epochs, of their books and coverage, and of the published files."""
    previous = None
    for epoch in committed(node):
        place = f"catalog/epoch/{epoch.epoch}"
        yield Check(place, partial(_check_manifest, node, epoch, previous))
        previous = digest_of_json(epoch.manifest)
        yield from _stored(node, epoch.manifest)
        for name in FILES:
            yield Check(
                f"published/{epoch.epoch}/{name}", partial(_check_published, node, epoch, name)
            )


def _check_manifest(node: Node, epoch: Committed, previous: str | None) -> None:
    envelope: Any = parse_json(epoch.file)
    if canonical_json(envelope) != epoch.file:
        raise IntegrityError("the epoch's manifest is not canonical any more")
    folder = Folder(epoch.epoch, {}, envelope["manifest"], envelope["signature"])
    if not folder.is_signed_by(node.key.public):
        raise IntegrityError("the epoch's manifest is not signed by this node")
    if epoch.manifest["previous"] != previous:
        raise IntegrityError("the epoch's manifest does not follow the one before it")


def _stored(node: Node, manifest: Any) -> Iterator[Check]:
    blobs = node.blobs
    for name in _BOOKS:
        yield addressed(blobs, "books", manifest[name])
    for name in _FROZEN:
        yield addressed(blobs, "books", manifest[name]["digest"])
    yield addressed(blobs, "refill", manifest["refill"])
    yield summed(blobs, f"rows/{manifest['rows']['digest']}")
    for private in ("openings", "weighed-by"):
        yield summed(blobs, f"{private}/{manifest['inputs']}")
    yield addressed(blobs, snapshot.PREFIX, manifest["coverage"])
    try:
        shards = snapshot.shard_digests(blobs, manifest["coverage"])
    except RoadcombError:  # the check of the index itself, just above, tells
        return
    for digest in shards:
        yield summed(blobs, f"{snapshot.PREFIX}/{digest}")
    yield Check(
        f"coverage of {manifest['coverage']}",
        partial(snapshot.open_snapshot, blobs, manifest["coverage"]),
    )


def _check_published(node: Node, epoch: Committed, name: str) -> None:
    path = node.settings.published / str(epoch.epoch) / name
    if not path.is_file():
        raise IntegrityError("the published file is missing: `roadcomb nightly` writes it again")
    is_manifest = name == "manifest.json"
    promised = epoch.file if is_manifest else file_of(node.blobs, epoch.manifest, name)
    if path.read_bytes() != promised:
        raise IntegrityError("the published file is not the one that was promised")
