"""Does the ledger in the catalog say what the signed books say? Every entry, every night.

The law: the entries of each epoch are those of its ledger.json, each transaction sums to zero, no
balance but `emission` is below zero, no claim ever falls, and the balances after each epoch are
those that its manifest commits to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from rewards import ledger
from rewards.chain import Committed, committed
from rewards.differences import refuse_unlike
from rewards.documents import balances_of, transactions_of
from rewards.shelf import file_of
from roadcomb.catalog import tables
from roadcomb.node import Node

__all__ = ["Verified", "verify_ledger"]


@dataclass(frozen=True, slots=True)
class Verified:
    """An epoch whose ledger holds. entries: in the catalog; balances: base units after it."""

    epoch: int
    entries: int
    balances: Mapping[str, int]


def verify_ledger(node: Node) -> Iterator[Verified]:
    """Each epoch as it is found right, oldest first.

    Raises Difference at an entry or a balance that is not the signed one, IntegrityError for a
    transaction that breaks the ledger's law.
    """
    balances: Mapping[str, int] = {}
    for epoch in committed(node):
        transactions = _entries(node, epoch.epoch)
        _refuse_other(node, epoch, transactions)
        balances = ledger.post(balances, transactions)
        promised = balances_of(file_of(node.blobs, epoch.manifest, "ledger.json"))
        name = f"{epoch.epoch}/ledger.json"
        refuse_unlike(name, {"balances": promised}, {"balances": dict(balances)})
        yield Verified(epoch.epoch, sum(len(each.entries) for each in transactions), balances)


def _refuse_other(node: Node, epoch: Committed, found: list[ledger.Transaction]) -> None:
    promised = transactions_of(file_of(node.blobs, epoch.manifest, "ledger.json"))
    in_catalog = {each.name: dict(each.entries) for each in found}
    refuse_unlike(f"the catalog's ledger of epoch {epoch.epoch}", promised, in_catalog)


def _entries(node: Node, epoch: int) -> list[ledger.Transaction]:
    """The epoch's transactions in the order they were entered."""
    table = tables.ledger
    query = sa.select(table).where(table.c.epoch == epoch).order_by(table.c.id)
    found: dict[str, dict[str, int]] = {}
    with node.catalog.reading() as connection:
        for row in connection.execute(query):
            entries = found.setdefault(row.transaction, {})
            entries[row.account] = entries.get(row.account, 0) + row.amount
    return [ledger.Transaction(name, entries) for name, entries in found.items()]
