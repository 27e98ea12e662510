"""The books of one epoch: pure functions of its frozen inputs and of the books before.

The law: `nightly` and `audit` run these same functions in this same order: coverage, weights,
accounts, allocation, ledger. They read no clock, no database and no random number.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rewards import ledger
from rewards.allocation import Allocation, allocate
from rewards.demand.allotting import NOTHING, Demand, allot
from rewards.demand.paying import NOBODY, DemandNight, Paying, pay
from rewards.demand.wanted import boosted
from rewards.earned import Device, Earned, earned_of
from rewards.events import Event
from rewards.factors import Counted, counted, weights_of_accounts
from rewards.fleets import Fleets, Parts, agreed, parts_of, split
from rewards.gate import fill
from rewards.inputs import Inputs
from rewards.notice import Announced, refuse_misdated, refuse_unannounced
from rewards.policy import COVERAGE, Policy
from rewards.pools import Pools, open_pools, passed_on
from rewards.refill import NEVER_PAID, Refill
from rewards.rows import BOOK_ROWS
from rewards.staking import Night, Stakes, settle
from rewards.vested import Locked, lock, release
from rewards.week import NO_WEEK, Week, turned
from rewards.weights import shards_of_rows, weigh
from rewards.worth import paid_rows, worth_of_cells
from tiles.fold import empty, fold, merge
from tiles.groups import group_by

__all__ = [
    "Books",
    "Earlier",
    "Standing",
    "close_books",
    "first_standing",
    "raw_weights",
    "refill_days",
    "weighed",
    "worth",
]


Earlier = Callable[[int], Refill]
"""The record of paid cells at the start of an earlier epoch."""


def _nothing_paid(epoch: int) -> Refill:
    """Before the first epoch."""
    return NEVER_PAID


@dataclass(frozen=True, slots=True)
class Standing:
    """How the books stood after an epoch; manifest, policy: digests of its own.

    announced: policies of epochs to come; log_size, decisions, events, publications: what of each
    is accounted for; all as its inputs showed them.
    """

    epoch: int | None
    manifest: str | None
    coverage: pa.Table
    refill: Refill
    balances: Mapping[str, int]
    locked: Locked
    policy: str | None = None
    announced: Sequence[Announced] = ()
    log_size: int = 0
    decisions: int = 0
    events: int = 0
    stakes: Stakes = field(default_factory=Stakes)
    week: Week = NO_WEEK
    fleets: Fleets = field(default_factory=dict)
    demand: Demand = NOTHING
    publications: int = 0

    @property
    def minted(self) -> int:
        """Base units that epochs have made available so far."""
        return -self.balances.get(ledger.EMISSION, 0)


def first_standing() -> Standing:
    """Before the first epoch. (A function: the first Arrow table of a process loads pandas.)"""
    return Standing(None, None, empty(), NEVER_PAID, {}, {})


@dataclass(frozen=True, slots=True)
class Books:
    """All there is to an epoch. rows: BOOK_ROWS. earned, counted: weights before, after factors.

    weights: by account. parts: of managers. The last six: after it.
    """

    inputs: Inputs
    policy: Policy
    events: Sequence[Event]
    rows: pa.Table
    earned: Earned
    counted: Counted
    weights: Mapping[str, int]
    pools: Pools
    allocation: Allocation
    parts: Parts
    transactions: Sequence[ledger.Transaction]
    coverage: pa.Table
    refill: Refill
    balances: Mapping[str, int]
    locked: Locked
    stakes: Stakes
    fleets: Fleets
    demand: DemandNight

    def standing(self, manifest: str) -> Standing:
        """Where the next epoch starts from."""
        return Standing(
            self.inputs.epoch,
            manifest,
            self.coverage,
            self.refill,
            self.balances,
            self.locked,
            self.policy.digest,
            self.inputs.announced,
            self.inputs.log_size,
            self.inputs.decisions,
            self.inputs.events,
            self.stakes,
            self.counted.week,
            self.fleets,
            self.demand.after,
            self.inputs.publications,
        )


def refill_days(
    rows: pa.Table,
    before: Standing,
    epoch: int,
    policy: Policy,
    released: Mapping[int, Sequence[int]] = MappingProxyType({}),
    earlier: Earlier = _nothing_paid,
) -> NDArray[np.uint16]:
    """Days of reward of each row's cell at the start of the epoch, shape (n,); of a released row,
    at the start of the epoch that first judged its drive, of which `earlier` gives the record.
    """
    cells = rows["cell"].to_numpy()
    days = before.refill.days(cells, epoch, policy.refill.days)
    for judged, late in released.items():
        days[list(late)] = earlier(judged).days(cells[list(late)], judged, policy.refill.days)
    return days


def worth(
    rows: pa.Table, days: NDArray[np.uint16], before: Standing, epoch: int, policy: Policy
) -> NDArray[np.int64]:
    """What each row's cell is worth, shape (n,); days: its refill, shape (n,)."""
    products = products_of_regions(before, epoch, policy)
    found = worth_of_cells(rows, days, paid_rows(rows, epoch, policy), policy, products)
    market = before.demand.market
    return boosted(found, rows["cell"].to_numpy(), market, epoch, policy.demand)


