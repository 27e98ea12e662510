"""demand.json: a night of demand, and how it stands after it; pure.

::

    {"v", "epoch", "price": 10**-8 USD a token or null, "note": why it waits or null,
     "burnt": came in, "spent": of it, for cells opened, "refused": openings without a credit,
     "cells": {cell: {"amount", "weight": of all passes that share it, "first", "last": of their
               epochs}},
     "bursts": [{"cell", "cells": of the area, "first", "last", "amount", "weight"}],
     "returned": bursts that nobody mapped,
     "accounts": {account: amount},
     "state": {"quotes": {source: {"price", "at_ms"}}, "credits": {customer: {"credits", "burnt"}},
               "burns": {customer: amount}, "waiting": [[week, cell, customer]], "counted": [..],
               "cells": {cell: amount that waits for company}, "week", "paid", "smoothed",
               "bursts": [[first, cell, customer, credits, burnt]], "asked": [[cell, customer]]}}

Amounts are base units, as decimal text; accounts and customers are pseudonyms.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from rewards.demand.allotting import Demand
from rewards.demand.bursts import Asked, Burst
from rewards.demand.credit import Credit
from rewards.demand.lots import Lot, Settled
from rewards.demand.market import Market, Opening
from rewards.demand.paying import DemandNight
from rewards.demand.price import Quote
from roadcomb.canonical import Json, canonical_json, parse_json
from roadcomb.cells import format_cell, parse_cell
from roadcomb.errors import IntegrityError, InvalidInput

__all__ = ["demand_document", "demand_in", "payees_in", "price_in", "settled_in"]

Content = TypeVar("Content")

_VERSION = 1


def demand_document(night: DemandNight, epoch: int) -> bytes:
    """demand.json of an epoch."""
    cells: dict[str, Json] = {format_cell(each.lot.cells[0]): _told(each) for each in night.cells}
    bursts: list[Json] = [
        {
            "cell": format_cell(burst.cell),
            "cells": [format_cell(cell) for cell in each.lot.cells],
            **_told(each),
        }
        for burst, each in night.bursts
    ]
    return canonical_json(
        {
            "v": _VERSION,
            "epoch": epoch,
            "price": None if night.price is None else str(night.price),
            "note": night.note,
            "burnt": str(night.burnt),
            "spent": str(night.spent),
            "refused": night.refused,
            "cells": cells,
            "bursts": bursts,
            "returned": len(night.returned),
            "accounts": _texts(night.payees),
            "state": _state(night.after),
        }
    )


def demand_in(data: bytes) -> Demand:
    """How demand stands, out of demand.json. Raises IntegrityError for anything else."""
    return _read(data, lambda document: _demand(document["state"]))


def payees_in(data: bytes) -> dict[str, int]:
    """Base units by account, out of demand.json. Raises IntegrityError for anything else."""
    return _read(data, lambda document: _amounts(document["accounts"]))


def price_in(data: bytes) -> int | None:
    """The night's price, 10**-8 USD a token. Raises IntegrityError for anything else."""
    return _read(data, lambda found: None if found["price"] is None else _amount(found["price"]))


def settled_in(data: bytes) -> list[Settled]:
    """The cells and bursts that are paid for. Raises IntegrityError for anything else."""
    return _read(
        data,
        lambda document: [
            *(_lot((cell,), each) for cell, each in document["cells"].items()),
            *(_lot(each["cells"], each) for each in document["bursts"]),
        ],
    )


def _told(found: Settled) -> dict[str, Json]:
    return {
        "amount": str(found.lot.amount),
        "weight": str(found.weight),
        "first": found.lot.first,
        "last": found.lot.last,
    }


def _lot(cells: Iterable[str], each: Any) -> Settled:
    area = tuple(parse_cell(cell) for cell in cells)
    lot = Lot(_amount(each["amount"]), area, int(each["first"]), int(each["last"]))
    return Settled(lot, _amount(each["weight"]), 0)


def _state(demand: Demand) -> Json:
    market = demand.market
    return {
        "quotes": {
            source: {"price": str(quote.price), "at_ms": quote.at_ms}
            for source, quote in market.quotes.items()
        },
        "credits": {
            customer: {"credits": str(credit.credits), "burnt": str(credit.burnt)}
            for customer, credit in market.credits.items()
        },
        "burns": _texts(market.burns),
        "waiting": _listed(market.waiting),
        "counted": _listed(market.counted),
        "cells": {format_cell(cell): str(amount) for cell, amount in demand.cells.items()},
        "week": demand.week,
        "paid": str(demand.paid),
        "smoothed": str(demand.smoothed),
        "bursts": [
            [one.first, format_cell(one.cell), one.customer, one.credits, str(one.burnt)]
            for one in market.bursts
        ],
        "asked": [[format_cell(one.cell), one.customer] for one in market.asked],
    }


def _demand(state: Any) -> Demand:
    market = Market(
        {
            source: Quote(source, _amount(said["price"]), said["at_ms"])
            for source, said in state["quotes"].items()
        },
        {
            customer: Credit(_amount(has["credits"]), _amount(has["burnt"]))
            for customer, has in state["credits"].items()
        },
        _amounts(state["burns"]),
        _openings(state["waiting"]),
        _openings(state["counted"]),
        tuple(
            Burst(first, parse_cell(cell), customer, credits_, _amount(burnt))
            for first, cell, customer, credits_, burnt in state["bursts"]
        ),
        tuple(Asked(parse_cell(cell), customer) for cell, customer in state["asked"]),
    )
    cells = {parse_cell(cell): _amount(amount) for cell, amount in state["cells"].items()}
    paid, smoothed = _amount(state["paid"]), _amount(state["smoothed"])
    return Demand(market, dict(sorted(cells.items())), state["week"], paid, smoothed)


def _listed(openings: Iterable[Opening]) -> list[Json]:
    return [[one.week, format_cell(one.cell), one.customer] for one in openings]


def _openings(listed: Any) -> tuple[Opening, ...]:
    return tuple(Opening(week, parse_cell(cell), customer) for week, cell, customer in listed)


def _texts(amounts: Mapping[str, int]) -> dict[str, Json]:
    return {name: str(amount) for name, amount in amounts.items()}


def _amounts(found: Any) -> dict[str, int]:
    return {name: _amount(amount) for name, amount in found.items()}


def _amount(text: Any) -> int:
    if not isinstance(text, str) or not (text.isascii() and text.isdecimal()):
        raise ValueError(f"{text!r} is no integer text")
    return int(text)


def _read(data: bytes, read: Callable[[Any], Content]) -> Content:
    try:
        return read(parse_json(data))
    except (InvalidInput, AttributeError, KeyError, TypeError, ValueError) as error:
        raise IntegrityError(f"demand.json holds no demand that can be read: {error!r}") from error
