"""What a contributor reads of demand: who was paid because a customer opened their cells, and how.

The law: the rows of an entry and what their deleted drives earned before they were `forgotten` add
up to the account's amount in the signed demand.json (rewards/demand/reading.py checks it). Of
customers nothing is told but that one opened a cell.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from rewards.chain import Committed, committed
from rewards.demand.document import payees_in, settled_in
from rewards.demand.lots import Settled, by_cell, row_amount
from rewards.openings import opened_cells
from rewards.shelf import file_of
from rewards.tokens import in_tokens
from roadcomb.canonical import Json
from roadcomb.cells import format_cell
from roadcomb.epochs import date_of
from roadcomb.node import Node

__all__ = ["demand_told"]


def demand_told(
    node: Node, account: str, known: Mapping[str, Any], limit: int
) -> list[dict[str, Json]]:
    """The nights of the newest `limit` that paid an account for opened cells, oldest first.

    known: by drive id, rows with public_id and epoch.
    """
    epochs = {each.epoch: each for each in committed(node)}
    nights = [epochs[epoch] for epoch in sorted(epochs)[-limit:]]
    told = (_night(node, account, known, epochs, night) for night in nights)
    return [night for night in told if night is not None]


def _night(
    node: Node,
    account: str,
    known: Mapping[str, Any],
    epochs: Mapping[int, Committed],
    night: Committed,
) -> dict[str, Json] | None:
    data = file_of(node.blobs, night.manifest, "demand.json")
    if account.encode() not in data:  # most nights: not worth reading
        return None
    amount = payees_in(data).get(account, 0)
    if not amount:
        return None
    lots = settled_in(data)
    first = min((each.lot.first for each in lots), default=night.epoch)
    window = range(first, night.epoch + 1)
    rows = [
        row
        for epoch in sorted({drive.epoch for drive in known.values()} & epochs.keys() & {*window})
        for row in _rows(node, known, epochs[epoch], by_cell(lots))
    ]
    paid = sum(int(str(row["amount"])) for row in rows)
    return {
        "epoch": night.epoch,
        "day": date_of(night.epoch).isoformat(),
        "amount": str(amount),
        "forgotten": str(amount - paid),
        "words": _words(amount, len({row["cell"] for row in rows})),
        "rows": rows,
    }


def _rows(
    node: Node,
    known: Mapping[str, Any],
    driven: Committed,
    places: Mapping[int, Sequence[Settled]],
) -> list[dict[str, Json]]:
    """An account's passes of one epoch through the cells of a night."""
    found = opened_cells(node.blobs, driven.manifest, places)
    own = found.filter(pc.is_in(found["drive_id"], value_set=pa.array(sorted(known), pa.string())))
    return [
        {
            "cell": format_cell(row["cell"]),
            "drive": known[row["drive_id"]].public_id,
            "epoch": driven.epoch,
            "row": row["row"],
            "weight": row["weight"],
            "amount": str(amount),
        }
        for row in own.to_pylist()
        if (amount := row_amount(places, driven.epoch, row["cell"], row["weight"]))
    ]


def _words(amount: int, cells: int) -> str:
    """Of a night, for its driver."""
    which = "one of your cells" if cells == 1 else f"{cells} of your cells"
    return f"{in_tokens(amount)} tokens because customers opened {which}"