def products_of_regions(before: Standing, epoch: int, policy: Policy) -> list[int]:
    """What the policy's regions count in an epoch (rewards/regional.py); without any: none."""
    regional = policy.regional
    return [] if regional is None else regional.products(before.coverage, epoch)


def weighed(rows: pa.Table, worth: NDArray[np.int64], epoch: int, policy: Policy) -> pa.Table:
    """BOOK_ROWS: the frozen rows (ROWS), each with its weight; worth: of its cell, shape (n,)."""
    weights = weigh(rows, worth, paid_rows(rows, epoch, policy))
    return rows.append_column("weight", pa.array(weights, pa.uint64())).cast(BOOK_ROWS)


def raw_weights(
    rows: pa.Table, drive_of_row: NDArray[np.uint32], devices: Sequence[Device], policy: Policy
) -> Earned:
    """What accounts earned, and their devices where the policy asks for them.

    rows: BOOK_ROWS; devices: of each drive.
    """
    if policy.factors is None:
        devices = [Device(device.account) for device in devices]
    return earned_of(rows, drive_of_row, devices, passes=policy.factors is not None)


def close_books(
    inputs: Inputs,
    policy: Policy,
    rows: pa.Table,
    earned: Earned,
    before: Standing,
    events: Sequence[Event] = (),
    decided: Mapping[int, str] = MappingProxyType({}),
    paying: Paying = NOBODY,
) -> Books:
    """Everything after what was earned; rows: BOOK_ROWS; events: those the epoch takes in;
    decided: what its log.json says of receipts; paying: whom cells that customers opened pay.

    First what waited for an address moves, then stakes, then what has vested, then what the epoch
    emits; of the last two the gate fills stakes, before a fleet's manager has anything of it.
    Raises IntegrityError for a policy without notice.
    """
    refuse_unannounced(inputs.epoch, policy.digest, before.policy, before.announced)
    refuse_misdated(inputs.epoch, inputs.announced, before.announced)
    counts = counted(earned, policy.factors, turned(before.week, inputs.epoch))
    weights = weights_of_accounts(counts)
    allotted = allot(policy, inputs.epoch, events, before.demand, before.minted)
    opened = open_pools(policy, inputs.epoch, before.minted, allotted.demanded)
    allocation = allocate(weights, opened.coverage(policy), policy)
    pools = _after_coverage(opened, allocation, policy)
    night = Night(inputs.epoch, policy.stake, events, decided, inputs.bindings)
    settled = settle(night, before.stakes, before.locked)
    due, still = release(settled.unvested, inputs.epoch)
    levels = {who: [raw.level for raw in devices.values()] for who, devices in earned.items()}
    gate = fill(night, settled.stakes, due, allocation.amounts, levels)
    parts = parts_of(gate.earned, before.fleets)
    payable = split(gate.earned, parts)
    free, locked = lock(still, payable, inputs.epoch, policy.vesting)
    sold, demand = pay(policy.demand, inputs, allotted, rows, paying, before.fleets)
    transactions = [
        ledger.bound(inputs.epoch, before.balances, inputs.bindings),
        *settled.transactions,
        ledger.vested(inputs.epoch, gate.due, inputs.bindings),
        ledger.emitted(inputs.epoch, pools, free, gate.booked(payable), policy, inputs.bindings),
        gate.transaction,
        *sold,
    ]
    return Books(
        inputs=inputs,
        policy=policy,
        events=events,
        rows=rows,
        earned=earned,
        counted=counts,
        weights=weights,
        pools=pools,
        allocation=allocation,
        parts=parts,
        transactions=[transaction for transaction in transactions if transaction.entries],
        coverage=_covered(before.coverage, rows),
        refill=_refilled(before.refill, rows, inputs),
        balances=ledger.post(before.balances, transactions),
        locked=locked,
        stakes=gate.stakes,
        fleets=agreed(before.fleets, events),
        demand=demand,
    )


def _after_coverage(pools: Pools, allocation: Allocation, policy: Policy) -> Pools:
    """What the weights have not earned moves on, as the policy says."""
    purpose = next(each for each in policy.purposes if each.kind == COVERAGE)
    return passed_on(pools, purpose, used=allocation.paid)


def _covered(before: pa.Table, rows: pa.Table) -> pa.Table:
    """Coverage with the epoch's rows; those of a shard are folded before any others come in."""
    shards = shards_of_rows(rows["cell"].to_numpy())
    return merge(
        [before, *(fold(None, rows.slice(each.start, each.stop - each.start)) for each in shards)]
    )


def _refilled(refill: Refill, rows: pa.Table, inputs: Inputs) -> Refill:
    """Cells that were paid in the epoch start again; of released rows, as of their judgement."""
    cells = rows["cell"].to_numpy()
    paid = rows["weight"].to_numpy() > 0
    now = paid.copy()
    for judged, released in inputs.released.items():
        late = np.array(released, np.intp)
        now[late] = False
        refill = refill.paid(cells[late[paid[late]]], judged)
    shards = shards_of_rows(cells)
    distinct = [np.zeros(0, np.uint64), *(group_by(cells[own][now[own]]).keys for own in shards)]
    return refill.paid(np.concatenate(distinct), inputs.epoch)
