"""Who is paid for a cell that was opened: its contributors, as the published rows show them; pure.

The laws: the contributors of a cell are its paid passes of the last `window_days` epochs, each in
proportion to its weight, rows of published files that name nobody; what each row earns follows from
them alone. By account one sum is published; together they are never more than the rows earn, and
what nobody is there to take (a deleted drive, dust, a cell without such a pass) is burnt. A night
that would pay fewer accounts than the policy asks for waits: otherwise whoever opens one cell would
read in the sums who drove there. Splitting a drive over accounts earns nothing more, as of weights.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from rewards import ledger
from rewards.demand.allotting import NOTHING, Allotted, Demand, Due
from rewards.demand.bursts import Burst, given_back
from rewards.demand.lots import PASSED, EarlierRows, Lot, Settled, settled
from rewards.demand.rule import DemandRule
from rewards.fleets import Fleets, parts_of, split
from rewards.inputs import Inputs
from rewards.ledger import Transaction
from roadcomb.errors import IntegrityError

__all__ = ["NOBODY", "DemandNight", "Paying", "Shared", "pay", "share"]


@dataclass(frozen=True, slots=True)
class DemandNight:
    """A night of demand. cells, bursts: those that are paid for; returned: bursts that nobody
    mapped; payees: base units by account."""

    price: int | None = None
    burnt: int = 0
    spent: int = 0
    refused: int = 0
    cells: Sequence[Settled] = ()
    bursts: Sequence[tuple[Burst, Settled]] = ()
    returned: Sequence[Burst] = ()
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


@dataclass(frozen=True, slots=True)
class Shared:
    """What somebody passed: opened cells, bursts that end; and the bursts that nobody passed."""

    cells: tuple[Settled, ...] = ()
    bursts: tuple[tuple[Due, Settled], ...] = ()
    unmapped: tuple[Burst, ...] = ()

    @property
    def all(self) -> list[Settled]:
        """Every lot that has something to give."""
        return [*self.cells, *(found for _, found in self.bursts)]


def share(
    rule: DemandRule | None,
    epoch: int,
    allotted: Allotted,
    rows: pa.Table,
    earlier: EarlierRows,
) -> Shared:
    """Who passed what is paid for; nothing while demand waits. rows: BOOK_ROWS of the epoch."""
    if rule is None or allotted.spent.price is None:
        return Shared()
    first, due = max(0, epoch - rule.window_days + 1), allotted.due
    opened = [Lot(amount, (cell,), first, epoch) for cell, amount in allotted.cells.items()]
    found = settled([*opened, *(each.lot for each in due)], epoch, rows, earlier)
    ended = list(zip(due, found[len(opened) :], strict=True))
    return Shared(
        tuple(each for each in found[: len(opened)] if each is not None),
        tuple((each, mapped) for each, mapped in ended if mapped is not None),
        tuple(each.burst for each, mapped in ended if mapped is None),
    )


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
    epoch, payees = inputs.epoch, paying.payees
    shared = share(rule, epoch, allotted, rows, paying.earlier)
    _refuse_unearned(rule, shared, payees)
    paid = shared if payees else replace(shared, cells=(), bursts=())
    waiting = _waiting(allotted, shared, paid)
    bursts = sum(found.lot.amount for _, found in paid.bursts)
    closed = sum(allotted.cells.values()) + allotted.dust - sum(waiting.values()) + bursts
    transactions = [
        _bought(epoch, allotted),
        _opened(epoch, allotted),
        _burst(epoch, [due.burst for due, _ in paid.bursts], bursts),
        _paid(inputs, closed, payees, fleets),
    ]
    night = DemandNight(
        price=allotted.spent.price,
        burnt=allotted.spent.burnt,
        spent=sum(allotted.spent.spent.values()),
        refused=len(allotted.spent.refused),
        cells=paid.cells,
        bursts=tuple((due.burst, found) for due, found in paid.bursts),
        returned=shared.unmapped,
        payees=payees,
        after=_after(allotted, waiting, paid, bursts),
        note=_note(rule, allotted),
    )
    return [each for each in transactions if each.entries], night


def _waiting(allotted: Allotted, shared: Shared, paid: Shared) -> dict[int, int]:
    """What the next night adds to: cells that wait for a price or for company."""
    if allotted.spent.price is None:
        return dict(allotted.cells)
    if paid.cells:
        return {}
    return {each.lot.cells[0]: each.lot.amount for each in shared.cells}


def _after(allotted: Allotted, waiting: Mapping[int, int], paid: Shared, bursts: int) -> Demand:
    """Bursts that are paid or given back run no more."""
    market = allotted.spent.market
    gone = {*(due.burst for due, _ in paid.bursts), *paid.unmapped}
    market = replace(
        market,
        credits=given_back(market.credits, paid.unmapped),
        bursts=tuple(burst for burst in market.bursts if burst not in gone),
    )
    return Demand(market, waiting, allotted.week, allotted.paid + bursts, allotted.smoothed)


def _refuse_unearned(rule: DemandRule | None, shared: Shared, payees: Mapping[str, int]) -> None:
    earned, paid = sum(each.earned for each in shared.all), sum(payees.values())
    if paid > earned or any(amount <= 0 for amount in payees.values()):
        raise IntegrityError(f"demand.json: accounts get {paid} of the {earned} that rows earn")
    if rule is not None and payees and len(payees) < rule.fewest_accounts:
        raise IntegrityError(f"demand.json: {len(payees)} accounts are too few to be paid")


def _burst(epoch: int, bursts: Sequence[Burst], amount: int) -> Transaction:
    """Of what was burnt for bursts that somebody mapped: into the pot, and the rest stays burnt."""
    burnt = sum(burst.burnt for burst in bursts)
    entries = [(ledger.VAULT, -burnt), (ledger.POT, amount), (ledger.BURNED, burnt - amount)]
    return ledger.moved(f"{epoch}/bursts", entries)


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
