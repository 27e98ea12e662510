"""Who is paid for a cell that was opened: its contributors, as the published rows show them; pure.

The laws: the contributors of a cell are its paid passes of the last `window_days` epochs, each in
proportion to its weight, rows of published files that name nobody; what each row earns follows from
them alone. By account one sum is published; together they are never more than the rows earn, and
what nobody is there to take (a deleted drive, dust, a cell without such a pass) is burnt. A night
that would pay fewer accounts than the policy asks for waits: otherwise whoever opens one cell would
read in the sums who drove there. Splitting a drive over accounts earns nothing more, as of weights.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from rewards import ledger
from rewards.demand.allotting import NOTHING, Allotted, Demand
from rewards.demand.rule import DemandRule
from rewards.fleets import Fleets, parts_of, split
from rewards.inputs import Inputs
from rewards.ledger import Transaction
from roadcomb.errors import IntegrityError

__all__ = [
    "NOBODY",
    "PASSED",
    "DemandNight",
    "EarlierRows",
    "Paying",
    "Settled",
    "passed",
    "pay",
    "row_amount",
    "settled_cells",
]

PASSED = pa.schema([pa.field("cell", pa.uint64()), pa.field("weight", pa.uint64())])
"""What is asked of published rows."""

EarlierRows = Callable[[int, Collection[int]], pa.Table]
"""PASSED of the passes of an earlier epoch in some cells; none where there is no such epoch."""


@dataclass(frozen=True, slots=True)
class Settled:
    """amount: of a cell; weight: of all passes that share it."""

    amount: int
    weight: int


@dataclass(frozen=True, slots=True)
class DemandNight:
    """A night of demand. cells: those that are paid for; payees: base units by account."""

    price: int | None = None
    burnt: int = 0
    spent: int = 0
    refused: int = 0
    cells: Mapping[int, Settled] = field(default_factory=dict)
    payees: Mapping[str, int] = field(default_factory=dict)
    after: Demand = NOTHING
    note: str | None = None


def _no_rows(epoch: int, cells: Collection[int]) -> pa.Table:
    """Before the first epoch."""
    return PASSED.empty_table()


@dataclass(frozen=True, slots=True)
class Paying:
    """payees: base units by account, as the node that knows the accounts says; earlier: passes."""

    payees: Mapping[str, int] = field(default_factory=dict)
    earlier: EarlierRows = _no_rows


NOBODY = Paying()
"""Where no customer opened anything."""


def passed(rows: pa.Table, cells: Collection[int], more: tuple[str, ...] = ()) -> pa.Table:
    """PASSED and `more` columns: the paid ones of some rows (BOOK_ROWS) that lie in some cells."""
    wanted = pa.array(sorted(cells), pa.uint64())
    inside = rows.select([*PASSED.names, *more]).filter(pc.is_in(rows["cell"], value_set=wanted))
    return inside.filter(pc.greater(inside["weight"], 0))


def row_amount(settled: Settled, weight: int) -> int:
    """What a pass of this weight earns of a cell, base units, floored."""
    return settled.amount * weight // settled.weight


def pay(
    rule: DemandRule | None,
    inputs: Inputs,
    allotted: Allotted,
    rows: pa.Table,
    paying: Paying,
    fleets: Fleets,
) -> tuple[list[Transaction], DemandNight]:
    """A night's transactions, and what is told of it; rows: BOOK_ROWS of the epoch.

    Raises IntegrityError for payees who get more than the rows earn, or who are too few.
    """
    shared = _shared(rule, inputs.epoch, allotted, rows, paying.earlier)
    _refuse_unearned(rule, shared, paying.payees)
    waiting = {} if paying.payees else {cell: each.settled.amount for cell, each in shared.items()}
    if allotted.spent.price is None:
        waiting = dict(allotted.cells)
    closed = sum(allotted.cells.values()) + allotted.dust - sum(waiting.values())
    transactions = [
        _bought(inputs.epoch, allotted),
        _opened(inputs.epoch, allotted),
        _paid(inputs, closed, paying.payees, fleets),
    ]
    night = DemandNight(
        price=allotted.spent.price,
        burnt=allotted.spent.burnt,
        spent=sum(allotted.spent.spent.values()),
        refused=len(allotted.spent.refused),
        cells={cell: each.settled for cell, each in shared.items() if cell not in waiting},
        payees=paying.payees,
        after=Demand(
            allotted.spent.market, waiting, allotted.week, allotted.paid, allotted.smoothed
        ),
        note=_note(rule, allotted),
    )
    return [each for each in transactions if each.entries], night


def settled_cells(
    rule: DemandRule | None,
    epoch: int,
    allotted: Allotted,
    rows: pa.Table,
    earlier: EarlierRows,
) -> dict[int, Settled]:
    """The cells that somebody passed: what each has to give, and the weights that share it."""
    shared = _shared(rule, epoch, allotted, rows, earlier)
    return {cell: each.settled for cell, each in shared.items()}


@dataclass(frozen=True, slots=True)
class _Shared:
    settled: Settled
    weights: list[int]

    @property
    def earned(self) -> int:
        return sum(row_amount(self.settled, weight) for weight in self.weights)


def _shared(
    rule: DemandRule | None,
    epoch: int,
    allotted: Allotted,
    rows: pa.Table,
    earlier: EarlierRows,
) -> dict[int, _Shared]:
    """By cell, rising; rows: BOOK_ROWS of the epoch itself."""
    cells = allotted.cells
    if rule is None or allotted.spent.price is None or not cells:
        return {}
    days = range(max(0, epoch - rule.window_days + 1), epoch)
    weights: dict[int, list[int]] = {}
    for table in (*(earlier(day, cells) for day in days), passed(rows, cells)):
        for row in table.to_pylist():
            weights.setdefault(row["cell"], []).append(row["weight"])
    return {
        cell: _Shared(Settled(cells[cell], sum(weights[cell])), weights[cell])
        for cell in sorted(weights)
    }


def _refuse_unearned(
    rule: DemandRule | None, shared: Mapping[int, _Shared], payees: Mapping[str, int]
) -> None:
    earned, paid = sum(each.earned for each in shared.values()), sum(payees.values())
    if paid > earned or any(amount <= 0 for amount in payees.values()):
        raise IntegrityError(f"demand.json: accounts get {paid} of the {earned} that rows earn")
    if rule is not None and payees and len(payees) < rule.fewest_accounts:
        raise IntegrityError(f"demand.json: {len(payees)} accounts are too few to be paid")


def _bought(epoch: int, allotted: Allotted) -> Transaction:
    """Tokens that customers burnt: outside they are gone, the vault counts what they are worth."""
    burnt = allotted.spent.burnt
    return ledger.moved(f"{epoch}/bought", [(ledger.CUSTOMERS, -burnt), (ledger.VAULT, burnt)])


def _opened(epoch: int, allotted: Allotted) -> Transaction:
    """Out of the vault: into the pot, unless a pool fills that, and the rest stays burnt."""
    spent = sum(allotted.spent.spent.values())
    again = allotted.pot - allotted.demanded
    entries = [(ledger.VAULT, -spent), (ledger.POT, again), (ledger.BURNED, spent - again)]
    return ledger.moved(f"{epoch}/opened", entries)


def _paid(inputs: Inputs, amount: int, payees: Mapping[str, int], fleets: Fleets) -> Transaction:
    """Out of the pot: to the contributors and their managers; what nobody is there to take stays
    burnt."""
    shared = split(payees, parts_of(payees, fleets))
    arriving = [(ledger.purse(who, inputs.bindings), each) for who, each in shared.items()]
    rest = (ledger.BURNED, amount - sum(payees.values()))
    return ledger.moved(f"{inputs.epoch}/demand", [(ledger.POT, -amount), *arriving, rest])


def _note(rule: DemandRule | None, allotted: Allotted) -> str | None:
    """What the manifest says of a night on which demand waited."""
    if rule is None or not rule.open or allotted.spent.price is not None:
        return None
    return "demand waits: too few sources have signed a price that is fresh and near the others"
