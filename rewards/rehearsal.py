"""The next night as it would be: what would be published, and what that changes.

The law: a rehearsal writes nothing, and what it shows is, byte for byte, what the next run of
nightly publishes first, if nothing else happens before. Later epochs rest on that one's commit, so
only one is rehearsed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rewards.chain import Committed, committed, newest
from rewards.differences import unlike
from rewards.documents import FILES, tree_document
from rewards.events import events_document
from rewards.intact import refuse_broken
from rewards.nightly import Draft, draft_epoch, due
from rewards.policy import Policy
from rewards.rows import rows_bytes
from rewards.watching import Watch
from roadcomb.canonical import parse_json
from roadcomb.node import Node

__all__ = ["Change", "Rehearsal", "files_of", "rehearse"]

Change = tuple[str, str, str]
"""What changes, from what, to what; empty text where there is nothing."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """files: of the epoch by name; manifest: its entries that are not as in the epoch before;
    balances: of the ledger; missing: files of closed epochs that would be written again; then: how
    many epochs are due after this one.
    """

    draft: Draft
    files: Mapping[str, bytes]
    manifest: tuple[Change, ...]
    balances: tuple[Change, ...]
    missing: tuple[str, ...]
    then: int


def rehearse(node: Node, policy: Policy, upto: int | None = None) -> Rehearsal | tuple[str, ...]:
    """The first epoch that is due; when none is, the files that would be written again.

    Raises what nightly raises.
    """
    refuse_broken(node)
    missing = tuple(_missing(node))
    epochs = list(due(node, upto))
    if not epochs:
        return missing
    last = newest(node)
    draft = draft_epoch(node, epochs[0], policy, Watch())
    files = files_of(draft)
    changed = _manifest_changes(last, files["manifest.json"])
    return Rehearsal(draft, files, changed, _balances(draft), missing, len(epochs) - 1)


def files_of(draft: Draft) -> dict[str, bytes]:
    """The files of an epoch as `publish` would write them."""
    books = draft.books
    log, albums = draft.named
    made = {
        "inputs.json": draft.derived.inputs,
        "policy.toml": books.policy.text,
        "rows.parquet": rows_bytes(books.rows),
        "events.json": events_document(books.events),
        "albums.json": albums,
        "tree.json": tree_document(books.balances, books.policy),
        "log.json": log,
        "manifest.json": draft.file,
        **draft.derived.files,
    }
    return {name: made[name] for name in FILES}


def _manifest_changes(last: Committed | None, file: bytes) -> tuple[Change, ...]:
    envelope: Any = parse_json(file)
    before: Mapping[str, Any] = {} if last is None else last.manifest
    found = unlike(before, envelope["manifest"])
    return tuple((field, str(old), str(new)) for field, old, new in found)


def _balances(draft: Draft) -> tuple[Change, ...]:
    """What the epoch's transactions do to the ledger."""
    books, moved = draft.books, Counter[str]()
    for transaction in books.transactions:
        moved.update(transaction.entries)
    return tuple(
        (account, str(books.balances.get(account, 0) - by), str(books.balances.get(account, 0)))
        for account, by in sorted(moved.items())
        if by
    )


def _missing(node: Node) -> list[str]:
    return [
        f"{epoch.epoch}/{name}"
        for epoch in committed(node)
        for name in FILES
        if not (node.settings.published / str(epoch.epoch) / name).exists()
    ]
