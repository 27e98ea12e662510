"""Whom a night of demand pays: what the node knows beside the published rows.

The law: the published rows say what each pass of a cell earns, the openings (rewards/openings.py)
whose it is. A deleted drive's are forgotten, so what they would earn nobody gets. When fewer
accounts would be paid than the policy asks for, nobody is, tonight.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sa

from rewards.books import Standing
from rewards.chain import committed_epoch
from rewards.demand.allotting import allot
from rewards.demand.lots import PASSED, EarlierRows, Settled, by_cell, passed, row_amount
from rewards.demand.paying import NOBODY, Paying, share
from rewards.freeze import Frozen
from rewards.openings import opened_cells
from rewards.policy import Policy
from rewards.shelf import file_of
from roadcomb.catalog.tables import drives
from roadcomb.errors import NotFound
from roadcomb.keys import account_of
from roadcomb.node import Node

__all__ = ["earlier_rows", "passed_in_file", "paying_of"]

_ASKED = 500
"""Drives in one question to the catalog."""


def paying_of(
    node: Node, frozen: Frozen, policy: Policy, rows: pa.Table, before: Standing
) -> Paying:
    """Base units by account; rows: BOOK_ROWS of the epoch, in the order of its frozen rows."""
    epoch, rule = frozen.inputs.epoch, policy.demand
    allotted = allot(policy, epoch, frozen.events, before.demand, before.minted)
    if rule is None or not (allotted.cells or allotted.due):
        return NOBODY
    earlier = earlier_rows(node)
    lots = share(rule, epoch, allotted, rows, earlier).all
    places, payees = by_cell(lots), dict[str, int]()
    first = min((each.lot.first for each in lots), default=epoch)
    for account, amount in (
        *_of_tonight(frozen, rows, places),
        *_of_earlier(node, range(first, epoch), places),
    ):
        payees[account] = payees.get(account, 0) + amount
    some = {account: payees[account] for account in sorted(payees) if payees[account]}
    return Paying(some if len(some) >= rule.fewest_accounts else {}, earlier)


def earlier_rows(node: Node) -> EarlierRows:
    """PASSED of the node's own epochs."""

    def found(epoch: int, cells: Collection[int]) -> pa.Table:
        try:
            manifest = committed_epoch(node, epoch).manifest
        except NotFound:
            return PASSED.empty_table()
        return passed_in_file(file_of(node.blobs, manifest, "rows.parquet"), cells)

    return found


def passed_in_file(data: bytes, cells: Collection[int]) -> pa.Table:
    """PASSED of a rows.parquet, of which only two columns are read."""
    return passed(pq.read_table(pa.BufferReader(data), columns=PASSED.names), cells)


def _of_tonight(
    frozen: Frozen, rows: pa.Table, places: Mapping[int, Sequence[Settled]]
) -> Iterable[tuple[str, int]]:
    drive = pa.array(frozen.drive_of_row)
    inside = passed(rows.append_column("drive", drive), places, ("drive",))
    accounts = [drive.owner.account for drive in frozen.drives]
    for row in inside.to_pylist():
        amount = row_amount(places, frozen.inputs.epoch, row["cell"], row["weight"])
        yield accounts[row["drive"]], amount


def _of_earlier(
    node: Node, epochs: Iterable[int], places: Mapping[int, Sequence[Settled]]
) -> Iterable[tuple[str, int]]:
    for epoch in epochs:
        try:
            manifest = committed_epoch(node, epoch).manifest
        except NotFound:
            continue
        rows = opened_cells(node.blobs, manifest, places)
        accounts = _accounts(node, pc.unique(rows["drive_id"]).to_pylist())
        for row in rows.to_pylist():
            amount = row_amount(places, epoch, row["cell"], row["weight"])
            yield accounts[row["drive_id"]], amount


def _accounts(node: Node, drive_ids: list[str]) -> dict[str, str]:
    accounts: dict[str, str] = {}
    with node.catalog.reading() as connection:
        for start in range(0, len(drive_ids), _ASKED):
            some = drives.c.drive_id.in_(drive_ids[start : start + _ASKED])
            query = sa.select(drives.c.drive_id, drives.c.contributor).where(some)
            for drive_id, contributor in connection.execute(query):
                accounts[drive_id] = account_of(contributor)
    return accounts
