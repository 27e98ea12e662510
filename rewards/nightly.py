"""Nightly: close every epoch that is over, in order.

The law: freeze -> coverage and weights -> accounts -> allocation and ledger -> store -> one
transaction -> files. Each step is a function of the one before and nothing counts before the
transaction. So a run that is killed anywhere and started again gives the same bytes and one
manifest, and a run with nothing to do only writes files that are missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from rewards.albums import albums_document
from rewards.announcing import policy_of_epoch
from rewards.books import Books, close_books, raw_weights, refill_days, weighed, worth
from rewards.chain import Committed, commit, committed, newest
from rewards.demand.payees import paying_of
from rewards.documents import Derived, derived_of, make_manifest
from rewards.envelope import sign_epoch
from rewards.forgetting import forget_deleted
from rewards.freeze import Frozen, first_epoch, freeze
from rewards.intact import refuse_broken
from rewards.openings import openings_of, store_openings, store_weighed_by
from rewards.past import refill_at
from rewards.policy import Policy, parse_policy
from rewards.publish import publish
from rewards.shelf import file_of, standing_of, store_books
from rewards.turn import my_turn
from rewards.watching import Reached, Watch, unheard
from roadcomb.canonical import digest_of_bytes
from roadcomb.epochs import last_closed
from roadcomb.errors import Conflict, UsageError
from roadcomb.memory import give_back
from roadcomb.node import Node

__all__ = [
    "STEPS",
    "Closed",
    "Draft",
    "Night",
    "close_epoch",
    "draft_epoch",
    "due",
    "nightly",
    "refuse_other_policy",
]

STEPS = ("frozen", "weighed", "accounted", "booked", "stored", "committed")
"""What `reached` is told of each epoch, before its files are published one by one."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An epoch as it would be committed: nothing of it counts yet. file: of its manifest; days,
    worth: of each row's cell, shape (n,).
    """

    books: Books
    derived: Derived
    frozen: Frozen
    days: NDArray[np.uint16]
    worth: NDArray[np.int64]
    file: bytes

    @property
    def named(self) -> tuple[bytes, bytes]:
        """log.json and albums.json, of which the books know the digests."""
        return self.frozen.log_file, albums_document(self.frozen.albums)


@dataclass(frozen=True, slots=True)
class Closed:
    """What is told of an epoch that was closed; its rows are let go of. paid, unallocated: base
    units; drives, passes: that came in; accounts: that have a weight."""

    epoch: int
    drives: int
    passes: int
    accounts: int
    paid: int
    unallocated: int


@dataclass(frozen=True, slots=True)
class Night:
    """What a run did. busy: another nightly is at work and this one did nothing."""

    closed: tuple[Closed, ...] = ()
    written: int = 0
    busy: bool = False


def nightly(
    node: Node, policy: Policy, upto: int | None = None, reached: Reached = unheard
) -> Night:
    """Close the epochs that are over (the last one being `upto`), and write missing files.

    policy: of the first epoch of a chain; later ones pay by what was announced, or go on as before.
    reached: told each step as it is done; tests stop there. Raises UsageError when `upto` is not
    over yet, IntegrityError for a chain that is broken (rewards/intact.py).
    """
    watch = Watch(reached)
    with my_turn(node) as mine:
        if not mine:
            return Night(busy=True)
        refuse_broken(node)
        watch.begin()
        last = newest(node)
        if last is not None:
            forget_deleted(node, last.epoch)
        written = sum(len(publish(node, epoch, watch)) for epoch in committed(node))
        closed = []
        for epoch in due(node, upto):
            closed.append(close_epoch(node, epoch, policy, watch))
            written += len(publish(node, _last(node), watch))
        return Night(tuple(closed), written)


def due(node: Node, upto: int | None = None) -> Iterator[int]:
    """The epochs to close, in order: from the one after the last closed, or the first decision's.

    In an empty chain `upto` alone is due when given: the operator says where it begins.
    """
    over = last_closed(node.clock.now_ms())
    if upto is not None and upto > over:
        raise UsageError(f"epoch {upto} is not over: the last that is, is {over}")
    last = newest(node)
    if last is not None:
        return iter(range(last.epoch + 1, (over if upto is None else upto) + 1))
    with node.catalog.reading() as connection:
        first = first_epoch(connection) if upto is None else upto
    return iter(() if first is None else range(first, (over if upto is None else upto) + 1))


def close_epoch(node: Node, epoch: int, policy: Policy, watch: Watch | None = None) -> Closed:
    """Close one epoch on top of the chain as it stands, up to its commit."""
    watch = watch or Watch()
    draft = draft_epoch(node, epoch, policy, watch)
    store_books(node.blobs, draft.books, draft.derived, draft.named)
    inputs = digest_of_bytes(draft.derived.inputs)
    store_openings(node.blobs, inputs, openings_of(draft.frozen.drives, draft.frozen.drive_of_row))
    store_weighed_by(node.blobs, inputs, draft.books.rows, draft.days, draft.worth)
    watch.step(epoch, "stored", cells_covered=len(draft.books.coverage))
    commit(node, draft.books, draft.frozen, draft.file)
    forget_deleted(node, epoch)
    watch.step(epoch, "committed", transactions=len(draft.books.transactions))
    return _told(draft.books)


def draft_epoch(node: Node, epoch: int, policy: Policy, watch: Watch) -> Draft:
    """The next epoch on top of the chain as it stands; nothing is written."""
    last = newest(node)
    before = standing_of(node.blobs, None if last is None else last.manifest)
    policy = policy_of_epoch(before, _policy_before(node, last), policy, epoch)
    frozen = freeze(node, epoch, policy, before)
    give_back()
    events = len(frozen.events)
    watch.step(epoch, "frozen", drives=len(frozen.drives), passes=len(frozen.rows), events=events)
    earlier = partial(refill_at, node)
    days = refill_days(frozen.rows, before, epoch, policy, frozen.inputs.released, earlier)
    cells = worth(frozen.rows, days, before, epoch, policy)
    rows = weighed(frozen.rows, cells, epoch, policy)
    watch.step(epoch, "weighed", paid_passes=int((rows["weight"].to_numpy() > 0).sum()))
    earned = raw_weights(rows, frozen.drive_of_row, frozen.devices, policy)
    watch.step(epoch, "accounted", accounts=len({device.account for device in frozen.devices}))
    decided = frozen.decided
    paying = paying_of(node, frozen, policy, rows, before)
    books = close_books(frozen.inputs, policy, rows, earned, before, frozen.events, decided, paying)
    derived = derived_of(books)
    give_back()
    file = sign_epoch(make_manifest(books, derived, node.key.public), node.key)
    paid = sum(amount > 0 for amount in books.allocation.amounts.values())
    watch.step(epoch, "booked", paid_accounts=paid, balances=len(books.balances))
    return Draft(books, derived, frozen, days, cells, file)


def refuse_other_policy(node: Node, policy: Policy) -> None:
    """Raises UsageError when the chain pays by another policy already: that one is announced."""
    current = _policy_before(node, newest(node))
    if current is not None and current.digest != policy.digest:
        raise UsageError(
            f"the chain pays by {current.name} ({current.digest[:16]}..): announce another with "
            "`roadcomb policy announce`, and it takes effect after seven epochs"
        )


def _policy_before(node: Node, last: Committed | None) -> Policy | None:
    if last is None:
        return None
    return parse_policy(file_of(node.blobs, last.manifest, "policy.toml"))


def _told(books: Books) -> Closed:
    inputs, paid = books.inputs, books.allocation.paid
    passes, accounts = len(books.rows), len(books.weights)
    return Closed(inputs.epoch, inputs.drives, passes, accounts, paid, books.pools.unallocated)


def _last(node: Node) -> Committed:
    last = newest(node)
    if last is None:
        raise Conflict("the epoch that was just closed is not there: run nightly again")
    return last
