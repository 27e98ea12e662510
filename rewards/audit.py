"""Audit: recompute all epochs from the published folders alone, and name the first difference.

The law: what cannot be derived (rows, accounts, inputs, policy) must have the digest that the
signed manifest names; everything else is computed again and compared value by value, the manifest
last. When the signature itself does not hold, the manifest is compared with what the other files
give, because then it is the file that was changed. No server is asked; the auditor pins the node's
key, or takes that of the first manifest.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rewards.accounted import Accounting, LogPart, parse_log
from rewards.albums import parse_albums
from rewards.books import Books, Standing, close_books, first_standing, refill_days, weighed, worth
from rewards.demand.document import payees_in
from rewards.demand.lots import PASSED, EarlierRows, passed
from rewards.demand.paying import Paying
from rewards.devices import earned_in, plain
from rewards.differences import Difference, refuse_different, refuse_unlike
from rewards.documents import (
    Derived,
    accounts_document,
    derived_of,
    make_manifest,
    tree_document,
    weights_of,
)
from rewards.earned import Earned
from rewards.events import Event, parse_events
from rewards.folders import Folder, epochs_in, read_folder
from rewards.founded import Founded
from rewards.inputs import Inputs, parse_inputs
from rewards.policy import RULES_VERSION, Policy, parse_policy
from rewards.refill import NEVER_PAID, Refill
from rewards.rows import fixed_bytes, rows_digest, rows_from_parquet
from rewards.underived import refuse_undigested
from roadcomb.canonical import digest_of_bytes, parse_json
from roadcomb.errors import IntegrityError
from tiles.fold import ROWS

__all__ = ["Audited", "account_for", "audit", "audit_epoch"]


@dataclass(frozen=True, slots=True)
class Audited:
    """An epoch that was found equal. manifest: its digest; root: of the claims, None for none.

    receipts: how many of the log's, up to this epoch, are in each state.
    """

    epoch: int
    manifest: str
    root: str | None
    receipts: Mapping[str, int]


def audit(
    published: Path, node_key: str | None = None, accounting: Accounting | None = None
) -> Iterator[Audited]:
    """Each epoch as it is found equal, oldest first. Raises Difference at the first that is not.

    node_key: the public key that must have signed; None: that of the first manifest. accounting:
    takes in every receipt, for who wants to ask for one afterwards.
    """
    standing, accounting = first_standing(), accounting if accounting is not None else Accounting()
    past: dict[int, Refill] = {}
    founded = Founded()
    earlier = partial(_passed_in, published)
    for epoch in epochs_in(published):
        folder = read_folder(published, epoch)
        node_key = node_key or str(folder.manifest.get("node"))
        past[epoch] = standing.refill
        standing = audit_epoch(folder, standing, node_key, past, earlier)
        account_for(folder, accounting)
        founded.add(folder, accounting)
        yield Audited(epoch, folder.digest, folder.manifest["tree"], accounting.counts())


def _passed_in(published: Path, epoch: int, cells: Collection[int]) -> pa.Table:
    """Of an epoch that was found equal before; none where the chain had not begun."""
    path = published / str(epoch) / "rows.parquet"
    if not path.is_file():
        return PASSED.empty_table()
    return passed(rows_from_parquet(path.read_bytes()), cells)


def account_for(folder: Folder, accounting: Accounting) -> None:
    """Take in what an epoch tells of the log. Raises Difference for a receipt that is missing."""
    name, inputs = folder.name("log.json"), folder.read("inputs.json", parse_inputs)
    part = _log(folder, inputs)
    try:
        accounting.add(part, inputs.log_size, inputs.log_root)
    except IntegrityError as error:
        raise Difference(name, "receipts", "every one accounted for", error) from error


def _log(folder: Folder, inputs: Inputs) -> LogPart:
    digest = digest_of_bytes(folder.files["log.json"])
    refuse_different(folder.name("log.json"), "SHA-256", inputs.log_digest, digest)
    part = folder.read("log.json", parse_log)
    refuse_different(folder.name("log.json"), "epoch", inputs.epoch, part.epoch)
    return part


def audit_epoch(
    folder: Folder,
    before: Standing,
    node_key: str,
    past: Mapping[int, Refill],
    earlier: EarlierRows,
) -> Standing:
    """The standing after an epoch that is equal in all. Raises Difference.

    past: the record of paid cells at the start of each epoch so far; earlier: passes of those.
    """
    signed = folder.is_signed_by(node_key)
    if signed:
        refuse_undigested(folder)
    books = _books(folder, before, past, earlier)
    derived = derived_of(books)
    if signed:
        _refuse_underived(folder, books, derived)
    name = folder.name("manifest.json")
    refuse_unlike(name, make_manifest(books, derived, node_key), folder.manifest)
    if not signed:
        raise Difference(name, "signature", f"one by the key {node_key}", folder.signature)
    return books.standing(folder.digest)


def _books(
    folder: Folder, before: Standing, past: Mapping[int, Refill], earlier: EarlierRows
) -> Books:
    """The epoch computed again from what cannot be derived."""
    inputs = _inputs(folder, before)
    policy = folder.read("policy.toml", parse_policy)
    refuse_different(folder.name("inputs.json"), "policy", policy.digest, inputs.policy)
    earned = _earned(folder, policy)
    paying = Paying(folder.read("demand.json", payees_in), earlier)
    try:
        rows = _rows(folder, inputs, before, policy, past)
        events, decided = _events(folder, inputs, before), _log(folder, inputs).decided
        _refuse_other_albums(folder, inputs, before)
        books = close_books(inputs, policy, rows, earned, before, events, decided, paying)
    except (pa.ArrowException, ValueError) as error:
        name = folder.name("rows.parquet")
        raise Difference(name, "rows", "passes of cells", error) from error
    _refuse_other_weights(folder, rows, books)
    return books


def _earned(folder: Folder, policy: Policy) -> Earned:
    """What was earned before factors; where the policy has none, it is what the accounts weigh."""
    if policy.factors is None:
        return plain(folder.read("accounts.json", weights_of))
    return folder.read("devices.json", lambda data: earned_in(parse_json(data)))


def _inputs(folder: Folder, before: Standing) -> Inputs:
    name, inputs = folder.name("inputs.json"), folder.read("inputs.json", parse_inputs)
    refuse_different(name, "epoch", folder.epoch, inputs.epoch)
    if before.epoch is not None:
        refuse_different(name, "epoch", before.epoch + 1, inputs.epoch)
    refuse_different(name, "previous", before.manifest, inputs.previous)
    refuse_different(name, "rules_version", RULES_VERSION, inputs.rules_version)
    return inputs


def _refuse_other_albums(folder: Folder, inputs: Inputs, before: Standing) -> None:
    """The albums as they were frozen: grades are committed to before any is drawn."""
    name, albums = folder.name("albums.json"), folder.read("albums.json", parse_albums)
    digest = digest_of_bytes(folder.files["albums.json"])
    refuse_different(name, "SHA-256", inputs.albums_digest, digest)
    rising = inputs.publications >= before.publications
    refuse_different(name, "newest is not before the epoch before's", True, rising)
    late = [album.album for album in albums if album.epoch > inputs.epoch]
    refuse_different(name, "albums of epochs to come", [], late)


def _events(folder: Folder, inputs: Inputs, before: Standing) -> tuple[Event, ...]:
    """The events as they were frozen: none of an earlier epoch's, none beyond the newest."""
    name, events = folder.name("events.json"), folder.read("events.json", parse_events)
    digest = digest_of_bytes(folder.files["events.json"])
    refuse_different(name, "SHA-256", inputs.events_digest, digest)
    newest = events[-1].number if events else before.events
    refuse_different(name, "newest", newest, inputs.events)
    first = events[0].number if events else before.events + 1
    refuse_different(name, "first is after the epoch before", True, first > before.events)
    return events


