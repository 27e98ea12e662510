"""The shelf: an epoch's books in the blob store, before and after their commit.

The law: everything derived lies in the store under its digest before the transaction that names it,
so a committed manifest never names a missing file; what an unfinished night left behind is the same
bytes that the next run would write. Rows lie under the digest of their columns, not of their file.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from rewards.books import Books, Standing, first_standing
from rewards.demand.document import demand_in
from rewards.devices import week_in
from rewards.documents import (
    DERIVED,
    Derived,
    balances_of,
    locked_of,
    stem_of,
    tree_document,
)
from rewards.events import events_document
from rewards.fleets import fleets_in
from rewards.inputs import parse_inputs
from rewards.policy import parse_policy
from rewards.refill import Refill, refill_from_bytes
from rewards.rows import rows_to_parquet
from rewards.stake_document import parse_stakes
from roadcomb.blobs import SUMS, Blobs
from roadcomb.canonical import digest_of_bytes, digest_of_json, parse_json
from roadcomb.cells import PAID_RESOLUTION
from roadcomb.errors import NotFound
from tiles import snapshot

__all__ = [
    "file_digest",
    "file_of",
    "reading",
    "refill_of",
    "rows_key",
    "standing_of",
    "store_books",
]

_BOOKS = "books"
_REFILL = "refill"
_DIRECT = {"inputs.json", "policy.toml", *DERIVED}
"""Files that are stored as they are published, under the digest of the manifest's entry."""
_FROZEN = {"log.json", "events.json", "albums.json"}
"""Of those the manifest's entry says more than the digest."""


def store_books(blobs: Blobs, books: Books, derived: Derived, named: Sequence[bytes]) -> None:
    """Put everything that the manifest will name into the store; harmless to repeat.

    derived: of the books. named: log.json and albums.json, of which these only know the digests.
    """
    for document in (
        *named,
        derived.inputs,
        books.policy.text,
        events_document(books.events),
        *derived.files.values(),
    ):
        blobs.put_addressed(_BOOKS, document)
    blobs.put_addressed(_REFILL, books.refill.to_bytes())
    snapshot.write_shards(blobs, derived.shards)
    key = rows_key(derived.rows)
    if not blobs.exists(key):
        with blobs.writing_summed(key) as file:
            rows_to_parquet(books.rows, file)


def standing_of(blobs: Blobs, manifest: Mapping[str, Any] | None) -> Standing:
    """How the books stood after the epoch of a manifest; before the first one: empty."""
    if manifest is None:
        return first_standing()
    inputs = parse_inputs(blobs.get_addressed(_BOOKS, manifest["inputs"]))
    return Standing(
        epoch=manifest["epoch"],
        manifest=digest_of_json(manifest),
        coverage=snapshot.open_snapshot(blobs, manifest["coverage"]).table(PAID_RESOLUTION),
        refill=refill_of(blobs, manifest),
        balances=balances_of(blobs.get_addressed(_BOOKS, manifest["ledger"])),
        locked=locked_of(blobs.get_addressed(_BOOKS, manifest["vesting"])),
        policy=manifest["policy"],
        announced=inputs.announced,
        log_size=inputs.log_size,
        decisions=inputs.decisions,
        events=inputs.events,
        publications=inputs.publications,
        week=week_in(parse_json(blobs.get_addressed(_BOOKS, manifest["devices"]))),
        fleets=fleets_in(parse_json(blobs.get_addressed(_BOOKS, manifest["fleets"]))),
        stakes=parse_stakes(blobs.get_addressed(_BOOKS, manifest["stake"])),
        demand=demand_in(blobs.get_addressed(_BOOKS, manifest["demand"])),
    )


def refill_of(blobs: Blobs, manifest: Mapping[str, Any]) -> Refill:
    """The record of paid cells after the epoch of a manifest."""
    return refill_from_bytes(blobs.get_addressed(_REFILL, manifest["refill"]))


def rows_key(digest: str) -> str:
    """Where the rows of this digest lie."""
    return f"rows/{digest}"


def reading(blobs: Blobs, manifest: Mapping[str, Any], name: str) -> BinaryIO:
    """One published file of an epoch but its manifest, to be read piece by piece and closed."""
    if name == "rows.parquet":
        return blobs.reading(rows_key(manifest["rows"]["digest"]))
    return io.BytesIO(file_of(blobs, manifest, name))


def file_of(blobs: Blobs, manifest: Mapping[str, Any], name: str) -> bytes:
    """One published file of an epoch but its manifest. Raises NotFound for another name."""
    if name in _DIRECT:
        return blobs.get_addressed(_BOOKS, manifest[stem_of(name)])
    if name in _FROZEN:
        return blobs.get_addressed(_BOOKS, manifest[stem_of(name)]["digest"])
    if name == "rows.parquet":
        return blobs.get(rows_key(manifest["rows"]["digest"]))
    if name == "tree.json":
        policy = parse_policy(file_of(blobs, manifest, "policy.toml"))
        return tree_document(balances_of(file_of(blobs, manifest, "ledger.json")), policy)
    raise NotFound(f"an epoch has no file {name[:40]!r}")


def file_digest(blobs: Blobs, manifest: Mapping[str, Any], name: str) -> str:
    """SHA-256 of the bytes of a published file but the manifest; most are named by the manifest."""
    if name in _DIRECT:
        return str(manifest[stem_of(name)])
    if name in _FROZEN:
        return str(manifest[stem_of(name)]["digest"])
    if name == "rows.parquet":
        return blobs.get(f"{SUMS}/{rows_key(manifest['rows']['digest'])}").decode()
    return digest_of_bytes(file_of(blobs, manifest, name))