def _rows(
    folder: Folder,
    inputs: Inputs,
    before: Standing,
    policy: Policy,
    past: Mapping[int, Refill],
) -> pa.Table:
    """The rows, frozen as promised, in order, each once, and weighing what they should."""
    name, rows = folder.name("rows.parquet"), folder.read("rows.parquet", rows_from_parquet)
    frozen = rows.select(ROWS.names)
    refuse_different(name, "count", inputs.rows_count, len(rows))
    refuse_different(name, "digest of its rows", inputs.rows_digest, rows_digest(frozen))
    _refuse_disorder(name, rows)
    days = refill_days(
        frozen,
        before,
        inputs.epoch,
        policy,
        inputs.released,
        lambda judged: past.get(judged, NEVER_PAID),
    )
    cells = worth(frozen, days, before, inputs.epoch, policy)
    expected = weighed(frozen, cells, inputs.epoch, policy)["weight"].to_numpy()
    found = rows["weight"].to_numpy()
    for row in np.flatnonzero(expected != found)[:1]:
        raise Difference(name, f"row {row} weight", expected[row], found[row])
    return rows


def _refuse_disorder(name: str, rows: pa.Table) -> None:
    """A row that stood twice would be paid twice; disorder would change the visits."""
    distinct = pc.count_distinct(rows["commitment"]).as_py()
    refuse_different(name, "distinct commitments", len(rows), distinct)
    words = fixed_bytes(rows["commitment"]).view(">u8").astype(np.uint64).T
    keys = (*words[::-1], rows["visit"].to_numpy(), rows["cell"].to_numpy())
    sorted_already = bool((np.lexsort(keys) == np.arange(len(rows))).all())
    refuse_different(name, "order by cell, visit and commitment", True, sorted_already)


def _refuse_other_weights(folder: Folder, rows: pa.Table, books: Books) -> None:
    """The accounts must weigh together what the rows do, before factors; with no more passes."""
    told = "accounts.json" if books.policy.factors is None else "devices.json"
    name, raw = folder.name(told), [each for own in books.earned.values() for each in own.values()]
    total = sum(rows["weight"].to_pylist())
    refuse_different(name, "sum of accounts", total, sum(each.weight for each in raw))
    refuse_different(name, "accounts below zero", [], [each for each in raw if each.weight < 0])
    passes = sum(each.passes for each in raw)
    refuse_different(name, "passes are at most the rows", True, passes <= len(rows))
    _refuse_other_document(folder, "accounts.json", accounts_document(books))


def _refuse_underived(folder: Folder, books: Books, derived: Derived) -> None:
    """Everything that follows from the rest must be exactly what follows."""
    tree = tree_document(books.balances, books.policy)
    for file, document in {**derived.files, "tree.json": tree}.items():
        _refuse_other_document(folder, file, document)


def _refuse_other_document(folder: Folder, file: str, document: bytes) -> None:
    name = folder.name(file)
    refuse_unlike(name, parse_json(document), folder.read(file, parse_json))
    refuse_different(name, "bytes", document, folder.files[file])
